# SPDX-License-Identifier: Apache-2.0
"""A record that a format cannot express says so, with the field, before any document is made: each format by a case of
tests/data/losses/cases.toml, or by the reason why it expresses everything."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
import pytest

from tests.advisory.samples import library, warehouse, withdrawn
from tests.support import DATA
from tocsin.core.advisory import Advisory
from tocsin.core.formats import FORMATS, format_named, render_all
from tocsin.core.formats.format import Format
from tocsin.core.formats.other import OTHERS, Other

TABLE = tomllib.loads((DATA / "losses" / "cases.toml").read_text())
CASES: list[dict[str, Any]] = TABLE["case"]
RECORDS = {"warehouse": warehouse, "library": library, "withdrawn": withdrawn}


def named(name: str) -> Format | Other:
    return OTHERS[name] if name in OTHERS else format_named(name)


def changed(advisory: Advisory, settings: dict[str, Any]) -> Advisory:
    """The record with other values in some places; false stands for none, which TOML cannot write."""
    record = msgspec.to_builtins(advisory)
    for path, value in settings.items():
        *way, last = (int(part) if part.isdecimal() else part for part in path.split("."))
        here = record
        for part in way:
            here = here[part]
        here[last] = None if value is False else value
    return msgspec.convert(record, Advisory)


def test_each_format_has_a_case_or_says_why_it_expresses_everything() -> None:
    lossy, whole = {each["format"] for each in CASES}, set(TABLE["everything"])
    assert lossy | whole == {each.name for each in FORMATS} | set(OTHERS)
    assert not lossy & whole
    assert all(TABLE["everything"].values())


@pytest.mark.parametrize("name", TABLE["everything"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['format']}-{case['field']}")
def test_what_expresses_everything_loses_nothing_where_others_do(name: str, case: dict[str, Any]) -> None:
    advisory = changed(RECORDS[case["sample"]](), case["set"])
    assert named(name).cannot_express(advisory) == ()
    assert named(name).render(advisory)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['format']}-{case['field']}")
def test_a_record_that_a_format_cannot_express_says_so_with_the_field(case: dict[str, Any]) -> None:
    each, sample = named(case["format"]), RECORDS[case["sample"]]()
    advisory, blocks = changed(sample, case["set"]), case.get("blocks", False)
    assert case["field"] not in {loss.field for loss in each.cannot_express(sample)}
    (loss,) = [found for found in each.cannot_express(advisory) if found.field == case["field"]]
    assert loss.message
    assert loss.blocks == blocks
    if blocks:
        assert case["format"] not in render_all(advisory)
        assert case["format"] in OTHERS or case["format"] in render_all(sample)
    else:
        assert each.render(advisory)
