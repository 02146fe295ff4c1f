# SPDX-License-Identifier: Apache-2.0
"""Every clause has its stories, at least one in which its promise is kept and one in which it is broken."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.support import DATA
from tocsin.core.policy import stories
from tocsin.core.policy.clause import State
from tocsin.core.policy.clauses import CLAUSES
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import seed

FILES = sorted((DATA / "clauses").glob("*/*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_story_holds(path):
    story = stories.read(path.read_text(encoding="utf-8"))
    assert not isinstance(story, Invalid), [str(problem) for problem in story.problems]
    assert stories.run(story, named=seed) == ()


def test_every_clause_has_a_folder_and_every_folder_a_clause():
    assert {path.parent.name for path in FILES} == {clause.name for clause in CLAUSES}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.name)
def test_every_clause_has_a_kept_and_a_broken_story(clause):
    names = [path.stem for path in FILES if path.parent.name == clause.name]
    assert any(name.startswith("kept_") for name in names), names
    assert any(name.startswith("broken_") for name in names), names


def opposite(then: stories.Then) -> stories.Then:
    """Claim the contrary of everything that is claimed."""
    other = {State.OPEN: State.KEPT, State.KEPT: State.OPEN, State.OVERDUE: State.OPEN, State.LATE: State.KEPT}
    return stories.Then(
        due={name: at + timedelta(minutes=1) for name, at in then.due.items()},
        state={name: other[state] for name, state in then.state.items()},
        told=(*then.told, "nobody") if then.told is not None else None,
        explains=tuple(f"not {words}" for words in then.explains),
        refused="refused-for-another-reason" if then.refused or then.allowed else "",
        cautions=(*then.cautions, "nothing-to-fear") if then.cautions is not None else None,
        reactions=(*then.reactions, "nothing") if then.reactions is not None else None,
        proposes=(*then.proposes, "nothing") if then.proposes is not None else None,
        open=then.shut,
        shut=then.open,
        says=then.silent_about,
        silent_about=then.says,
        priority=None if then.priority is None else then.priority + 1,
        none_due=(),
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_story_fails_when_the_contrary_is_claimed(path):
    story = stories.read(path.read_text(encoding="utf-8"))
    assert not isinstance(story, Invalid)
    for moment in story.when:
        denied = msgspec.structs.replace(moment, then=opposite(moment.then))
        upside_down = [denied if each is moment else each for each in story.when]
        failures = stories.run(msgspec.structs.replace(story, when=tuple(upside_down)), named=seed)
        assert failures or opposite(moment.then) == stories.Then()
    if story.invalid:
        assert stories.run(msgspec.structs.replace(story, invalid=("another-problem",)), named=seed)


def test_a_project_runs_its_own_stories_against_its_own_policy():
    own = load(seed("warehousepg") or "")
    assert isinstance(own, Policy)
    text = """
claim = "A report on Tuesday morning is answered by Friday morning."
[given]
received_at = "2026-11-24 09:12 UTC"
[[when]]
at = "2026-11-24 10:00 UTC"
then = { due = { first-feedback = "2026-11-27 09:12 UTC" } }
"""
    story = stories.read(text)
    assert not isinstance(story, Invalid)
    assert stories.run(story, own) == ()
    assert stories.run(story) == ("line 1: no-policy: the story names no policy",)


def test_a_story_with_a_typing_mistake_says_where():
    wrong = stories.read(
        'claim = "x"\n[given]\nrecieved_at = "2026-11-24 09:12 UTC"\n[[when]]\nat = "now"\nthen = {}\n'
    )
    assert isinstance(wrong, Invalid)
    assert [(problem.line, problem.code) for problem in wrong.problems] == [(5, "not-an-instant"), (3, "unknown-key")]
