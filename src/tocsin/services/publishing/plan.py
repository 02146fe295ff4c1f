# SPDX-License-Identifier: Apache-2.0
"""The plan of a publication, before anything happens: every target in its order with the exact bytes it would be given.

A dry run asks nobody and changes nothing. Armed for an instant, the bytes hold that instant, and their hashes are part
of what two people approve; without one they hold the instant at which somebody said *now*, and what is approved is the
record, every place, and their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core import announce
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.policy.model import PublishKind
from tocsin.core.publication import Planned, Wanted, digest
from tocsin.core.publication import order as ordered
from tocsin.core.publication.plan import channels
from tocsin.core.vocabulary import Refused
from tocsin.services import publication
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.targets import Matter, Payload, Rejected, Target
from tocsin.services.publication import RECORD, Preview
from tocsin.services.publishing.own import own

NOBODY: Final = "nobody announces it: the case has no lead"
UNFIT: Final = "the advisory has to be mended before anything can be made of it"


class Shown(msgspec.Struct, frozen=True):
    """One target of a dry run: what it would be given, or why it cannot be (`problem`). Where a person announces, it is
    the text that they are given, and `owner` is who does it."""

    target: Planned
    payload: Payload | None = None
    problem: str = ""
    owner: str = ""


class Plan(msgspec.Struct, frozen=True):
    """A dry run. `digest` is what two people approve; `at` the instant it is armed for, None for *now*."""

    preview: Preview
    digest: str
    at: datetime | None
    targets: tuple[Shown, ...]

    @property
    def planned(self) -> tuple[Planned, ...]:
        """The targets as an order names them."""
        return tuple(each.target for each in self.targets)


def plan(desk: Desk, opened: Opened, at: datetime | None = None, summary: str = "") -> Plan:
    """Show what would go where, for an instant or for now. `summary` is what the public revision history would say."""
    case = msgspec.structs.replace(opened.case, ordered_summary=summary)
    preview = publication.preview(desk, msgspec.structs.replace(opened, case=case), at)
    matter = Matter(
        project=case.project,
        policy=opened.policy,
        advisory=preview.advisory,
        documents=tuple(each for each in preview.documents if each.format != RECORD),
        revision=case.revision + 1,
    )
    fit = not preview.problems
    shown = {each.target.name: each for each in _shown(desk, opened, matter, exact=at is not None, fit=fit)}
    targets = tuple(shown[each.name] for each in ordered(each.target for each in shown.values()))
    found = digest(preview.digest, at, tuple(each.target for each in targets))
    return Plan(preview=preview, digest=found, at=at, targets=targets)


def _shown(desk: Desk, opened: Opened, matter: Matter, exact: bool, fit: bool) -> Iterator[Shown]:
    serving = (*own(desk, opened.case), *desk.targets)
    for target in serving:
        for wanted in target.wanted(opened.policy, matter.advisory):
            yield _one(target, wanted, matter, exact, fit)
    kinds = {each.kind for each in serving}
    for wanted in channels(opened.policy):
        if wanted.kind not in kinds:
            yield _announced(opened.case, matter, wanted)


def _announced(case: Case, matter: Matter, wanted: Wanted) -> Shown:
    """A place that nobody serves: the words for it, and who puts them there: whoever leads the case (S39)."""
    words = announce.text(matter.advisory, PublishKind(wanted.kind)).encode()
    about = "for a person to put there"
    alone = wanted.required and not case.lead
    return Shown(
        target=_planned(msgspec.structs.replace(wanted, by_hand=True)),
        payload=Payload(key=matter.advisory.id, media_type="text/plain; charset=utf-8", body=words, about=about),
        problem=NOBODY if alone else "",
        owner=case.lead_name or case.lead,
    )


def _one(target: Target, wanted: Wanted, matter: Matter, exact: bool, fit: bool) -> Shown:
    try:
        payload = target.preview(msgspec.structs.replace(matter, to=wanted.to))
    except Rejected as lacks:
        return Shown(target=_planned(wanted), problem=lacks.because)
    except (LookupError, ValueError):  # a scheme of versions that nobody knows: the checks say so, no target has to
        if fit:
            raise
        return Shown(target=_planned(wanted), problem=UNFIT)
    return Shown(target=_planned(wanted, payload, exact), payload=payload)


def _planned(wanted: Wanted, payload: Payload | None = None, exact: bool = False) -> Planned:
    return Planned(
        name=wanted.name,
        kind=wanted.kind,
        stage=wanted.stage,
        to=wanted.to,
        key=payload.key if payload else wanted.key,
        sha256=hashlib.sha256(payload.body).hexdigest() if payload and exact else "",
        size=len(payload.body) if payload and exact else 0,
        required=wanted.required,
        by_hand=wanted.by_hand,
    )


def order(
    desk: Desk,
    opened: Opened,
    confirmation: str,
    digest: str,
    *,
    summary: str = "",
    at: datetime | None = None,
    seen: str = "",
) -> cmd.Publish | Refused:
    """Make the command that orders what somebody saw: the record with this digest, by the plan with the digest `seen`
    where they looked at that too.

    Refuses what is not fit to be published, and what has changed since.
    """
    if not opened.case.advisory_id:
        return cmd.Publish(confirmation=confirmation, digest=digest, summary=summary)
    found = plan(desk, opened, at, summary)
    if found.preview.problems:
        return Refused(
            code="advisory-unfit",
            because="The advisory has to be mended before it can be published.",
            rule="advisory checks",
            missing=tuple(f"{each.field}: {each.message}" for each in found.preview.problems),
        )
    if found.preview.digest != digest or seen not in ("", found.digest):
        what = "advisory" if found.preview.digest != digest else "plan"
        because = f"This is not the digest of the {what} as it stands. Look at it again; nothing was published."
        return Refused(code="conflict", because=because, rule="publish: digest of what was seen")
    return cmd.Publish(
        confirmation=confirmation, digest=digest, summary=summary, at=at, plan=found.digest, targets=found.planned
    )
