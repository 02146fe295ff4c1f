# SPDX-License-Identifier: Apache-2.0
"""Scoring by choices in words: they make the vector, keep what is not asked, show where the reporter said otherwise."""

from __future__ import annotations

import re

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.severity import score
from tocsin.core.severity.surface import draft, understand
from tocsin.services.queries.cvss import by_family, editor
from tocsin.testing.house import House

ANSWERS = ("reach=network", "login=user", "needs_victim=false", "read=all", "change=all", "stop=all")


def test_the_reporters_answers_are_where_scoring_begins() -> None:
    found = editor({}, ANSWERS, "3.0", {})
    assert found.vector == draft(understand(ANSWERS), "3.0").vector == story.VECTOR
    assert found.theirs == "High 8.8"
    assert found.differing == ()


def test_without_answers_nothing_is_chosen_for_anybody() -> None:
    found = editor({}, (), "3.1", {})
    assert (found.vector, found.theirs, found.vectors) == ("", "", ())
    assert not any(value.chosen for metric in (*found.three, *found.four) for value in metric.values)


def test_only_what_the_reporter_answered_is_said_to_be_theirs() -> None:
    found = editor({}, ("login=user",), "3.0", {})
    chosen = {metric.name: value for metric in found.three for value in metric.values if value.chosen}
    assert (chosen["PR"].theirs, chosen["PR"].assumed) == (True, False)
    assert {name for name, value in chosen.items() if value.assumed} == {"AV", "AC", "UI", "S", "C", "I", "A"}
    assert not any(value.theirs for name, value in chosen.items() if name != "PR")


def test_a_choice_changes_the_vector_and_says_where_it_differs() -> None:
    found = editor({"3": story.VECTOR}, ANSWERS, "3.0", {"v": "3.1", "m3S": "C", "m3PR": "N"})
    assert found.vector == story.VECTOR.replace("3.0", "3.1").replace("S:U", "S:C").replace("PR:L", "PR:N")
    assert found.differing == ("Privileges Required",), "nobody asked the reporter about the scope"
    assert editor({"3": story.VECTOR}, ANSWERS, "3.0", {"v": "4.0"}).vector == story.VECTOR_4


def test_metrics_that_are_not_asked_stay_in_the_vector() -> None:
    kept = editor({"3": f"{story.VECTOR}/E:P/RL:O"}, (), "3.0", {"v": "3.0", "m3AC": "H"}).vector
    assert kept == f"{story.VECTOR}/E:P/RL:O".replace("AC:L", "AC:H")
    four = editor({"4": f"{story.VECTOR_4}/E:A"}, (), "4.0", {"v": "4.0", "m4AT": "P"}).vector
    assert not isinstance(score(four), type(None))
    assert four.endswith("/E:A")


def test_nonsense_is_no_choice() -> None:
    found = editor({"3": story.VECTOR}, ANSWERS, "3.0", {"v": "9", "m3S": "X", "m3AV": "N/../", "m4AV": "💥"})
    assert found.vector == story.VECTOR
    assert by_family(("", "x", "CVSS:2.0/", story.VECTOR, story.VECTOR_4)) == {"3": story.VECTOR, "4": story.VECTOR_4}


def test_choosing_needs_no_script(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.act(house, ref, cmd.Investigate(effect="Code.", criticality="All."))
    dana = sign_in()
    chosen = {"v": "3.0"} | {
        f"m3{name}": value for name, value in (part.split(":") for part in story.VECTOR[9:].split("/"))
    }
    page = dana.get(f"/c/{ref}/score", chosen).content.decode()
    assert f'value="{story.VECTOR}"' in page
    assert "Not saved yet" in page
    assert re.search(r"▲ High 8.8", page)
    assert "8.8" not in dana.get(f"/c/{ref}").content.decode(), "choosing saves nothing"
