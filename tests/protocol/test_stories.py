# SPDX-License-Identifier: Apache-2.0
"""Stories of shared cases, one file each: what somebody does, and what must be true afterwards."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.protocol.data import FOLDER
from tocsin.core.case.transcript import run

STORIES = sorted((FOLDER / "stories").glob("*.toml"))


def seen(answer: dict[str, Any], key: str) -> object:
    """What an answer says about one expectation."""
    embargo = answer["states"]["embargo"]
    match key:
        case "refused":
            return answer.get("rule", "")
        case "open":
            return [each["proposal"] for each in embargo["open"]]
        case "ends_at":
            return embargo["ends_at"] or ""
        case "unilateral":
            return embargo["unilateral"]
        case _:
            return answer["states"][key]


def script(story: dict[str, Any]) -> list[str]:
    return [msgspec.json.encode(step["do"], enc_hook=datetime.isoformat).decode() for step in story["step"]]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_holds(path: Path) -> None:
    story = tomllib.loads(path.read_text(encoding="utf-8"))
    for step, answer in zip(story["step"], run(script(story)), strict=True):
        expected = {"refused": "", **step.get("expect", {})}
        for key, value in expected.items():
            actual = seen(answer, key)
            if isinstance(value, dict):
                assert value.items() <= actual.items(), (story["claim"], step["do"], answer)
            else:
                assert actual == value, (story["claim"], step["do"], answer)


def test_every_story_begins_with_its_claim() -> None:
    for path in STORIES:
        assert path.read_text(encoding="utf-8").startswith('claim = "'), path.name


def test_every_global_rule_has_a_story() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in STORIES)
    assert all(f"em.{number}" in told for number in range(2, 13))
