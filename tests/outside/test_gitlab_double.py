# SPDX-License-Identifier: Apache-2.0
"""The small GitLab takes what GitLab documents and nothing else, and writes down what did not fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tocsin.testing.gitlab import API, NAME, TOKEN, GitLabDouble

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
PROJECT = f"{API}/projects/{NAME.replace('/', '%2F')}"
HEADERS = {"PRIVATE-TOKEN": TOKEN}


@pytest.fixture
def lab() -> GitLabDouble:
    made = GitLabDouble(now=lambda: AT)
    made.report("fin.der", "Out-of-bounds read", "Start it with an empty header.")
    return made


def ask(lab: GitLabDouble, method: str, tail: str, given: Any = None) -> int:
    body = b"" if given is None else msgspec.json.encode(given)
    return lab(method, f"{PROJECT}{tail}", headers=HEADERS, body=body).status


@pytest.mark.parametrize(
    ("method", "tail", "given"),
    [
        ("GET", "", None),
        ("GET", "/issues?confidential=true&state=all&order_by=updated_at&sort=desc&per_page=100", None),
        ("GET", "/issues?updated_after=2026-03-03T08:00:00Z", None),
        ("POST", "/issues", {"title": "T", "description": "D", "confidential": True, "labels": "a,b"}),
        ("GET", "/issues/1", None),
        ("PUT", "/issues/1", {"state_event": "close", "add_labels": "accepted"}),
        ("GET", "/issues/1/notes?sort=asc&order_by=created_at&per_page=100", None),
        ("POST", "/issues/1/notes", {"body": "Thank you."}),
    ],
)
def test_what_is_documented_is_taken(lab: GitLabDouble, method: str, tail: str, given: Any) -> None:
    assert ask(lab, method, tail, given) in (200, 201)
    assert lab.wrong == []


@pytest.mark.unfit
@pytest.mark.parametrize(
    ("method", "tail", "given", "says"),
    [
        ("GET", "/issues?colour=red", None, "colour"),
        ("GET", "/issues?state=open", None, "state"),
        ("GET", "/issues?per_page=500", None, "per_page"),
        ("GET", "/issues?updated_after=yesterday", None, "updated_after"),
        ("GET", "/issues/1?page=1", None, "page"),
        ("GET", "/merge_requests", None, "no such operation"),
        ("DELETE", "/issues/1", None, "no such operation"),
        ("POST", "/issues", {"description": "no title"}, "title"),
        ("POST", "/issues", {"title": "T", "confidential": "yes"}, "confidential"),
        ("POST", "/issues", {"title": "T", "add_labels": "a"}, "add_labels"),
        ("PUT", "/issues/1", {}, "less than 1 property"),
        ("PUT", "/issues/1", {"state_event": "closed"}, "state_event"),
        ("POST", "/issues/1/notes", {"text": "Thank you."}, "text"),
        ("GET", "/issues/1", {"title": "T"}, "a body where none belongs"),
    ],
)
def test_whatever_else_is_refused_and_written_down(
    lab: GitLabDouble, method: str, tail: str, given: Any, says: str
) -> None:
    assert ask(lab, method, tail, given) == 400
    assert any(says in each for each in lab.wrong), lab.wrong
