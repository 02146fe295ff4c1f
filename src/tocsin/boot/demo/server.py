# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.demo.server`: both listeners of an installation whose database is known to be ready."""

from __future__ import annotations

from tocsin.boot import config, serve

if __name__ == "__main__":
    raise SystemExit(serve.serve(config.load()))
