# SPDX-License-Identifier: Apache-2.0
"""The whole protocol as an engine: one case, many participants, every command accepted or refused by a named rule.

All participants share one view, as those of one instance do; how two instances that know different things talk to each
other is `core.case.messages`. Time passes only by the instants that commands carry.

Source: CERTCC/Vultron, formal protocol (`states.md`, `transitions.md`), embargo management, model interactions.
"""

from __future__ import annotations

from collections.abc import Collection

from tocsin.core.case import joining
from tocsin.core.case.shared import Ask, Participant, Played, Reply, SharedCase, joined, pass_time, rest
from tocsin.core.case.tables import RM
from tocsin.core.case.verbs import VERBS
from tocsin.core.vocabulary import Refused


def play(case: SharedCase, ask: Ask) -> Reply:
    """Carry out one command. Time passes first, then the verb, then the case comes to rest. A refusal changes nothing.

    Refuses an unknown verb or participant, an instant before the last one, and whatever the rules refuse.
    """
    verb = VERBS.get(ask.verb)
    if verb is None:
        return Refused(code="unknown-command", because=f"There is no command {ask.verb}.", rule="input")
    passed = pass_time(case, ask.at)
    if isinstance(passed, Refused):
        return passed
    case_with_actor = joined(passed.case, ask.actor, "" if ask.participant else ask.part)
    if isinstance(case_with_actor, Refused):
        return case_with_actor
    reply = verb(case_with_actor, case_with_actor.participant(ask.actor), ask)
    if isinstance(reply, Refused):
        return reply
    rested = rest(reply.case)
    return Played(
        case=rested.case,
        path=passed.path + reply.path + rested.path,
        fates=passed.fates + reply.fates + rested.fates,
        cautions=reply.cautions,
    )


def merged(one: SharedCase, other: SharedCase) -> SharedCase:
    """Return one case from two about the same vulnerability: everybody, the furthest of each, the earliest embargo."""
    participants = {each.name: each for each in one.participants}
    for each in other.participants:
        held = participants.get(each.name)
        participants[each.name] = each if held is None or _progress(each) > _progress(held) else held
    pxa = "".join(map(min, one.pxa, other.pxa))  # upper case sorts first: what either knows, both know
    case = SharedCase(
        participants=tuple(participants.values()),
        pxa=pxa,
        embargo=joining.merge(one.embargo, other.embargo),
        now=max(one.now, other.now),
    )
    return rest(case).case


def part_of(case: SharedCase, names: Collection[str]) -> SharedCase:
    """Return the case that is split off with these participants; the embargo carries over (`em.9`)."""
    return SharedCase(
        participants=tuple(each for each in case.participants if each.name in names),
        pxa=case.pxa,
        embargo=joining.split(case.embargo, names),
        now=case.now,
    )


def _progress(participant: Participant) -> tuple[int, int]:
    return sum(map(str.isupper, participant.path)), list(RM).index(participant.rm)
