# SPDX-License-Identifier: Apache-2.0
"""Laws that no walk through the protocol breaks, whoever does what, and whenever."""

from __future__ import annotations

from itertools import pairwise, product
from typing import NamedTuple

import msgspec
import pytest

from tests.protocol.walk import LENGTH, walk
from tocsin.core.case.negotiation import Fate
from tocsin.core.case.protocol import play
from tocsin.core.case.rules import RULES
from tocsin.core.case.shared import Ask, Part, Participant, Played, SharedCase, joined, rest
from tocsin.core.case.tables import EM, EM_IN_FORCE, EMBARGO, PEC, REPORT, RM, RM_FIXES, EMInput, Fact, start_ok, viable
from tocsin.core.case.verbs import VERBS
from tocsin.core.vocabulary import Refused

SEEDS = range(10)
STEPS = 10_000
"""Steps a seed: 100,000 in all; ten times as many in the whole campaign."""


class Step(NamedTuple):
    """One accepted step of a walk."""

    before: SharedCase
    ask: Ask
    reply: Played

    @property
    def after(self) -> SharedCase:
        return self.reply.case

    @property
    def pairs(self) -> list[tuple[Participant, Participant]]:
        """Each participant before and after."""
        old = {each.name: each for each in self.before.participants}
        return [(old[each.name], each) for each in self.after.participants if each.name in old]


def facts(case: SharedCase) -> set[str]:
    paths = {each.name + new for each in case.participants for new in each.path if new.isupper()}
    return paths | {new for new in case.pxa if new.isupper()}


def facts_never_un_happen(step: Step) -> bool:
    return facts(step.before) <= facts(step.after)


def an_exploit_is_public_knowledge(step: Step) -> bool:
    return "X" not in step.after.pxa or "P" in step.after.pxa


def a_vendor_who_holds_the_report_is_aware_and_so_is_every_vendor_once_public(step: Step) -> bool:
    return all(
        ("V" in each.path) == (each.rm is not RM.START) and ("P" not in step.after.pxa or "V" in each.path)
        for each in step.after.participants
        if each.part is Part.VENDOR
    )


def a_fix_comes_only_from_who_accepted(step: Step) -> bool:
    return all(each.rm in RM_FIXES for each in step.after.participants if "F" in each.path or each.path == "D")


def no_embargo_is_open_on_what_is_out(step: Step) -> bool:
    return viable(step.after.world) or step.after.embargo.em in {EM.NONE, EM.EXITED}


def no_embargo_begins_once_deployed(step: Step) -> bool:
    begun = not step.before.embargo.in_force and step.after.embargo.in_force
    return not begun or start_ok(step.after.world)


def something_is_open_while_it_is_discussed(step: Step) -> bool:
    held = step.after.embargo
    return (held.em in {EM.PROPOSED, EM.REVISE}) == bool(held.open_proposals)


def an_embargo_in_force_has_one_end_and_it_lies_ahead(step: Step) -> bool:
    held = step.after.embargo
    ends = {each.ends_at for each in held.proposals if each.id == held.active}
    return not held.in_force or (ends == {held.ends_at} and held.ends_at is not None and held.ends_at > step.after.now)


def an_ended_embargo_never_comes_back(step: Step) -> bool:
    return step.before.embargo.em is not EM.EXITED or step.after.embargo.em is EM.EXITED


def an_embargo_moves_only_along_its_table(step: Step) -> bool:
    state = step.before.embargo.em
    for letter in map(EMInput, step.reply.path):
        state = EMBARGO.transitions[state, letter]
    return state is step.after.embargo.em


def a_report_moves_only_along_its_table(step: Step) -> bool:
    edges = {(origin, to) for (origin, _), to in REPORT.transitions.items()}
    return all(old.rm is new.rm or (old.rm, new.rm) in edges for old, new in step.pairs)


def signatures_bind_only_while_there_is_something_to_sign(step: Step) -> bool:
    held = step.after.embargo
    states = {each.state for each in held.consents}
    return (held.em is EM.REVISE or PEC.LAPSED not in states) and (held.in_force or PEC.SIGNATORY not in states)


def new_terms_bind_only_who_agreed(step: Step) -> bool:
    if not (step.before.embargo.em is EM.REVISE and step.reply.path == "a"):
        return True
    held = step.after.embargo
    author = next(each.by for each in held.proposals if each.id == held.active)
    signed = {each.participant for each in held.consents if each.state is PEC.SIGNATORY}
    return signed == {author, step.ask.actor}


def a_rejected_revision_leaves_the_old_terms(step: Step) -> bool:
    before, after = step.before.embargo, step.after.embargo
    return not (before.em is EM.REVISE and step.reply.path == "r") or before.ends_at == after.ends_at


def the_report_reaches_nobody_who_has_not_consented(step: Step) -> bool:
    if not (step.before.embargo.in_force and step.ask.verb in {"send", "RS", "receive"}):
        return True
    reached = [new.name for old, new in step.pairs if old.rm is RM.START and new.rm is RM.RECEIVED]
    expired = step.before.embargo.ends_at is not None and step.before.embargo.ends_at <= step.after.now
    return expired or all(step.before.embargo.may_see(name) for name in reached)


def closing_or_deferring_ends_no_embargo(step: Step) -> bool:
    ends_at = step.before.embargo.ends_at
    expired = ends_at is not None and ends_at <= step.after.now
    return step.ask.verb not in {"close", "RC", "defer", "RD"} or "t" not in step.reply.path or expired


def silence_is_no_answer_before_its_date(step: Step) -> bool:
    unanswered = {name for name, fate in step.reply.fates if fate is Fate.UNANSWERED}
    asked = {each.id: each.respond_by for each in step.after.embargo.proposals if each.id in unanswered}
    return all(by is not None and by < step.after.now for by in asked.values())


