# SPDX-License-Identifier: Apache-2.0
"""The registry of places where advisories become visible. To add one: one file in its adapter package, one line in
`TARGETS`, one folder of test data in `tests/data/targets`.

Each is made from the settings, or is None where they do not set it up. The own site needs no line: it is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tocsin.adapters.cna import CveRecords, CveServices
from tocsin.boot.config import Config
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.cna import Cna
from tocsin.services.ports.http import Http
from tocsin.services.ports.targets import Target

Make = Callable[[Config, Http], Target | None]


def cnas(config: Config, http: Http) -> Mapping[ProjectId, Cna]:
    """Make the account of every project that is its own CNA. Raises OSError for a key that cannot be read."""
    return {
        project: CveServices(account, Path(account.key_file).read_text(encoding="utf-8").strip(), http)
        for project, account in config.cna.items()
    }


def _cve(config: Config, http: Http) -> Target | None:
    return CveRecords(cnas(config, http)) if config.cna else None


TARGETS: Final[Mapping[str, Make]] = {
    "cve": _cve,
}
"""Who makes the target of a kind."""


def targets(config: Config, http: Http) -> tuple[Target, ...]:
    """Make every target that the settings set up; `http` is the guarded way to others."""
    return tuple(made for make in TARGETS.values() if (made := make(config, http)) is not None)
