# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.migrate`: brings the database up to this version and ends. Run by `tocsin serve`."""

from __future__ import annotations

import sys

from tocsin.adapters.vault import KeyFileRefused
from tocsin.boot import setup
from tocsin.boot.config import ConfigError, Role


def main() -> int:
    """Migrate; returns the exit code."""
    try:
        setup.start(Role.MANAGE)
        setup.migrate()
    except (ConfigError, KeyFileRefused) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
