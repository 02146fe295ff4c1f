# SPDX-License-Identifier: Apache-2.0
"""What strangers hand to `advisory adopt`: refused in words, and nothing of it stands in the case afterwards."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.advisory.samples import warehouse
from tests.cli.conftest import Shell
from tests.cli.test_commands import report
from tests.documents.test_convert_hostile import HOSTILE
from tocsin.core.formats import render_all
from tocsin.core.formats.imports import READERS
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.delivery.cli.exits import Exit
from tocsin.services.documents.adopt import draft_fields, left_out, told_lines
from tocsin.services.documents.convert import NotConvertible, record_of
from tocsin.testing.house import house

NOW = datetime(2026, 3, 3, tzinfo=UTC)
WRONG: tuple[Any, ...] = (
    None, 0, True, "x", "", [], {}, [None], [[]], {"a": None}, -1.5, "\0", "9" * 400, [{}], "CVE-1", "\u202e"
)  # fmt: skip
"""What stands where a document should hold something else."""


def accepted(shell: Shell) -> str:
    case = report(shell.home).case
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high", "--versions", "7.x")
    shell.ok("case", "accept", case, "--text", "It is real.")
    return str(case)


def test_of_what_is_no_advisory_nothing_is_kept_in_the_case_and_why_is_said(tmp_path: Path) -> None:
    shell, path = Shell(house()), tmp_path / "in.json"
    case = accepted(shell)
    before = shell.ok("case", "view", case, "--json")
    for name, body in HOSTILE.items():
        path.write_bytes(body)
        done = shell("advisory", "adopt", case, str(path))
        assert done.exit_code == Exit.FINDINGS, (name, done.output, done.exception)
        assert 0 < len(done.stderr.strip()) < 2_000, name
    with path.open("wb") as file:
        file.truncate(100_000_000)
    done = shell("advisory", "adopt", case, str(path))
    assert done.exit_code == Exit.FINDINGS
    assert f"larger than {LARGEST >> 20} MiB" in done.stderr
    assert shell.ok("case", "view", case, "--json") == before
    path.write_bytes(render_all(warehouse())["osv"])  # the control
    shell.ok("advisory", "adopt", case, str(path))
    assert shell.ok("case", "view", case, "--json") != before


def test_a_name_given_twice_is_the_reason_that_is_said() -> None:
    with pytest.raises(NotConvertible, match="'id' is given twice"):
        record_of(HOSTILE["duplicate keys"], NOW)


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where anything stands in a document."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (*at, key)
        yield from places(held, (*at, key))


def spoiled(document: Any, at: tuple[str | int, ...], value: Any) -> bytes:
    """The document with something else in one place."""
    changed = copy.deepcopy(document)
    here = changed
    for key in at[:-1]:
        here = here[key]
    here[at[-1]] = value
    return json.dumps(changed).encode()


@pytest.mark.parametrize("name", READERS)
def test_a_wrong_value_in_any_place_of_a_document_is_read_or_refused_in_words(name: str) -> None:
    document = json.loads(render_all(warehouse())[name])
    outcomes = {"read": 0, "refused": 0}
    for number, at in enumerate(places(document)):
        for value in (WRONG[number % len(WRONG)], WRONG[(number * 7 + 3) % len(WRONG)]):
            try:
                record, _ = record_of(spoiled(document, at, value), NOW)
            except NotConvertible:
                outcomes["refused"] += 1
                continue
            assert msgspec.json.encode([draft_fields(record), left_out(record), told_lines(record)])
            outcomes["read"] += 1
    assert outcomes["read"] > 20