def the_case_is_at_rest(step: Step) -> bool:
    return rest(step.after).case == step.after


LAWS = (
    facts_never_un_happen,
    an_exploit_is_public_knowledge,
    a_vendor_who_holds_the_report_is_aware_and_so_is_every_vendor_once_public,
    a_fix_comes_only_from_who_accepted,
    no_embargo_is_open_on_what_is_out,
    no_embargo_begins_once_deployed,
    something_is_open_while_it_is_discussed,
    an_embargo_in_force_has_one_end_and_it_lies_ahead,
    an_ended_embargo_never_comes_back,
    an_embargo_moves_only_along_its_table,
    a_report_moves_only_along_its_table,
    signatures_bind_only_while_there_is_something_to_sign,
    new_terms_bind_only_who_agreed,
    a_rejected_revision_leaves_the_old_terms,
    the_report_reaches_nobody_who_has_not_consented,
    closing_or_deferring_ends_no_embargo,
    silence_is_no_answer_before_its_date,
    the_case_is_at_rest,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_walk_breaks_a_law(seed: int, deep: bool) -> None:
    accepted = 0
    for before, ask, reply in walk(seed, STEPS * 10 if deep else STEPS):
        if isinstance(reply, Played):
            accepted += 1
            step = Step(before, ask, reply)
            broken = [law.__name__ for law in LAWS if not law(step)]
            assert not broken, (broken, ask, before, reply)
    assert accepted > STEPS // 10


def test_a_refusal_names_its_rule_and_the_case_travels() -> None:
    for case, _, reply in walk(1_000, STEPS):
        if isinstance(reply, Refused):
            assert reply.rule in RULES or reply.rule.startswith("sent.")
            assert reply.because.endswith(".")
        assert msgspec.json.decode(msgspec.json.encode(case), type=SharedCase) == case


def test_playing_the_accepted_commands_again_gives_the_same_case() -> None:
    replayed = SharedCase()
    for number, (case, ask, reply) in enumerate(walk(1_001, STEPS)):
        if number % LENGTH == 0:
            replayed = SharedCase()
        assert replayed == case
        if isinstance(reply, Played):
            again = play(replayed, ask)
            assert isinstance(again, Played)
            replayed = again.case


def met() -> SharedCase:
    """A finder and a vendor who have not spoken yet."""
    case = joined(SharedCase(), "finder")
    assert isinstance(case, SharedCase)
    both = joined(case, "vendor")
    assert isinstance(both, SharedCase)
    return both


def joint_cases() -> list[SharedCase]:
    """Every report state, fix path, embargo state and world, at rest, with a vendor and a finder in it."""
    cases = set()
    talks = {
        EM.NONE: "",
        EM.PROPOSED: "p",
        EM.ACTIVE: "pa",
        EM.REVISE: "pap",
        EM.EXITED: "pat",
    }
    verbs = {"p": "propose", "a": "agree", "t": "end"}
    for rm, em, path, bits in product(RM, EM, ("vfd", "Vfd", "VFd", "VFD"), product("pP", "xX", "aA")):
        case = met()
        for letter in talks[em]:
            reply = play(case, Ask(actor="finder" if letter == "p" else "vendor", verb=verbs[letter]))
            assert isinstance(reply, Played)
            case = reply.case
        finder, vendor = case.participants
        placed = (finder, msgspec.structs.replace(vendor, rm=rm, path=path))
        cases.add(rest(msgspec.structs.replace(case, participants=placed, pxa="".join(bits))).case)
    return sorted(cases, key=repr)


@pytest.mark.slow
def test_every_state_of_the_product_answers_every_command() -> None:
    cases = joint_cases()
    assert len(cases) > 100
    for case, verb, actor in product(cases, VERBS, ("vendor", "finder", "coordinator")):
        reply = play(case, Ask(actor=actor, verb=verb, participant="deployer", reason="because"))
        assert isinstance(reply, Refused | Played)
        if isinstance(reply, Played):
            assert viable(reply.case.world) or reply.case.embargo.em not in EM_IN_FORCE


def test_a_broken_engine_is_noticed() -> None:
    """Negative control: without coming to rest, a leak would leave the embargo standing, and the law above says so."""
    case = met()
    for actor, verb in (("finder", "propose"), ("vendor", "agree")):
        reply = play(case, Ask(actor=actor, verb=verb))
        assert isinstance(reply, Played)
        case = reply.case
    broken = VERBS["public"](case, case.participants[0], Ask(actor="vendor", verb="public"))
    assert isinstance(broken, Played)
    assert not viable(broken.case.world)
    assert broken.case.embargo.em in EM_IN_FORCE
    assert rest(broken.case).case.embargo.em is EM.EXITED


def test_the_walk_goes_everywhere() -> None:
    """A law that is never tested holds cheaply: every embargo state, report state and fact is met."""
    seen_em, seen_rm, seen_facts, pairs = set(), set(), set(), set()
    for case, _, _ in walk(7, STEPS):
        seen_em.add(case.embargo.em)
        seen_rm |= {each.rm for each in case.participants}
        seen_facts |= {
            fact for fact in Fact if any(fact in each.path for each in case.participants) or fact in case.pxa
        }
    states = [case.embargo.em for case, _, _ in walk(7, STEPS)]
    pairs = set(pairwise(states))
    assert seen_em == set(EM)
    assert seen_rm == set(RM)
    assert seen_facts == set(Fact)
    assert {(EM.REVISE, EM.ACTIVE), (EM.PROPOSED, EM.NONE), (EM.ACTIVE, EM.EXITED), (EM.REVISE, EM.EXITED)} <= pairs
