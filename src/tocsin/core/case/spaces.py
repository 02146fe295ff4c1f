# SPDX-License-Identifier: Apache-2.0
"""How many states a participant can be in, by what they are: the published counts, derived from the tables.

Three reductions of the naive product. Before the report arrives and after it is closed, nothing else matters to this
participant. An exploit that is public while the vulnerability is not is over before anybody can act. Once public, the
embargo matters no more.

Source: CERTCC/Vultron `docs/reference/formal_protocol/states.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

from tocsin.core.case.tables import EM, RM, RM_FIXES, RM_OPEN

State = tuple[str, str, str]
"""Report state, embargo state and case state; a star for what does not matter."""

VENDOR_PATHS: Final = ("Vfd", "VFd", "VFD")
PXA: Final = tuple(map("".join, product("pP", "xX", "aA")))

NAIVE: Final = len(RM) * len(EM) * len(("", "vfd", *VENDOR_PATHS)) * len(PXA)
"""The product of everything with everything."""


def states(rms: Collection[RM], paths: Collection[str]) -> frozenset[State]:
    """Return the states of a participant with these report states and fix paths, after the three reductions.

    A fix path beyond the first of `paths` needs a report that was accepted once (`em.11`).
    """
    first = next(iter(paths))
    found: set[State] = set()
    for rm, em, path, pxa in product(rms, EM, paths, PXA):
        if rm not in RM_OPEN:
            found.add((rm, "*", "*"))
        elif (path != first and rm not in RM_FIXES) or pxa.startswith("pX"):
            continue
        else:
            found.add((rm, "*" if "P" in pxa else em, path + pxa))
    return frozenset(found)


def _anybody() -> frozenset[State]:
    return frozenset(state for path in ("", "vfd", *VENDOR_PATHS) for state in states(tuple(RM), (path,)))


SIZES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "naive product": NAIVE,
        "anybody": len(_anybody()),
        "vendor who deploys": len(states(tuple(RM), VENDOR_PATHS)),
        "vendor": len(states(tuple(RM), VENDOR_PATHS[:2])),
        "deployer": len(states(tuple(RM), ("d", "D"))),
        "coordinator and others": len(states(tuple(RM), ("",))),
        "finder or reporter": len(states((RM.ACCEPTED, RM.DEFERRED, RM.CLOSED), ("",))),
    }
)
"""Size of the state space of one participant, by what they are."""
