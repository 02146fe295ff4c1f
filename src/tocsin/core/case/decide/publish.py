# SPDX-License-Identifier: Apache-2.0
"""The advisory's words and the order to publish. The worker publishes; its result returns here.

Law 3 of the house: a case has no public flag. Ordering publication makes nothing public; only `core.disclosure` turns
an ordered advisory into `Cleared`, and publishers accept nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import Case
from tocsin.core.case.record_events import AdvisoryWithdrawn
from tocsin.core.case.tables import RM
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.publication import digest as plan_digest
from tocsin.core.versions import SCHEMES
from tocsin.core.vocabulary import CreditType, ReferenceType, Refused


def _draft(case: Case, command: cmd.DraftAdvisory, context: Context) -> Decision:
    if not case.advisory_id:
        return need("not-accepted", "An advisory is drafted once the report is accepted.", "accept", rule="S41")
    if command.mitigation.strip() and command.no_mitigation_known:
        return Refused(
            code="mitigation-contradicts",
            because="Either name a mitigation or say that none is known, not both.",
            rule="S62",
        )
    if refused := _known_schemes(command) or _known_kinds(command):
        return refused
    drafted = ev.AdvisoryDrafted(**{name: getattr(command, name) for name in ev.AdvisoryDrafted.__struct_fields__})
    return () if drafted == case.advisory else (drafted,)


def _withdraw(case: Case, command: cmd.Withdraw, context: Context) -> Decision:
    because, instead = command.because.strip(), command.superseded_by.strip()
    if case.published_at is None:
        return need("not-published", "Only what is public can be taken back.", "publish", rule="publish: revision")
    if instead and (instead == case.advisory_id or instead.split() != [instead]):
        return Refused(
            code="no-successor",
            because="Name the one other advisory that stands in its place by its id.",
            rule="publish: revision",
        )
    if not (because or instead or case.taken_back):
        why = "It stands. Say why it is taken back, or name the advisory that stands in its place."
        return need("not-taken-back", why, "because", rule="publish: revision")
    if (because, instead) == (case.withdrawn_because, case.superseded_by):
        return ()
    return (AdvisoryWithdrawn(because=because, superseded_by=instead),)


def _known_schemes(command: cmd.DraftAdvisory) -> Refused | None:
    """Refuse a version scheme that nobody can order versions by: nothing could be published with it. Where none is
    named, the policy's holds."""
    known = {"", *(each.name for each in SCHEMES)}
    for place, product in enumerate(command.products):
        if product.scheme not in known:
            because = f"{product.scheme!r} is no version scheme; there are {', '.join(sorted(known - {''}))}."
            return need("scheme-unknown", because, f"products[{place}].scheme", rule="versions")
    return None


def _known_kinds(command: cmd.DraftAdvisory) -> Refused | None:
    """Refuse what no document could say that somebody is thanked for, or that a link leads to."""
    for name, kinds in (("credits", CreditType), ("references", ReferenceType)):
        known = [kind.value for kind in kinds]
        for place, each in enumerate(getattr(command, name)):
            if each.type not in known:
                because = f"{each.type!r} is none of {', '.join(known)}."
                return need("type-unknown", because, f"{name}[{place}].type", rule="S41")
    return None


def _publish_move(command: cmd.Publish, context: Context) -> Move:
    return Move(name=MoveName.PUBLISH, actor=context.actor, ends_at=command.at)


def _publish(case: Case, command: cmd.Publish, context: Context) -> Decision:
    if not _publishable(case):
        return need("not-accepted", "Only an accepted report leads to an advisory.", "accept", rule="rm: A")
    if case.advisory is None:
        return need("no-advisory", "Write the advisory first.", "advisory", rule="S41")
    if command.confirmation != case.advisory_id:
        return Refused(
            code="confirmation-wrong",
            because=f"Type {case.advisory_id} exactly to publish it.",
            rule="publish: typed confirmation",
        )
    goes_out = command.at or context.now
    if refused := _instant(case, command, goes_out, context):
        return refused
    if case.ordered_digest == command.digest and case.run and case.run.plan == command.plan:
        return ()
    return (
        ev.PublicationOrdered(
            advisory_id=case.advisory_id,
            digest=command.digest,
            at=goes_out,
            summary=command.summary,
            plan=command.plan,
            targets=command.targets,
            armed=command.at is not None,
        ),
    )


def _instant(case: Case, command: cmd.Publish, goes_out: datetime, context: Context) -> Refused | None:
    """Refuse an instant that is past or within the embargo, and a plan that is not the one with the digest given."""
    if command.at is not None and command.at <= context.now:
        because = f"{command.at:%a %Y-%m-%d %H:%M} UTC has passed. Arm it for a later instant, or publish now."
        return Refused(code="instant-past", because=because, rule="publish: an instant lies ahead")
    if case.embargo_until and case.embargo_until > goes_out:
        return Refused(
            code="embargo-holds",
            because=f"The embargo holds until {case.embargo_until:%a %Y-%m-%d %H:%M} UTC. Wait, or end it first.",
            rule="em: publication is not before the agreed instant",
        )
    if command.targets and command.plan != plan_digest(command.digest, command.at, command.targets):
        because = "The plan is not the one with this digest. Look at it again; nothing was ordered."
        return Refused(code="conflict", because=because, rule="publish: digest of the plan")
    return None


def _publishable(case: Case) -> bool:
    """Whether the report led to an advisory; what is public can be revised after the case is closed as well."""
    return bool(case.advisory_id) and (
        case.rm is RM.ACCEPTED or (case.rm is RM.CLOSED and case.published_at is not None)
    )


def _answers(case: Case, result: cmd.RecordPublication | cmd.RecordFailure) -> bool:
    """Whether a result is that of the order that stands now: a later order has a result of its own."""
    return bool(case.ordered_digest) and result.digest == case.ordered_digest


def _published(case: Case, command: cmd.RecordPublication, context: Context) -> Decision:
    """Record what was read back; the public is aware now, so an embargo that still stands is over (rule 4)."""
    if not _answers(case, command):
        return ()
    events: list[ev.Event] = [
        ev.AdvisoryPublished(
            advisory_id=command.advisory_id,
            revision=case.revision + 1,
            summary=case.change,
            documents=command.documents,
        )
    ]
    if case.embargo.in_force:
        events.append(ev.EmbargoEnded(why="published"))
    if not case.public:
        events.append(ev.StateObserved(bit="P", note="published"))
    return tuple(events)


def _failed(case: Case, command: cmd.RecordFailure, context: Context) -> Decision:
    """Record what did not hold. The order is over with it, so that a person looks again and can order again."""
    if not _answers(case, command):
        return ()
    return (ev.PublicationFailed(advisory_id=command.advisory_id, step=command.step, reason=command.reason),)


RULES: Final[Mapping[type, Rule]] = {
    cmd.DraftAdvisory: Rule(_draft, moved(MoveName.DRAFT_ADVISORY), after_close=True),
    cmd.Withdraw: Rule(_withdraw, moved(MoveName.DRAFT_ADVISORY), after_close=True),
    cmd.Publish: Rule(_publish, _publish_move, after_close=True),
    cmd.RecordPublication: Rule(_published, after_close=True),
    cmd.RecordFailure: Rule(_failed, after_close=True),
}
