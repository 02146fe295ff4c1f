# SPDX-License-Identifier: Apache-2.0
"""How cases become one, two, or another project's: merge, split, transfer. Each side decides for its own journal.

`services.relating` reads both cases and sends both commands, the one that keeps everything first; either may be sent
again, so that a merger or a split cut short is completed by repeating it.

Source: CERTCC/Vultron, split and merge (`em.9`); a duplicate passes through Valid to Deferred (RM).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.core.case import party_commands as pc
from tocsin.core.case import party_events as pe
from tocsin.core.case import standing
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.decide.triage import put_off
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Actor, ActorKind, Refused

GONE: Final = "went-to-another-case"
"""Code of the refusal that tells a reporter's or party's words where to go instead; `missing` holds that case."""


def gone(case: Case, actor: Actor) -> Refused | None:
    """Refuse what comes from a room of a case that its people have left for another; None means they are here."""
    into = ""
    if actor.kind is ActorKind.REPORTER:
        into = case.merged_into
    elif actor.kind is ActorKind.PARTY:
        found = standing.party(case, actor.id)
        into = (found.went_to if found else "") or case.merged_into
    if not into:
        return None
    return Refused(code=GONE, because="This case is part of another by now.", rule="em.9", missing=(into,))


def _reason(text: str) -> Refused | None:
    return None if text.strip() else need("reason-missing", "Say why; the journals of both cases keep it.", "reason")


def may_merge(case: Case) -> Refused | None:
    """Refuse to make a case part of another once its own advisory is out or ordered."""
    if case.published_at or case.ordered_digest:
        because = f"{case.ref} has an advisory of its own in public; relate the advisories instead."
        return Refused(code="published-before", because=because, rule="S76")
    return None


def _merge(case: Case, command: pc.MergeInto, context: Context) -> Decision:
    if case.merged_into:
        return () if case.merged_into == command.into else _elsewhere(case)
    if command.into == case.ref:
        return Refused(code="merge-with-itself", because="A case cannot be merged with itself.", rule="em.9")
    if refused := _reason(command.reason) or may_merge(case):
        return refused
    before = put_off(case, "merged")
    if isinstance(before, Refused):
        return before
    return (*before, pe.CaseMerged(into=command.into, reason=command.reason))


def _elsewhere(case: Case) -> Refused:
    because = f"{case.ref} is part of {case.merged_into} already."
    return Refused(code="merged-before", because=because, rule="em.9")


def _absorb(case: Case, command: pc.Absorb, context: Context) -> Decision:
    if any(each.case == command.case for each in case.absorbed):
        return ()
    if command.case == case.ref:
        return Refused(code="merge-with-itself", because="A case cannot be merged with itself.", rule="em.9")
    if case.merged_into:
        return _elsewhere(case)
    if refused := _reason(command.reason):
        return refused
    return (pe.CaseAbsorbed(**{name: getattr(command, name) for name in pe.CaseAbsorbed.__struct_fields__}),)


def _split(case: Case, command: pc.SplitOff, context: Context) -> Decision:
    if command.into in case.split_into:
        return ()
    here = {each.id for each in case.parties if each.here and not each.came_from}
    strangers = tuple(each for each in command.parties if each not in here)
    if strangers:
        because = "Only parties of this case can go to the part that is split off; who reported it stays."
        return Refused(code="no-party", because=because, rule="em.9", missing=strangers)
    return _reason(command.reason) or (pe.CaseSplit(into=command.into, parties=command.parties, reason=command.reason),)


def _continue(case: Case, command: pc.Continue, context: Context) -> Decision:
    if case.seq > 1:
        because = "Only a case that just opened begins as a part of another."
        return Refused(code="case-begun", because=because, rule="em.9")
    return (pe.CaseContinued(**{name: getattr(command, name) for name in pe.CaseContinued.__struct_fields__}),)


def _transfer(case: Case, command: pc.Transfer, context: Context) -> Decision:
    if command.to == case.project:
        return ()
    if case.accepted_at:
        because = (
            "An accepted report is this project's to fix. Split a part off, or invite the other project as a vendor."
        )
        return Refused(code="accepted-before", because=because, rule="rm: A")
    if case.merged_into:
        return _elsewhere(case)
    return _reason(command.reason) or (pe.CaseTransferred(to=command.to, policy=command.policy, reason=command.reason),)


RULES: Final[Mapping[type, Rule]] = {
    pc.MergeInto: Rule(_merge, moved(MoveName.MERGE)),
    pc.Absorb: Rule(_absorb, moved(MoveName.MERGE)),
    pc.SplitOff: Rule(_split, moved(MoveName.SPLIT), after_close=True),
    pc.Continue: Rule(_continue, moved(MoveName.SPLIT)),
    pc.Transfer: Rule(_transfer, moved(MoveName.TRANSFER)),
}
