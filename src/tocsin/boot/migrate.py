# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.migrate`: brings the database up to this version, looks whether the installation may start,
and ends. Run by `tocsin serve`; in production it refuses what `tocsin doctor` grades F."""

from __future__ import annotations

import sys

from tocsin.adapters.vault import KeyFileRefused
from tocsin.boot import setup
from tocsin.boot.config import ConfigError, Role


def main() -> int:
    """Migrate and look; returns the exit code."""
    try:
        config = setup.start(Role.MANAGE)
        setup.migrate()
        from tocsin.boot import doctor

        refused = doctor.refusals(config, doctor.seen_now())
    except (ConfigError, KeyFileRefused) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1
    for each in refused:
        sys.stderr.write(f"tocsin: not started: {each.name}: {each.because}\n  mend it: {each.mend}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
