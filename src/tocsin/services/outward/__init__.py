# SPDX-License-Identifier: Apache-2.0
"""The places outside where an advisory becomes visible besides CVE: the forge, mailing lists, chats,
distributors, subscribers. Each is a `ports.targets.Target`; what a project has not set up is done by hand, and the plan
says so."""

from __future__ import annotations

from tocsin.core.announce import KINDS
from tocsin.core.case.model import Case
from tocsin.services.app import Desk
from tocsin.services.forge.links import forge
from tocsin.services.outward.advisory import ForgeTarget
from tocsin.services.outward.chat import Chats, channels
from tocsin.services.outward.mailing_list import KINDS as LISTS
from tocsin.services.outward.mailing_list import Lists
from tocsin.services.ports.targets import Target
from tocsin.services.rollout.announcing import Subscribers


def outward(desk: Desk, case: Case) -> tuple[Target, ...]:
    """What a case's project has set up."""
    found: list[Target] = []
    asked = forge(desk, case.project)
    if asked is not None and asked.source.about.advisories:
        found.append(ForgeTarget(desk, case, asked))
    found += [Chats(desk, kind) for kind in KINDS if kind in channels(desk, case.project)]
    if desk.post.sends is not None:
        found += [Lists(desk, kind) for kind in LISTS]
    found.append(Subscribers(desk))
    return tuple(found)


__all__ = ["outward"]
