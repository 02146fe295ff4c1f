# SPDX-License-Identifier: Apache-2.0
"""The record says what keeps it from being published, and publishes only what may be."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from tests.advisory.samples import PUBLISHED, warehouse
from tocsin.core.advisory import Advisory, LineRange, Reference, ReferenceType, Revision, Score, Urls, problems
from tocsin.core.advisory.cwe import cwe_name, weaknesses
from tocsin.core.vocabulary import Affectedness

SAMPLE = warehouse()
PRODUCT = SAMPLE.products[0]


def _with_line(line: LineRange) -> Advisory:
    product = msgspec.structs.replace(PRODUCT, lines=(line, *PRODUCT.lines[1:]))
    return msgspec.structs.replace(SAMPLE, products=(product,))


def test_a_complete_record_has_no_problems() -> None:
    assert problems(SAMPLE) == ()


def test_what_is_empty_is_asked_for_and_what_is_misspelt_is_said_to_be() -> None:
    told = {each.field: each.message for each in problems(msgspec.structs.replace(SAMPLE, title="", summary="a\nb"))}
    assert told["title"] == "give it a title"
    assert told["summary"].startswith("write it on one line")


def test_lines_that_overlap_are_named_with_what_to_do() -> None:
    lines = tuple(
        LineRange(line=line, state=Affectedness.FIXED, introduced="7.0.0", fixed_in=fixed)
        for line, fixed in (("7.4", "7.4.2"), ("7.3", "7.3.4"))
    )
    product = msgspec.structs.replace(PRODUCT, lines=lines)
    (told,) = problems(msgspec.structs.replace(SAMPLE, products=(product,)))
    assert told.field == "products[0].lines"
    assert "7.4 and 7.3 overlap" in told.message
    whole = tuple(msgspec.structs.replace(each, introduced="") for each in lines)
    mended = msgspec.structs.replace(product, lines=whole)
    assert problems(msgspec.structs.replace(SAMPLE, products=(mended,))) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "WHPG-2026-1"}, "id"),
        ({"cve_id": "CVE-26-1"}, "cve_id"),
        ({"aliases": ("WHPG-SA-2026-001",)}, "aliases"),
        ({"title": " "}, "title"),
        ({"summary": "two\nlines"}, "summary"),
        ({"details": ""}, "details"),
        ({"mitigation": ""}, "mitigation"),
        ({"no_mitigation_known": True}, "no_mitigation_known"),
        ({"products": ()}, "products"),
        ({"cwe": ("CWE-99999",)}, "cwe[0]"),
        ({"scores": (Score(vector="CVSS:3.1/AV:N", scorer="we", authoritative=True),)}, "scores[0].vector"),
        ({"scores": SAMPLE.scores[1:2]}, "scores"),
        ({"scores": SAMPLE.scores[:1] * 2}, "scores"),
        ({"urls": Urls(page="")}, "urls.page"),
        ({"references": (Reference(type=ReferenceType.WEB, url="javascript:alert(1)"),)}, "references[0].url"),
        ({"published": None}, "published"),
        ({"modified": PUBLISHED - timedelta(days=1)}, "modified"),
        ({"discovered": datetime(2026, 11, 20)}, "discovered"),  # noqa: DTZ001 - that is the point
        ({"revisions": ()}, "revisions"),
        ({"revisions": (Revision(number="1.0", date=PUBLISHED, summary="x"),)}, "revisions"),
        ({"revisions": (Revision(number="1", date=PUBLISHED - timedelta(days=1), summary="x"),)}, "modified"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_problem_names_its_field(change: dict[str, object], field: str) -> None:
    found = problems(msgspec.structs.replace(SAMPLE, **change))
    assert field in {each.field for each in found}
    assert all(each.message for each in found)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (LineRange(line="7.4", state=Affectedness.FIXED), "fixed_in"),
        (LineRange(line="7.4", state=Affectedness.FIXED, fixed_in="seven"), "fixed_in"),
        (LineRange(line="7.4", state=Affectedness.NOT_AFFECTED, fixed_in="7.4.2"), "fixed_in"),
        (LineRange(line="7.4", state=Affectedness.AFFECTED), "reason"),
        (LineRange(line="7.4", state=Affectedness.AFFECTED, fixed_in="7.4.2", last_affected="7.4.1"), "last_affected"),
    ],
)
def test_a_problem_of_a_line_names_the_line(line: LineRange, field: str) -> None:
    assert f"products[0].lines[0].{field}" in {each.field for each in problems(_with_line(line))}


@pytest.mark.parametrize(
    "line",
    [
        LineRange(line="7.3", state=Affectedness.FIXED, fixed_in="7.3.9"),
        LineRange(line="7.4", state=Affectedness.FIXED, introduced="7.3.1", fixed_in="7.4.2"),
        LineRange(line="7.4", state=Affectedness.FIXED, introduced="7.4.3", fixed_in="7.4.2"),
    ],
    ids=["twice", "overlap", "backwards"],
)
def test_lines_that_contradict_each_other_are_a_problem(line: LineRange) -> None:
    assert "products[0].lines" in {each.field for each in problems(_with_line(line))}


def test_another_partys_score_is_never_published() -> None:
    assert [each.severity.version for each in SAMPLE.published_scores] == ["3.1", "4.0", "3.0"]
    assert {each.scorer for each in SAMPLE.published_scores} == {"WarehousePG security team"}


def test_only_consented_credits_are_published() -> None:
    assert [each.name for each in SAMPLE.consented_credits] == ["R. Eporter", "Li"]


def test_the_cve_id_leads_the_other_ids() -> None:
    assert SAMPLE.other_ids == ("CVE-1900-12345", "GHSA-2345-6789-cfgh")


def test_a_record_survives_a_journey_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(SAMPLE), type=Advisory) == SAMPLE


def test_weaknesses_have_their_official_names() -> None:
    assert cwe_name("CWE-125") == "Out-of-bounds Read"
    assert cwe_name("CWE-16") is None, "a category is no weakness"
    assert len(weaknesses()) == 969
