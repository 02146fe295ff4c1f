# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what, asked directly: people are in the matrix, here stand those who are no people, and what a
refusal says."""

from __future__ import annotations

import pytest

from tocsin.core import access
from tocsin.core.vocabulary import CLOCK_ACTOR, SYSTEM_ACTOR, Actor, ActorKind, MoveName, Refused, Role

PARTY = Actor(kind=ActorKind.PARTY, id="party_1")
REPORTER = Actor(kind=ActorKind.REPORTER, id="room_1")
ABOUT_OTHERS = {MoveName.INVITE, MoveName.MERGE, MoveName.SPLIT, MoveName.SHARE, MoveName.CONFIRM_FIX, MoveName.REPORT}


@pytest.mark.parametrize("move", MoveName)
def test_the_machine_and_the_clock_may_ask_for_every_move(move: MoveName) -> None:
    assert access.may_move(SYSTEM_ACTOR, move) is access.may_move(CLOCK_ACTOR, move) is True
    assert access.guard(SYSTEM_ACTOR, move) is None


def test_the_machine_reads_and_the_clock_has_no_role_to_read_by() -> None:
    assert access.may_read(SYSTEM_ACTOR) is True
    assert access.may_read(CLOCK_ACTOR) is False


def test_a_party_speaks_for_itself_and_bargains_and_does_nothing_else() -> None:
    allowed = {move for move in MoveName if access.may_move(PARTY, move)}
    assert allowed == {
        MoveName.REPLY, MoveName.PARTY, MoveName.PROPOSE_EMBARGO, MoveName.ACCEPT_EMBARGO, MoveName.REJECT_EMBARGO,
    }  # fmt: skip
    assert not allowed & ABOUT_OTHERS
    assert not access.may_read(PARTY)


def test_a_reporter_may_do_what_a_party_may_and_what_only_who_found_it_can() -> None:
    allowed = {move for move in MoveName if access.may_move(REPORTER, move)}
    assert allowed == access.PARTY_MOVES | {MoveName.REPORT, MoveName.APPEAL, MoveName.CONFIRM_FIX, MoveName.SHARE}
    assert not access.may_read(REPORTER)


def test_a_role_of_a_person_counts_for_people_only() -> None:
    """A drop that says it came from an owner is still a reporter's."""
    forged = Actor(kind=ActorKind.REPORTER, id="room_1", roles=frozenset({Role.OWNER}))
    assert isinstance(access.guard(forged, MoveName.ACCEPT), Refused)


@pytest.mark.parametrize("move", MoveName)
def test_a_refusal_names_exactly_the_roles_that_would_do(move: MoveName) -> None:
    refused = access.guard(Actor(kind=ActorKind.PERSON, id="usr_one"), move)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.rule) == ("not-permitted", "access")
    alone = {role: Actor(kind=ActorKind.PERSON, id="usr_one", roles=frozenset({role})) for role in Role}
    assert refused.missing == tuple(role.value for role, actor in alone.items() if access.may_move(actor, move))
    assert move.value in refused.because
    assert all(role in refused.because for role in refused.missing)
