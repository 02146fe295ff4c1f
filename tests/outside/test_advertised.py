# SPDX-License-Identifier: Apache-2.0
"""A door that is shut is not advertised (S17): found out from the forge, and said nowhere any more."""

from __future__ import annotations

from datetime import timedelta

from tests.outside.places import Town, town
from tocsin.core.policy.describe import security_md
from tocsin.core.policy.model import ChannelKind, Policy
from tocsin.delivery.public.policy import parts
from tocsin.services.advertised import Advertised, live
from tocsin.services.security_txt import security_txt
from tocsin.testing.house import START

PROJECT = "example"
"""The project whose document names GitHub's private reporting."""


def shown(here: Town) -> Policy:
    projects = Advertised(here.desk.projects, here.desk.machine.facts, fresh=0)
    info = projects.get(PROJECT)
    assert info
    return projects.policy(PROJECT, info.policy)


def words(here: Town) -> str:
    """Everything that the public reads about doors."""
    policy = shown(here)
    page = " ".join(paragraph.html for part in parts(policy) for paragraph in part.paragraphs)
    projects = Advertised(here.desk.projects, here.desk.machine.facts, fresh=0)
    text = security_txt(projects, here.desk.site.public_url, START, csaf=True)
    return f"{page}\n{security_md(policy)}\n{text}"


def kinds(policy: Policy) -> set[ChannelKind]:
    return {each.kind for each in (policy.intake.channel if policy.intake else ())}


def test_private_reporting_that_is_not_enabled_is_said_nowhere_and_comes_back() -> None:
    here = town(PROJECT)
    assert ChannelKind.GITHUB_PVR in kinds(shown(here))
    before = words(here)
    here.github.world.private_reporting = False
    here.look()
    assert ChannelKind.GITHUB_PVR not in kinds(shown(here))
    assert "security/advisories/new" not in words(here) or "security/advisories/new" not in before
    assert "privately-reporting-a-security-vulnerability" not in words(here)
    assert len(words(here)) < len(before)
    here.github.world.private_reporting = True
    here.look(minutes=6)
    assert words(here) == before


def test_nothing_is_hidden_because_the_forge_is_away() -> None:
    from tocsin.testing.github import Fault

    here = town(PROJECT)
    before = words(here)
    with here.github.failing(Fault.BROKEN):
        here.look()
    here.house.clock.advance(timedelta(days=1))
    assert words(here) == before


def test_the_last_door_is_never_taken_away() -> None:
    here = town(PROJECT)
    info = here.desk.projects.get(PROJECT)
    assert info
    policy = here.desk.projects.policy(PROJECT, info.policy)
    assert live(policy, frozenset(ChannelKind)) == policy
