# SPDX-License-Identifier: Apache-2.0
"""People bargain over an instant: what each act does, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.protocol.data import lines
from tocsin.core.case import joining, negotiation
from tocsin.core.case.negotiation import Answer, Fate, Negotiation, Outcome, Standing
from tocsin.core.case.tables import EM, PEC, RM
from tocsin.core.case.terms import Consent
from tocsin.core.vocabulary import Refused

T0 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    """The instant that many days after the story begins."""
    return T0 + timedelta(days=number)


def who(by: str, *, rm: RM = RM.ACCEPTED, cs: str = "Vfdpxa", now: datetime = T0) -> Standing:
    return Standing(by=by, rm=rm, cs=cs, now=now)


def done(answer: Answer) -> Negotiation:
    assert not isinstance(answer, Refused), answer
    return answer[0]


def outcome(answer: Answer) -> Outcome:
    assert not isinstance(answer, Refused), answer
    return answer[1]


def refused(answer: Answer | Refused | None) -> str:
    assert isinstance(answer, Refused), answer
    return answer.rule


def proposed(*offers: tuple[str, str, float], held: Negotiation | None = None) -> Negotiation:
    held = held or Negotiation()
    for name, by, days in offers:
        held = done(negotiation.propose(held, who(by), name, day(days)))
    return held


def agreed(days: float = 30) -> Negotiation:
    return done(negotiation.accept(proposed(("one", "finder", days)), who("vendor")))


def drive(trace: str) -> Negotiation | Refused:
    """Drive one trace of the embargo table through the public functions, two people taking turns."""
    held = Negotiation()
    for number, letter in enumerate(trace):
        speaker = who(("finder", "vendor")[number % 2], now=day(number / 10))
        acts = {
            "p": lambda h, s, n=number: negotiation.propose(h, s, f"offer-{n}", day(20 + n)),
            "a": negotiation.accept,
            "r": negotiation.reject,
            "t": negotiation.terminate,
        }
        answer = acts[letter](held, speaker)
        if isinstance(answer, Refused):
            return answer
        assert answer[1].path == letter
        held = answer[0]
    return held


@pytest.mark.parametrize("trace", lines("em_traces.txt"))
def test_a_published_trace_is_negotiated_step_by_step(trace: str) -> None:
    held = drive(trace)
    assert isinstance(held, Negotiation)
    assert held.em in {EM.NONE, EM.EXITED}


def test_agreeing_signs_both_and_names_the_end() -> None:
    held = agreed(30)
    assert (held.em, held.ends_at, held.active) == (EM.ACTIVE, day(30), "one")
    assert held.consent("finder") is held.consent("vendor") is PEC.SIGNATORY


def test_the_shortest_proposal_wins_over_a_longer_agreement_of_others() -> None:
    held = proposed(("short", "finder", 14), ("long", "vendor", 60))
    answer = negotiation.accept(held, who("coordinator"), "long")
    assert done(answer).ends_at == day(14)
    assert outcome(answer).effective == "short"
    assert ("long", Fate.SET_ASIDE) in outcome(answer).fates


def test_who_proposed_the_shorter_end_can_agree_to_the_longer() -> None:
    held = proposed(("short", "finder", 14), ("long", "vendor", 60))
    assert done(negotiation.accept(held, who("finder"), "long")).ends_at == day(60)


def test_a_rejection_leaves_no_embargo_and_nobody_bound() -> None:
    held = done(negotiation.reject(proposed(("one", "finder", 30)), who("vendor")))
    assert (held.em, held.rejections) == (EM.NONE, 1)
    assert held.consent("vendor") is PEC.DECLINED
    assert held.may_see("vendor")


def test_taking_back_ones_own_proposal_is_not_a_disagreement() -> None:
    answer = negotiation.reject(proposed(("one", "finder", 30)), who("finder"))
    assert outcome(answer).fates == (("one", Fate.WITHDRAWN),)
    assert done(answer).rejections == 0


def test_a_revision_lets_every_signature_lapse_and_its_rejection_restores_them() -> None:
    revised = proposed(("two", "vendor", 45), held=agreed(30))
    assert (revised.em, revised.ends_at) == (EM.REVISE, day(30))
    assert revised.consent("finder") is PEC.LAPSED
    assert revised.may_see("finder")
    stands = done(negotiation.reject(revised, who("finder")))
    assert (stands.em, stands.ends_at) == (EM.ACTIVE, day(30))
    assert stands.consent("finder") is stands.consent("vendor") is PEC.SIGNATORY


def test_new_terms_bind_only_who_agreed_to_them() -> None:
    three = done(negotiation.accept(proposed(("one", "finder", 30)), who("vendor")))
    three = done(joining.join(three, who("coordinator")))
    renewed = done(negotiation.accept(proposed(("two", "vendor", 45), held=three), who("finder")))
    assert renewed.consent("coordinator") is PEC.INVITED
    assert not renewed.may_see("coordinator")
    assert done(joining.join(renewed, who("coordinator"))).may_see("coordinator")


def test_revisions_are_judged_from_the_earliest_and_judging_stops_at_the_first_no() -> None:
    held = proposed(("d20", "vendor", 20), ("d40", "vendor", 40), ("d60", "vendor", 60), held=agreed(30))
    answer = negotiation.judge(held, who("finder"), {"d20", "d60"})
    assert done(answer).ends_at == day(20)
    stands = negotiation.judge(held, who("finder"), {"d40", "d60"})
    assert done(stands).ends_at == day(30)
    assert ("d20", Fate.REJECTED) in outcome(stands).fates
    assert done(negotiation.judge(held, who("finder"), {"d20", "d40", "d60"})).ends_at == day(60)


def test_a_later_revision_is_not_rejected_before_an_earlier_one() -> None:
    held = proposed(("d20", "vendor", 20), ("d40", "vendor", 40), held=agreed(30))
    assert refused(negotiation.reject(held, who("finder"), "d40")) == "em.8"


def test_silence_is_a_no_only_after_its_own_date() -> None:
    held = done(negotiation.propose(Negotiation(), who("finder"), "one", day(30), day(7)))
    assert negotiation.expire(held, day(7)) == (held, Outcome())
    lapsed, what = negotiation.expire(held, day(7) + timedelta(seconds=1))
    assert (lapsed.em, lapsed.rejections, what.fates) == (EM.NONE, 1, (("one", Fate.UNANSWERED),))


def test_silence_on_one_proposal_does_not_answer_another() -> None:
    held = done(negotiation.propose(Negotiation(), who("finder"), "one", day(30), day(2)))
    held = done(negotiation.propose(held, who("vendor"), "two", day(60), day(9)))
    left, what = negotiation.expire(held, day(3))
    assert (left.em, what.path) == (EM.PROPOSED, "")
    assert [each.id for each in left.open_proposals] == ["two"]


def test_silence_without_a_date_is_no_answer() -> None:
    held = proposed(("one", "finder", 30))
    assert negotiation.expire(held, day(29))[0].em is EM.PROPOSED


def test_silence_on_a_revision_leaves_the_old_terms() -> None:
    held = done(negotiation.propose(agreed(30), who("vendor"), "two", day(60), day(5)))
    left, _ = negotiation.expire(held, day(6))
    assert (left.em, left.ends_at, left.consent("finder")) == (EM.ACTIVE, day(30), PEC.SIGNATORY)


def test_the_agreed_instant_ends_it_also_during_a_revision() -> None:
    held = proposed(("two", "vendor", 60), held=agreed(30))
    assert negotiation.due(held) == day(30)
    ended, what = negotiation.expire(held, day(30))
    assert (ended.em, what.path, ended.ends_at) == (EM.EXITED, "t", day(30))
    assert ended.consent("finder") is PEC.NO_EMBARGO


def test_the_project_decides_only_after_a_disagreement_and_with_a_reason() -> None:
    fresh = proposed(("one", "finder", 90))
    assert refused(negotiation.decide(fresh, who("vendor"), "ours", day(14), "the fix is out")) == "final-say"
    disagreed = done(negotiation.reject(fresh, who("vendor")))
    assert refused(negotiation.decide(disagreed, who("vendor"), "ours", day(14), "  ")) == "final-say"
    held = done(negotiation.decide(disagreed, who("vendor"), "ours", day(14), "the fix is ready"))
    assert (held.em, held.ends_at, held.unilateral) == (EM.ACTIVE, day(14), True)
    assert held.consent("vendor") is PEC.SIGNATORY
    assert held.consent("finder") is PEC.INVITED


@pytest.mark.parametrize("cs", ["vfdPxa", "VfdPXa", "VfdpXa", "VFdpxA", "VFDpxa"])
def test_no_embargo_begins_on_what_is_out_or_deployed(cs: str) -> None:
    assert refused(negotiation.propose(Negotiation(), who("finder", cs=cs), "one", day(9))) == "em.3"
    assert refused(negotiation.accept(proposed(("one", "finder", 30)), who("vendor", cs=cs))) == "em.3"


@pytest.mark.parametrize("rm", [RM.INVALID, RM.CLOSED])
def test_nobody_bargains_over_what_they_hold_invalid_or_closed(rm: RM) -> None:
    assert refused(negotiation.propose(Negotiation(), who("vendor", rm=rm), "one", day(9))) == "em.2"
    assert refused(negotiation.accept(proposed(("one", "finder", 30)), who("vendor", rm=rm))) == "em.2"


@pytest.mark.parametrize(
    ("ends", "respond"),
    [
        (T0, None),
        (T0 - timedelta(days=1), None),
        (datetime(2027, 1, 1), None),  # noqa: DTZ001 - the missing zone is the point
        (day(10), T0),
        (day(10), day(11)),
        (day(10), datetime(2026, 11, 30)),  # noqa: DTZ001
    ],
)
def test_an_end_without_hour_and_zone_ahead_is_no_end(ends: datetime, respond: datetime | None) -> None:
    assert refused(negotiation.propose(Negotiation(), who("finder"), "one", ends, respond)) in {"em.6", "em.8"}


def test_nobody_agrees_with_themselves() -> None:
    held = proposed(("one", "finder", 30))
    assert refused(negotiation.agreement_takes_two(held, "finder")) == "em.7"
    assert refused(negotiation.agreement_takes_two(held, "finder", "one")) == "em.7"
    assert negotiation.agreement_takes_two(held, "vendor", "one") is None


def test_the_world_ends_what_is_in_force_and_fells_what_is_proposed() -> None:
    assert negotiation.overtaken(agreed(), "VfdpxA")[0].em is EM.EXITED
    assert negotiation.overtaken(proposed(("one", "finder", 30)), "VfdPxa")[0].em is EM.NONE
    assert negotiation.overtaken(agreed(), "VFDpxa")[1].path == ""


def test_a_newcomer_consents_before_seeing_anything() -> None:
    held = done(joining.invite(agreed(), who("vendor"), "deployer", day(3)))
    assert not held.may_see("deployer")
    assert done(joining.join(held, who("deployer"))).may_see("deployer")
    silent, _ = negotiation.expire(held, day(4))
    assert silent.consent("deployer") is PEC.DECLINED
    assert not silent.may_see("deployer")
    assert done(joining.join(silent, who("deployer"))).may_see("deployer")


def test_a_signature_cannot_be_taken_back_nor_given_twice() -> None:
    assert refused(joining.decline(agreed(), who("vendor"))) == "pec.delta"
    assert refused(joining.join(agreed(), who("vendor"))) == "pec.delta"


def test_a_merger_takes_the_earliest_end_and_asks_who_was_not_bound() -> None:
    other = done(negotiation.accept(proposed(("two", "second finder", 20)), who("vendor")))
    merged = joining.merge(agreed(30), other)
    assert (merged.em, merged.ends_at) == (EM.ACTIVE, day(20))
    assert merged.consent("finder") is merged.consent("second finder") is PEC.SIGNATORY
    free = Negotiation(consents=(Consent(participant="third"),))
    assert joining.merge(agreed(30), free).consent("third") is PEC.INVITED


def test_an_ended_embargo_ends_the_merged_one() -> None:
    ended = done(negotiation.terminate(agreed(30), who("vendor")))
    for merged in (joining.merge(ended, agreed(20)), joining.merge(agreed(20), ended)):
        assert merged.em is EM.EXITED
        assert merged.consent("finder") is PEC.NO_EMBARGO


def test_a_split_carries_the_embargo_over() -> None:
    part = joining.split(agreed(30), {"vendor"})
    assert (part.em, part.ends_at, part.consent("vendor")) == (EM.ACTIVE, day(30), PEC.SIGNATORY)
    assert part.consent("finder") is PEC.NO_EMBARGO


def test_a_negotiation_travels() -> None:
    held = proposed(("two", "vendor", 60), held=agreed(30))
    assert msgspec.json.decode(msgspec.json.encode(held), type=Negotiation) == held
