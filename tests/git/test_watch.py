# SPDX-License-Identifier: Apache-2.0
"""The worker watches public repositories: a fix that is still under embargo and shows there flips its case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import story
from tests.git.conftest import Place
from tests.git.maker import Maker, fix
from tests.services.acts import PROJECT, report
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import branches, cases, radar
from tocsin.services.ports.git import Source
from tocsin.services.queries import case as query


@pytest.fixture
def public(place: Place, tmp_path: Path) -> Maker:
    """A public clone without the fix, watched; the project's own repository stays private."""
    clone = Maker(tmp_path / "public")
    clone.git("pull", "-q", str(place.made.path), "main")
    source = Source(url=str(place.made.path), lines="*", watch=(str(clone.path),))
    mirrors = GitMirrors(tmp_path / "watching", {PROJECT: source}, lambda: place.seconds[0])
    place.home.desk = place.home.desk.__class__(**{**vars(place.home.desk), "mirrors": mirrors})
    return clone


def case_of(place: Place, ref: str) -> Case:
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case


def thread(place: Place, ref: str) -> str:
    view = query.view(place.home.desk, ref, place.home.dana)
    assert view
    return "\n".join(message.text for message in view.team_thread)


def begun(place: Place) -> tuple[str, str]:
    """An accepted case whose fix git has found in the private repository."""
    ref = report(place.home, PROJECT).case
    story.accepted(place.home, ref)
    mended = fix(place.made)
    branches.watch(place.home.desk)
    place.tell.ok("branch", "sync", ref, "--fix", mended)
    return ref, mended


def test_an_embargoed_fix_that_shows_in_a_public_repository_flips_its_case_within_one_look(
    place: Place, public: Maker
) -> None:
    ref, mended = begun(place)
    assert radar.watch(place.home.desk) == 0
    assert not case_of(place, ref).public
    public.git("pull", "-q", str(place.made.path), "main")
    assert radar.watch(place.home.desk) == 0, "not yet time"
    place.later()
    assert radar.watch(place.home.desk) == 1
    case = case_of(place, ref)
    assert case.public
    assert not case.embargo.in_force
    told = thread(place, ref)
    assert f"same in {mended}" in told
    place.later()
    assert radar.watch(place.home.desk) == 0, "what was looked at is not looked at again"


def test_a_word_is_told_to_the_team_and_decides_nothing(place: Place, public: Maker) -> None:
    ref, _ = begun(place)
    radar.watch(place.home.desk)
    public.commit(f"Prepare for {ref}", {"NEWS": "soon\n"})
    place.later()
    assert radar.watch(place.home.desk) == 1
    assert not case_of(place, ref).public
    assert "The radar saw something of this case" in thread(place, ref)


def test_a_repository_that_cannot_be_fetched_is_said_and_told_of_again_when_it_can(place: Place, public: Maker) -> None:
    ref, _ = begun(place)
    radar.watch(place.home.desk)
    public.git("pull", "-q", str(place.made.path), "main")
    moved = public.path.rename(public.path.parent / "away")
    place.later()
    assert radar.watch(place.home.desk) == 0
    assert place.home.desk.mirrors.trouble(PROJECT)
    moved.rename(public.path)
    place.later()
    assert radar.watch(place.home.desk) == 1
    assert case_of(place, ref).public
