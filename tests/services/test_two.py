# SPDX-License-Identifier: Apache-2.0
"""The rule of two people: what one account cannot do, what exactly is approved, and what a lone maintainer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.acts import PROJECT, act, attempt, digest, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case.approval import ALONE, EXPIRES
from tocsin.core.case.decide import approve
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, Refused, Role
from tocsin.services import cases
from tocsin.testing.house import House, house

ADVISORY = "WHPG-SA-2026-001"


@pytest.fixture
def home() -> House:
    return house()


def ask(home: House, ref: str, command: cmd.Command, person: str = "") -> str:
    done = attempt(home, ref, cmd.AskApproval(wish=cmd.encode(command)), person)
    assert not isinstance(done, Refused), done
    return done.asks[-1].asked.digest


def publish(home: House, ref: str) -> cmd.Publish:
    return cmd.Publish(confirmation=ADVISORY, digest=digest(home, ref))


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def asked(home: House) -> tuple[str, str]:
    """A case for which Dana has asked publication."""
    ref = report(home).case
    ready(home, ref)
    return ref, ask(home, ref, publish(home, ref))


def alone(home: House) -> None:
    """Leave Dana as the only one who may publish."""
    home.desk.people.add("Li", "li@example.org", {PROJECT: frozenset({Role.TRIAGER})})


def test_one_account_publishes_nothing_and_is_told_who_can_approve(home):
    ref = report(home).case
    ready(home, ref)
    answer = refused(attempt(home, ref, publish(home, ref)))
    assert (answer.code, answer.missing) == ("needs-approval", ("approval by Li",))
    assert "Li can approve exactly this" in answer.because


def test_a_second_person_approves_and_with_it_the_order_is_given(home):
    ref, wanted = asked(home)
    done = attempt(home, ref, cmd.Approve(digest=wanted), home.li)
    assert not isinstance(done, Refused), done
    assert done.ordered_digest == digest(home, ref)
    assert done.asks == ()


def test_nobody_approves_their_own_wish_while_there_is_somebody_else(home):
    ref, wanted = asked(home)
    for late in (timedelta(), ALONE, 2 * ALONE):
        home.clock.advance(late)
        assert refused(attempt(home, ref, cmd.Approve(digest=wanted))).code == "approval-own"


def test_an_approval_is_for_one_digest_and_no_other(home):
    ref, wanted = asked(home)
    assert refused(attempt(home, ref, cmd.Approve(digest="0" * 64), home.li)).code == "approval-unknown"
    act(home, ref, cmd.SetCve(cve_id="CVE-2026-12345"))
    changed = ask(home, ref, publish(home, ref))
    assert changed != wanted
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), home.li)).code == "approval-unknown"


def test_what_was_asked_in_spring_is_not_approved_in_autumn(home):
    ref, wanted = asked(home)
    home.clock.advance(EXPIRES)
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), home.li)).code == "approval-expired"


def test_a_second_person_needs_the_role_themselves(home):
    ref, wanted = asked(home)
    tria = home.desk.people.add("Tria", "tria@example.org", {PROJECT: frozenset({Role.TRIAGER})}).id
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), tria)).code == "not-permitted"


def test_the_wish_of_somebody_who_lost_the_role_is_not_carried_out(home):
    ref, wanted = asked(home)
    home.desk.people.add("Dana", "dana@example.org", {PROJECT: frozenset({Role.AUDITOR})})
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), home.li)).code == "approval-asker-gone"


def test_gates_that_shut_meanwhile_hold_for_the_approval_too(home):
    ref, wanted = asked(home)
    act(home, ref, cmd.SetLines(lines=()), person=home.li)
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), home.li)).code


def test_a_lone_maintainer_waits_a_day_between_wish_and_deed(home):
    ref, wanted = asked(home)
    alone(home)
    home.clock.advance(ALONE - timedelta(minutes=1))
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted))).code == "approval-waits"
    home.clock.advance(timedelta(minutes=1))
    done = attempt(home, ref, cmd.Approve(digest=wanted))
    assert not isinstance(done, Refused), done
    assert done.ordered_digest


def test_a_lone_maintainer_does_not_wait_for_what_is_public(home):
    ref = report(home).case
    ready(home, ref)
    act(home, ref, cmd.Observe(bit="P", note="a list"), person=home.dana)
    alone(home)
    wanted = ask(home, ref, publish(home, ref))
    assert not isinstance(attempt(home, ref, cmd.Approve(digest=wanted)), Refused)


def bargained(home: House, days: int = 9) -> str:
    """A case under an agreed embargo."""
    ref = report(home).case
    ready(home, ref)
    ends = home.clock() + timedelta(days=days)
    act(home, ref, cmd.ProposeEmbargo(proposal="one", ends_at=ends, reason="to test"))
    reporter(home, ref, cmd.AcceptEmbargo(proposal="one"))
    return ref


def reporter(home: House, ref: str, command: cmd.Command) -> None:
    done = cases.handle(home.desk, ref, command, Actor(kind=ActorKind.REPORTER, id=the_case(home, ref).room))
    assert not isinstance(done, Refused), done


def the_case(home: House, ref: str) -> Case:
    opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case


@pytest.mark.parametrize("why", ["early", "leaked"])
def test_an_embargo_ends_early_by_two_only_and_at_once_when_it_is_public(home, why):
    ref = bargained(home)
    end = cmd.EndEmbargo(why=why, reason="The fix is out.")
    assert refused(attempt(home, ref, end)).code == "needs-approval"
    act(home, ref, cmd.Observe(bit="P", note="a list"))
    assert not the_case(home, ref).embargo.in_force


def test_an_embargo_is_shortened_by_two_and_lengthened_by_one(home):
    ref = bargained(home)
    sooner, later = home.clock() + timedelta(days=2), home.clock() + timedelta(days=12)
    reporter(home, ref, cmd.ProposeEmbargo(proposal="two", ends_at=sooner, reason="my talk"))
    assert refused(attempt(home, ref, cmd.AcceptEmbargo(proposal="two"))).code == "needs-approval"
    longer = cmd.ProposeEmbargo(
        proposal="three", ends_at=later, reason_class="not-well-tested", reason="One line more."
    )
    assert not isinstance(attempt(home, ref, longer), Refused)


def test_a_yes_does_not_carry_out_what_would_be_something_else_by_now(home):
    """Asked for as a shorter embargo; meanwhile it is shorter still, so that the same words would lengthen it."""
    ref = bargained(home)
    for proposal in ("two", "three"):  # the policy's final say comes after two
        sooner = cmd.ProposeEmbargo(proposal=proposal, ends_at=home.clock() + timedelta(days=1), reason="my talk")
        reporter(home, ref, sooner)
        act(home, ref, cmd.RejectEmbargo(proposal=proposal, reason="Too soon."))
    wanted = ask(
        home, ref, cmd.DecideEmbargo(proposal="four", ends_at=home.clock() + timedelta(days=5), reason="It leaks.")
    )
    act(home, ref, cmd.ProposeEmbargo(proposal="five", ends_at=home.clock() + timedelta(days=2), reason="It leaks."))
    reporter(home, ref, cmd.AcceptEmbargo(proposal="five"))
    assert refused(attempt(home, ref, cmd.Approve(digest=wanted), home.li)).code == "approval-stale"


def test_a_date_above_the_maximum_is_proposed_with_a_second_approval(home):
    ref = report(home).case
    ready(home, ref)
    far = cmd.ProposeEmbargo(
        proposal="far", ends_at=home.clock() + timedelta(days=60), reason_class="not-well-tested", reason="A rewrite."
    )
    told = refused(attempt(home, ref, far))
    assert (told.code, told.missing) == ("needs-approval", ("approval by Li",))
    assert told.cite.startswith("SECURITY.md:")
    wanted = ask(home, ref, far)
    done = attempt(home, ref, cmd.Approve(digest=wanted), home.li)
    assert not isinstance(done, Refused), done
    assert [each.id for each in done.embargo.open_proposals] == ["far"]


def test_what_one_may_do_needs_no_approval(home):
    ref = report(home).case
    for command in (cmd.NeedInfo(question="Which build?"), cmd.AskApproval(wish="{}"), cmd.Approve(digest="")):
        told = refused(attempt(home, ref, cmd.AskApproval(wish=cmd.encode(command))))
        assert told.code == "approval-not-needed"
    told = refused(attempt(home, ref, cmd.AskApproval(wish="not json")))
    assert told.code == "approval-not-needed"


def one_account_publishes(home: House) -> bool:
    """Whether a single account gets an advisory ordered: what the rule is there to make impossible."""
    ref = report(home).case
    ready(home, ref)
    attempt(home, ref, publish(home, ref))
    attempt(home, ref, cmd.AskApproval(wish=cmd.encode(publish(home, ref))))
    for each in the_case(home, ref).asks:
        attempt(home, ref, cmd.Approve(digest=each.asked.digest))
    return bool(the_case(home, ref).ordered_digest)


def test_one_account_alone_never_gets_an_advisory_ordered(home):
    assert not one_account_publishes(home)


def test_a_build_without_the_rule_is_caught(home, monkeypatch):
    """Negative control: with the look for others broken, one account publishes, and the check above sees it."""
    monkeypatch.setattr(approve, "_alone", lambda *_: None)
    assert one_account_publishes(home)


def test_a_project_that_names_nobody_to_the_rules_waits(home):
    """A door that forgets to say who else there is gets the stricter answer."""
    ref = report(home).case
    ready(home, ref)
    dana, opened = home.desk.people.actor(home.dana, PROJECT), cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert dana
    assert opened
    context = replace(cases.context_of(home.desk, opened, dana, publish(home, ref)), people=())
    assert refused(rules.decide(opened.case, publish(home, ref), context)).code == "needs-approval"
