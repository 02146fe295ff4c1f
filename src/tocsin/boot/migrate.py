# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.migrate`: brings the database up to this version, looks whether the installation may start,
and ends. Run by `tocsin serve`; in production it refuses what `tocsin doctor` grades F. With `--look` it changes
nothing, and works under the role that `TOCSIN_ROLE` names."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tocsin.adapters.vault import KeyFileRefused
from tocsin.boot import setup
from tocsin.boot.config import Config, ConfigError, Role, role
from tocsin.services.ports.store import Unavailable


def main(words: Sequence[str]) -> int:
    """Migrate and look; returns the exit code."""
    try:
        return _look() if "--look" in words else _migrate()
    except (ConfigError, KeyFileRefused, Unavailable) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1


def _migrate() -> int:
    config = setup.start(Role.MANAGE)
    setup.migrate()
    return _refuse(config)


def _look() -> int:
    config = setup.start(role())
    waiting = setup.waiting()
    if waiting:
        sys.stderr.write(f"tocsin: the database is {len(waiting)} migrations behind; run “tocsin upgrade” first\n")
        return 1
    return _refuse(config, role())


def _refuse(config: Config, starts: Role = Role.MANAGE) -> int:
    """Say what keeps this from starting in production."""
    from tocsin.boot import doctor

    found = doctor.refusals(config, doctor.seen_now(), starts)
    for each in found:
        sys.stderr.write(f"tocsin: not started: {each.name}: {each.because}\n  mend it: {each.mend}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
