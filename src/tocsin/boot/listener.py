# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.listener ...`: granian's own command, in a process that ends with the supervisor. Its worker
ties itself to this one (`boot.wsgi`)."""

from __future__ import annotations

from granian.cli import entrypoint

from tocsin.boot import lifeline

if __name__ == "__main__":
    lifeline.tie()
    entrypoint()  # type: ignore[no-untyped-call]
