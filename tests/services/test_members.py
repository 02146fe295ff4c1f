# SPDX-License-Identifier: Apache-2.0
"""Who belongs to a project: owners decide, a promotion to a role that publishes takes two, and nobody is locked out."""

from __future__ import annotations

import pytest

from tests.services.acts import PROJECT
from tocsin.core.case.approval import ALONE, EXPIRES
from tocsin.core.vocabulary import PROJECT_ROLES, Actor, Refused, Role
from tocsin.services import members
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


def actor(home: House, person: str) -> Actor:
    found = home.desk.people.actor(person, PROJECT)
    assert found
    return found


def roles(home: House, person: str) -> frozenset[Role]:
    return actor(home, person).roles


def triager(home: House) -> str:
    done = members.invite(home.desk, actor(home, home.dana), PROJECT, "Tria", "tria@example.org", [Role.TRIAGER])
    assert not isinstance(done, Refused), done
    return done[0].id


def alone(home: House) -> None:
    """Leave Dana as the only owner and maintainer."""
    home.desk.people.add("Li", "li@example.org", {PROJECT: frozenset({Role.TRIAGER})})


def asked(home: House, person: str, role: Role = Role.PUBLISHER) -> members.Promotion:
    done = members.put(home.desk, actor(home, home.dana), PROJECT, person, [Role.TRIAGER, role])
    assert done == {role}
    (found,) = members.waiting(home.desk, actor(home, home.li), PROJECT)
    return found


def code(answer: object) -> str:
    assert isinstance(answer, Refused), answer
    return answer.code


def test_an_owner_invites_and_the_link_signs_in_once(home):
    done = members.invite(home.desk, actor(home, home.dana), PROJECT, "Tria", "tria@example.org", [Role.TRIAGER])
    assert not isinstance(done, Refused)
    person, link = done
    assert roles(home, person.id) == {Role.TRIAGER}
    assert home.desk.people.redeem(link.rpartition("/")[2], home.clock()) == person.id
    assert home.desk.people.redeem(link.rpartition("/")[2], home.clock()) is None


@pytest.mark.parametrize("role", [each for each in PROJECT_ROLES if each is not Role.OWNER])
def test_nobody_but_an_owner_changes_who_belongs(home, role):
    person = triager(home)
    home.desk.people.add("Tria", "tria@example.org", {PROJECT: frozenset({role})})
    me = actor(home, person)
    assert code(members.put(home.desk, me, PROJECT, home.li, [Role.TRIAGER])) == "not-permitted"
    assert code(members.invite(home.desk, me, PROJECT, "X", "x@example.org", [Role.TRIAGER])) == "not-permitted"


@pytest.mark.parametrize("role", members.WEIGHTY)
def test_a_role_that_publishes_takes_a_second_person(home, role):
    person = triager(home)
    wish = asked(home, person, role)
    assert role not in roles(home, person)
    assert code(members.confirm(home.desk, actor(home, home.dana), PROJECT, wish.id)) == "needs-approval"
    assert role not in roles(home, person)
    done = members.confirm(home.desk, actor(home, home.li), PROJECT, wish.id)
    assert not isinstance(done, Refused)
    assert roles(home, person) == {Role.TRIAGER, role}
    assert members.waiting(home.desk, actor(home, home.li), PROJECT) == ()


def test_nobody_confirms_their_own_promotion(home):
    person = triager(home)
    home.desk.people.add("Tria", "tria@example.org", {PROJECT: frozenset({Role.MAINTAINER})})
    members.put(home.desk, actor(home, home.dana), PROJECT, person, [Role.MAINTAINER, Role.PUBLISHER])
    (wish,) = members.waiting(home.desk, actor(home, person), PROJECT)
    assert code(members.confirm(home.desk, actor(home, person), PROJECT, wish.id)) == "needs-approval"


def test_a_lone_owner_waits_a_day(home):
    person = triager(home)
    alone(home)
    members.put(home.desk, actor(home, home.dana), PROJECT, person, [Role.TRIAGER, Role.PUBLISHER])
    (wish,) = members.waiting(home.desk, actor(home, home.dana), PROJECT)
    assert code(members.confirm(home.desk, actor(home, home.dana), PROJECT, wish.id)) == "needs-approval"
    home.clock.advance(ALONE)
    assert not isinstance(members.confirm(home.desk, actor(home, home.dana), PROJECT, wish.id), Refused)


def test_a_promotion_nobody_confirms_is_forgotten(home):
    wish = asked(home, triager(home))
    home.clock.advance(EXPIRES)
    assert code(members.confirm(home.desk, actor(home, home.li), PROJECT, wish.id)) == "not-found"


def test_a_project_keeps_an_owner(home):
    alone(home)
    assert code(members.put(home.desk, actor(home, home.dana), PROJECT, home.dana, [Role.TRIAGER])) == "last-owner"


def test_a_change_of_roles_ends_the_sessions_of_that_person_only(home):
    before, other = home.desk.people.stamp(home.li), home.desk.people.stamp(home.dana)
    members.put(home.desk, actor(home, home.dana), PROJECT, home.li, [Role.AUDITOR])
    assert home.desk.people.stamp(home.li) != before
    assert home.desk.people.stamp(home.dana) == other


def test_a_wrong_invitation_is_refused_with_what_to_do(home):
    me = actor(home, home.dana)
    assert code(members.invite(home.desk, me, PROJECT, "X", "nowhere", [Role.TRIAGER])) == "address-malformed"
    assert code(members.invite(home.desk, me, PROJECT, "X", "x@example.org", [])) == "nothing-given"
    assert code(members.invite(home.desk, me, PROJECT, "Li", "LI@example.org", [Role.TRIAGER])) == "member-already"


def promoted_by_one(home: House) -> bool:
    """Whether one owner alone makes a publisher."""
    person = triager(home)
    wish = asked(home, person)
    members.confirm(home.desk, actor(home, home.dana), PROJECT, wish.id)
    return Role.PUBLISHER in roles(home, person)


def test_one_owner_alone_makes_no_publisher_and_a_build_without_the_rule_is_caught(home, monkeypatch):
    """With its negative control."""
    assert not promoted_by_one(home)
    monkeypatch.setattr(members, "WEIGHTY", ())
    fresh = house()
    members.put(fresh.desk, actor(fresh, fresh.dana), PROJECT, triager(fresh), [Role.PUBLISHER])
    assert any(Role.PUBLISHER in held for each, held in fresh.desk.people.members(PROJECT) if each.name == "Tria")


def test_a_reset_ends_sessions(home):
    before = home.desk.people.stamp(home.li)
    home.desk.people.reset(home.li)
    assert home.desk.people.stamp(home.li) not in ("", before)
