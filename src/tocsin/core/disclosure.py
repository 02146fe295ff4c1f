# SPDX-License-Identifier: Apache-2.0
"""The only door to the public: an ordered, approved advisory becomes `Cleared`, and publishers accept nothing else.

A case has no public flag (law 3). What is public is what lies on the shelf, and what lies on the shelf came through
`clear`. Rendering is `core.formats`; writing is the publishers'; who may order is `core.access` and the policy.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.core.case.model import Case
from tocsin.core.case.tables import EM_IN_FORCE, RM
from tocsin.core.vocabulary import ProjectId, Refused, Value

_KEY: Final = object()


class Cleared:
    """An advisory that may be published now. Only `clear` makes one; there is no other constructor."""

    __slots__ = ("advisory", "at", "digest", "project", "revision")

    def __init__(
        self, key: object, *, project: ProjectId, advisory: Advisory, digest: str, revision: int, at: datetime
    ) -> None:
        if key is not _KEY:
            raise TypeError("only core.disclosure.clear makes a Cleared")
        self.project = project
        self.advisory = advisory
        self.digest = digest
        self.revision = revision
        self.at = at


class _Words(Value):
    """What a digest covers: the advisory without the dates, the revision and the folder that publication sets."""

    advisory: Advisory


def digest(advisory: Advisory) -> str:
    """SHA-256 of everything that will be published, in hex: what a person saw in the preview and orders by.

    What stays in the case, such as names without consent, is no part of it: the shelf does not have that, and tells by
    this digest that it holds what was ordered.
    """
    places = msgspec.structs.replace(advisory.urls, csaf="")
    shown = advisory.for_everybody
    settled = msgspec.structs.replace(shown, published=None, modified=None, revisions=(), urls=places)
    return hashlib.sha256(msgspec.json.encode(_Words(advisory=settled), order="deterministic")).hexdigest()


def clear(case: Case, advisory: Advisory, now: datetime) -> Cleared | Refused:
    """Clear an advisory for publication, or say what stands in the way.

    Refuses unless a person ordered exactly this digest for an instant that has come, the report is accepted, and no
    embargo holds beyond `now`. What was published stays cleared for the other targets of its run.
    """
    if case.rm is not RM.ACCEPTED and case.rm is not RM.CLOSED:
        return Refused(code="not-accepted", because="The report is not accepted.", rule="disclosure")
    ordered = case.ordered_digest or (case.run.order if case.run else "")
    if not ordered:
        return Refused(code="not-ordered", because="Nobody ordered this publication.", rule="disclosure")
    if case.ordered_at and now < case.ordered_at:
        because = f"It goes out {case.ordered_at:%a %Y-%m-%d %H:%M} UTC, not before."
        return Refused(code="too-early", because=because, rule="disclosure")
    if digest(advisory) != ordered:
        return Refused(
            code="digest-differs",
            because="The advisory changed after it was ordered; look at it again and order again.",
            rule="disclosure",
        )
    until = case.embargo_until
    if case.embargo.em in EM_IN_FORCE and until is not None and until > now:
        return Refused(
            code="embargo-holds", because=f"The embargo holds until {until:%a %Y-%m-%d %H:%M} UTC.", rule="em.6"
        )
    return Cleared(
        _KEY,
        project=case.project,
        advisory=advisory,
        digest=ordered,
        revision=case.revision + (1 if case.ordered_digest else 0),
        at=now,
    )
