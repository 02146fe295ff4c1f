# SPDX-License-Identifier: Apache-2.0
"""The contract of projects and people, on every store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.stores import BASES, OTHER, T0, WHPG, Stores, policy
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.projects import DbProjects
from tocsin.core.policy import coherent
from tocsin.core.vocabulary import ActorKind, Role
from tocsin.services.ports.world import PolicyRefused
from tocsin.testing.world import SeededMint, VirtualClock

HOUR = timedelta(hours=1)
BOTH = {WHPG: frozenset({Role.OWNER, Role.TRIAGER}), OTHER: frozenset({Role.DISTRIBUTOR})}


def test_a_policy_makes_its_project(stores: Stores) -> None:
    project = stores.projects.get(WHPG)
    assert project is not None
    assert (project.id, project.prefix) == (WHPG, "WHPG")
    assert stores.projects.policy(WHPG, project.policy).project.name == project.name == "Warehousepg"
    assert stores.projects.get("unheard-of") is None


def test_projects_are_listed_in_the_order_they_were_made(stores: Stores) -> None:
    stores.projects.adopt(policy("aaa", "AAA"), "tests", T0 + HOUR)
    stores.projects.adopt(policy(OTHER, "OTHER", "Others"), "tests", T0 + 2 * HOUR)
    assert [project.id for project in stores.projects.all()] == [OTHER, WHPG, "aaa"]


def test_every_policy_a_project_ever_had_can_be_read(stores: Stores) -> None:
    first = stores.projects.get(WHPG)
    assert first is not None
    second = stores.projects.adopt(policy(team="Others"), "tests", T0 + HOUR)
    assert second.policy != first.policy
    assert stores.projects.get(WHPG) == second
    assert stores.projects.policy(WHPG, first.policy).project.team == "The crew"
    assert stores.projects.policy(WHPG, second.policy).project.team == "Others"


def test_the_history_tells_every_version_with_its_text_day_and_person(stores: Stores) -> None:
    first = stores.projects.get(WHPG)
    second = stores.projects.adopt(policy(team="Others"), "Dana", T0 + HOUR)
    stores.projects.adopt(policy(), "Li", T0 + 2 * HOUR)
    told = stores.projects.history(WHPG)
    assert first is not None
    assert [(each.version, each.adopted_at) for each in told] == [(second.policy, T0 + HOUR), (first.policy, T0)]
    assert (told[0].adopted_by, told[0].toml) == ("Dana", policy(team="Others"))
    assert stores.projects.history("unheard-of") == []


def test_an_earlier_policy_can_be_adopted_again(stores: Stores) -> None:
    first = stores.projects.get(WHPG)
    stores.projects.adopt(policy(team="Others"), "tests", T0 + HOUR)
    assert stores.projects.adopt(policy(), "tests", T0 + 2 * HOUR) == first == stores.projects.get(WHPG)


def test_a_policy_reads_as_it_was_adopted_when_what_it_extends_has_changed(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = stores.projects.adopt(policy(extends="house"), "tests", T0)
    monkeypatch.setitem(BASES, "house", BASES["house"].replace("The house", "The new house"))
    pinned = stores.projects.policy(WHPG, project.policy)
    assert (pinned.version, pinned.project.team) == (project.policy, "The house")
    assert stores.projects.adopt(policy(extends="house"), "tests", T0).policy != project.policy


def test_a_policy_that_never_was_cannot_be_read(stores: Stores) -> None:
    project = stores.projects.get(WHPG)
    assert project is not None
    for place in ((OTHER, project.policy), (WHPG, "0" * 64), ("unheard-of", project.policy)):
        with pytest.raises(LookupError):
            stores.projects.policy(*place)


def test_a_policy_with_problems_is_refused_with_all_of_them_and_changes_nothing(stores: Stores) -> None:
    before = list(stores.projects.all())
    with pytest.raises(PolicyRefused) as refused:
        stores.projects.adopt(policy() + "\n[nonsense]\na = 1\n\n[folly]\nb = 2\n", "tests", T0)
    assert len(refused.value.problems) >= 2
    assert all(str(problem) in str(refused.value) for problem in refused.value.problems)
    assert list(stores.projects.all()) == before


def test_two_projects_never_share_a_prefix(stores: Stores) -> None:
    with pytest.raises(ValueError, match="prefix WHPG"):
        stores.projects.adopt(policy("aaa", "WHPG"), "tests", T0)
    assert stores.projects.get("aaa") is None


def test_a_project_keeps_the_prefix_that_its_cases_are_named_by(stores: Stores) -> None:
    before = stores.projects.get(WHPG)
    with pytest.raises(PolicyRefused, match="the prefix stays WHPG"):
        stores.projects.adopt(policy(WHPG, "NEWER"), "tests", T0)
    assert stores.projects.get(WHPG) == before


def test_a_person_is_an_actor_with_their_roles_in_each_project(stores: Stores) -> None:
    ann = stores.people.add("Ann", "Ann@Example.org ", BOTH)
    assert ann.email == "ann@example.org"
    actor = stores.people.actor(ann.id, WHPG)
    assert actor is not None
    assert (actor.kind, actor.id, actor.name, actor.roles) == (ActorKind.PERSON, ann.id, "Ann", BOTH[WHPG])
    elsewhere = stores.people.actor(ann.id, "unheard-of")
    assert elsewhere is not None
    assert elsewhere.roles == frozenset()
    assert stores.people.actor("usr_unknown", WHPG) is None


def test_a_person_reads_only_projects_with_a_role_that_reads(stores: Stores) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    bob = stores.people.add("Bob", "bob@example.org", dict.fromkeys((WHPG, OTHER), frozenset({Role.AUDITOR})))
    assert stores.people.projects(ann.id) == (WHPG,)
    assert stores.people.projects(bob.id) == (OTHER, WHPG)
    assert stores.people.projects("usr_unknown") == ()


def test_members_are_listed_by_name_with_their_roles(stores: Stores) -> None:
    for name in ("Zoë", "ann", "Bob"):
        stores.people.add(name, f"{name}@example.org", {WHPG: frozenset({Role.TRIAGER, Role.AUDITOR})})
    stores.people.add("Cid", "cid@example.org", {OTHER: frozenset({Role.OWNER})})
    listed = [(person.name, roles) for person, roles in stores.people.members(WHPG)]
    assert listed == [(name, frozenset({Role.TRIAGER, Role.AUDITOR})) for name in ("Bob", "Zoë", "ann")]


def test_adding_somebody_again_changes_the_roles_that_are_named(stores: Stores) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    again = stores.people.add("Somebody", "ANN@example.org", {WHPG: frozenset({Role.AUDITOR})})
    assert again == ann
    assert [(person, roles) for person, roles in stores.people.members(WHPG)] == [(ann, frozenset({Role.AUDITOR}))]
    assert [(person, roles) for person, roles in stores.people.members(OTHER)] == [(ann, BOTH[OTHER])]
    stores.people.add("Ann", "ann@example.org", {WHPG: frozenset()})
    assert list(stores.people.members(WHPG)) == []
    assert stores.people.projects(ann.id) == ()


def test_somebody_without_an_address_or_a_project_cannot_be_added(stores: Stores) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        stores.people.add("Ann", " ", {})
    with pytest.raises(LookupError, match="unheard-of"):
        stores.people.add("Ann", "ann@example.org", {"unheard-of": frozenset({Role.OWNER})})
    assert list(stores.people.members(WHPG)) == []


def test_an_account_that_ended_is_nobody(stores: Stores) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    link = stores.people.sign_in_link(ann.id, T0, T0 + HOUR)
    stores.people.end(ann.id)
    stores.people.end("usr_unknown")
    assert ann in stores.people.ever()
    assert ann not in [each for each, _ in stores.people.everybody()]
    assert stores.people.actor(ann.id, WHPG) is None
    assert stores.people.projects(ann.id) == ()
    assert list(stores.people.members(WHPG)) == []
    assert stores.people.redeem(link, T0) is None
    with pytest.raises(LookupError):
        stores.people.sign_in_link(ann.id, T0, T0 + HOUR)


def test_a_link_signs_in_once(stores: Stores) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    first, second = (stores.people.sign_in_link(ann.id, T0, T0 + HOUR) for _ in range(2))
    assert first != second
    assert stores.people.redeem(first, T0) == ann.id
    assert stores.people.redeem(first, T0) is None
    assert stores.people.redeem(second, T0) == ann.id


def test_a_link_is_good_until_its_instant_and_not_at_it(stores: Stores) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    early, late = (stores.people.sign_in_link(ann.id, T0, T0 + HOUR) for _ in range(2))
    assert stores.people.redeem(early, T0 + HOUR - timedelta(microseconds=1)) == ann.id
    assert stores.people.redeem(late, T0 + HOUR) is None


@pytest.mark.parametrize(
    "token",
    ["", "x", "\x00", "ü" * 1000, "\ud800", "' OR 1=1 --"],
    ids=["empty", "short", "NUL", "long", "half a character", "SQL"],
)
def test_no_other_text_signs_anybody_in(stores: Stores, token: str) -> None:
    ann = stores.people.add("Ann", "ann@example.org", BOTH)
    stores.people.sign_in_link(ann.id, T0, T0 + HOUR)
    assert stores.people.redeem(token, T0) is None
    with pytest.raises(LookupError):
        stores.people.sign_in_link("usr_unknown", T0, T0 + HOUR)


def test_the_virtual_clock_stands_until_it_is_told() -> None:
    clock = VirtualClock(T0)
    assert clock() == clock() == T0
    assert clock.advance(HOUR) == T0 + HOUR == clock()
    clock.set(T0)
    assert clock() == T0


def test_the_seeded_mint_repeats_itself_and_never_an_id() -> None:
    one, two = SeededMint(), SeededMint()
    ids = [one.id("drp") for _ in range(100)]
    assert ids == [two.id("drp") for _ in range(100)]
    assert len(set(ids)) == 100
    assert one.case_ref("WHPG", T0) == two.case_ref("WHPG", T0)
    assert len(one.nonce()) == 16


def test_somebody_is_found_by_id_until_their_account_ends(stores: Stores) -> None:
    dana = stores.people.add("Dana", "dana@example.org", {})
    assert stores.people.person(dana.id) == dana
    stores.people.end(dana.id)
    assert stores.people.person(dana.id) is None
    assert stores.people.person("usr_nobody") is None


def test_a_policy_that_was_put_in_force_when_less_was_asked_still_opens(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = policy() + '\n[versions]\nscheme = "semverr"\n'
    with pytest.raises(PolicyRefused):
        DbProjects(sqlite).adopt(text, "tests", T0)
    with monkeypatch.context() as before:
        before.setattr(coherent, "_SINCE", ())
        made = DbProjects(sqlite).adopt(text, "tests", T0)
    opened = DbProjects(sqlite).policy(made.id, made.policy)
    assert opened.versions
    assert opened.versions.scheme == "semverr"
