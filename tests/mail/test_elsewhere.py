# SPDX-License-Identifier: Apache-2.0
"""A case that went to another project: who stayed behind moves nothing in it by answering an old mail, and its reporter
is heard there still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mail import post
from tests.services.acts import act
from tocsin.core.case import events as ev
from tocsin.core.case import party_commands as pc
from tocsin.core.vocabulary import CaseRef, Role
from tocsin.services.mail import taking
from tocsin.testing.house import House, house

OTHERS = "example"


@pytest.fixture
def home() -> House:
    made = house()
    assert made.desk.mail
    made.desk = replace(made.desk, mail=replace(made.desk.mail, trusted=post.TRUSTED))
    made.desk.people.add("Mo", "mo@example.org", {post.PROJECT: frozenset({Role.OWNER, Role.MAINTAINER})})
    return made


def opened(home: House, *, goes: bool) -> CaseRef:
    post.deliver(home, post.mail(headers=(post.proof("example.net"),)))
    (ref,) = post.refs(home)
    info = home.desk.projects.get(OTHERS)
    assert info
    if goes:
        act(home, ref, pc.Transfer(to=OTHERS, policy=info.policy, reason="It is theirs."))
    return ref


def answer(home: House, sender: str, text: str) -> None:
    headers = (post.proof(sender.rpartition("@")[2]), "In-Reply-To: <m1@example.net>")
    raw = post.mail(
        text, sender=sender, subject="Re: Crash in the executor", headers=headers, message_id="m2@example.net"
    )
    post.deliver(home, raw, sender=sender)


@pytest.mark.parametrize("goes", [True, False])
def test_a_member_of_the_project_that_a_case_left_moves_nothing_in_it_by_mail(home: House, goes: bool) -> None:
    ref = opened(home, goes=goes)
    before = post.look(home, ref).case.seq
    answer(home, "mo@example.org", "/note Let me add a word.")
    moved = post.look(home, ref).case.seq > before
    assert moved is not goes, "the control: where it stays, the note stands in it"
    held = [each.because for each in post.quarantine(home)]
    assert held == ([(taking.ELSEWHERE,)] if goes else [])
    assert [each.case for each in post.quarantine(home)] == ([""] if goes else [])


def test_its_reporter_is_heard_in_it_wherever_it_went(home: House) -> None:
    ref = opened(home, goes=True)
    answer(home, "ann@example.net", "It happens on ARM, too.")
    heard = [each.event.text for each in post.entries(home, ref) if isinstance(each.event, ev.MessageReceived)]
    assert heard == ["It happens on ARM, too."]
    assert post.refs(home) == [ref]
