# SPDX-License-Identifier: Apache-2.0
"""The registry of places where advisories become visible. To add one: one file in its adapter package, one line in
`TARGETS`, one folder of test data in `tests/data/targets`.

Each is made from the settings, or is None where they do not set it up. The own site needs no line: it is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tocsin.boot.config import Config
from tocsin.services.ports.targets import Target

TARGETS: Final[Mapping[str, Callable[[Config], Target | None]]] = {}
"""Who makes the target of a kind."""


def targets(config: Config) -> tuple[Target, ...]:
    """Make every target that the settings set up."""
    return tuple(made for make in TARGETS.values() if (made := make(config)) is not None)
