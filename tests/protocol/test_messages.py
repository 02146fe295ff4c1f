# SPDX-License-Identifier: Apache-2.0
"""The 28 messages: every state meets every message, and the published rows hold."""

from __future__ import annotations

from itertools import product

import pytest

from tocsin.core.case.messages import MEANING, MESSAGE_RULES, QUIET, RECEIVED, SENT, Message, received, sent
from tocsin.core.case.rules import RULES, Joint, settle
from tocsin.core.case.tables import CS_STATES, EM, EM_IN_FORCE, RM, Fact, matches
from tocsin.core.vocabulary import Refused

JOINTS = [Joint(rm=r, em=e, cs=c, vendor=v) for r, e, c, v in product(RM, EM, CS_STATES, (True, False))]
ACKNOWLEDGEMENTS = {Message.RK, Message.EK, Message.CK, Message.GK}

every_message = pytest.mark.parametrize("message", list(Message))


def test_there_are_28_messages_and_one_way_to_send_each() -> None:
    assert len(Message) == len(MEANING) == 28
    assert {row.message for row in SENT} == {row.message for row in RECEIVED} == set(Message)
    assert len(SENT) == 28


@every_message
def test_every_state_answers_every_message(message: Message) -> None:
    for joint in JOINTS:
        outcome = sent(joint, message)
        if isinstance(outcome, Refused):
            assert outcome.rule in RULES or outcome.rule in MESSAGE_RULES
            assert outcome.because.endswith(".")
        else:
            assert settle(outcome) == outcome
        after, answers = received(joint, message)
        assert joint.rm is RM.CLOSED or settle(after) == after
        assert set(answers) <= set(Message)


@every_message
def test_a_closed_report_ignores_what_arrives(message: Message) -> None:
    for joint in JOINTS:
        if joint.rm is RM.CLOSED:
            assert received(joint, message) == (joint, ())


def test_everything_but_an_acknowledgement_is_answered() -> None:
    for joint, message in product(JOINTS, Message):
        if joint.rm is not RM.CLOSED:
            _, answers = received(joint, message)
            assert bool(answers) == (message not in ACKNOWLEDGEMENTS)


def test_news_about_a_report_nobody_sent_is_an_error_and_a_question() -> None:
    for message in (Message.RI, Message.RV, Message.RD, Message.RA, Message.RC):
        after, answers = received(Joint(), message)
        assert answers == (Message.RE, Message.GI)
        assert after == Joint()


def test_a_report_makes_a_vendor_aware_and_others_only_receivers() -> None:
    assert received(Joint(), Message.RS) == (
        Joint(rm=RM.RECEIVED, cs="Vfdpxa"),
        (Message.RK, Message.CV),
    )
    other = Joint(vendor=False)
    assert received(other, Message.RS) == (Joint(rm=RM.RECEIVED, vendor=False), (Message.RK,))


def test_only_who_accepted_sends_a_report_on() -> None:
    can = {joint.rm for joint in JOINTS if not isinstance(sent(joint, Message.RS), Refused)}
    assert can == {RM.ACCEPTED}


def test_a_fix_is_announced_only_by_a_vendor_who_accepted_or_deferred() -> None:
    can = {(j.rm, j.vendor, j.cs[:3]) for j in JOINTS if not isinstance(sent(j, Message.CF), Refused)}
    assert can == {(RM.ACCEPTED, True, "Vfd"), (RM.DEFERRED, True, "Vfd")}


def test_no_message_begins_or_keeps_an_embargo_on_what_is_out() -> None:
    for joint, message in product(JOINTS, Message):
        for after in (sent(joint, message), received(joint, message)[0]):
            if isinstance(after, Refused) or joint.rm is RM.CLOSED:
                continue
            assert matches(after.cs, QUIET) or after.em not in EM_IN_FORCE


@pytest.mark.parametrize(
    ("em", "message", "ends", "answer"),
    [
        (EM.NONE, Message.EP, EM.NONE, Message.ER),
        (EM.PROPOSED, Message.EP, EM.NONE, Message.ER),
        (EM.PROPOSED, Message.EA, EM.NONE, Message.ER),
        (EM.ACTIVE, Message.EV, EM.EXITED, Message.ET),
        (EM.REVISE, Message.EV, EM.EXITED, Message.ET),
        (EM.REVISE, Message.EJ, EM.EXITED, Message.ET),
        (EM.REVISE, Message.EC, EM.EXITED, Message.ET),
    ],
)
@pytest.mark.parametrize("cs", ["VfdPxa", "VfdPXa", "VfdpxA"])
def test_talk_about_an_embargo_on_what_is_out_is_answered_with_its_end(
    cs: str, em: EM, message: Message, ends: EM, answer: Message
) -> None:
    after, answers = received(Joint(rm=RM.ACCEPTED, em=em, cs=cs), message)
    assert (after.em, answers) == (ends, (answer,))


@pytest.mark.parametrize(
    ("em", "message", "ends"),
    [
        (EM.NONE, Message.EP, EM.PROPOSED),
        (EM.PROPOSED, Message.EP, EM.PROPOSED),
        (EM.PROPOSED, Message.EA, EM.ACTIVE),
        (EM.PROPOSED, Message.ER, EM.NONE),
        (EM.ACTIVE, Message.EV, EM.REVISE),
        (EM.REVISE, Message.EV, EM.REVISE),
        (EM.REVISE, Message.EJ, EM.ACTIVE),
        (EM.REVISE, Message.EC, EM.ACTIVE),
        (EM.ACTIVE, Message.ET, EM.EXITED),
        (EM.REVISE, Message.ET, EM.EXITED),
        (EM.EXITED, Message.ET, EM.EXITED),
    ],
)
def test_quiet_talk_about_an_embargo_moves_both_sides_alike(em: EM, message: Message, ends: EM) -> None:
    joint = Joint(rm=RM.ACCEPTED, em=em, cs="Vfdpxa")
    after, answers = received(joint, message)
    assert (after.em, answers) == (ends, (Message.EK,))
    if em is not EM.EXITED:
        assert sent(joint, message) == after


def test_what_does_not_fit_is_an_error() -> None:
    assert received(Joint(rm=RM.ACCEPTED, cs="Vfdpxa"), Message.EA)[1] == (Message.EE,)


@pytest.mark.parametrize("message", [Message.CP, Message.CX, Message.CA])
@pytest.mark.parametrize(("em", "ends"), [(EM.PROPOSED, EM.NONE), (EM.ACTIVE, EM.EXITED), (EM.REVISE, EM.EXITED)])
def test_what_the_world_learns_ends_the_embargo_for_who_says_it_and_who_hears_it(
    message: Message, em: EM, ends: EM
) -> None:
    joint = Joint(rm=RM.ACCEPTED, em=em, cs="Vfdpxa")
    for after in (sent(joint, message), received(joint, message)[0]):
        assert not isinstance(after, Refused)
        assert after.em is ends
        assert Fact(message.value[1]) in after.cs


def test_an_exploit_makes_it_public_too() -> None:
    after = sent(Joint(rm=RM.ACCEPTED, cs="Vfdpxa"), Message.CX)
    assert isinstance(after, Joint)
    assert after.cs == "VfdPXa"


def test_attacks_do_not_make_it_public_although_the_source_prints_so() -> None:
    assert received(Joint(rm=RM.ACCEPTED, cs="Vfdpxa"), Message.CA)[0].cs == "VfdpxA"


def test_valid_is_never_called_invalid_although_the_source_allows_the_message() -> None:
    assert isinstance(sent(Joint(rm=RM.VALID, cs="Vfdpxa"), Message.RI), Refused)
