# SPDX-License-Identifier: Apache-2.0
"""What is published by a replay is what was published then, but for the differences that are listed and explained."""

from __future__ import annotations

import runpy
from collections.abc import Callable

import msgspec
import pytest

from tests.demo import records
from tests.support import ROOT, golden
from tocsin.boot.demo import matter as matters
from tocsin.boot.demo import originals
from tocsin.boot.demo.matter import Matter, Thanks
from tocsin.boot.demo.page import Unexpected

DOCS = ROOT / "docs" / "explanation"
MATTERS = matters.load_all()


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.id)
def test_every_difference_is_explained_and_every_explanation_is_needed(matter: Matter) -> None:
    found = originals.compare(matter, records.documents(matter))
    assert {each["document"] for each in found} == set(matter.original)
    assert all(each["because"] for each in found)


def test_each_explanation_belongs_to_a_matter_and_says_why() -> None:
    known = {matter.id for matter in MATTERS} | {originals.EVERYWHERE}
    for each in originals.explained():
        assert each.matter in known
        assert each.because.endswith(".")
        assert each.ours or each.theirs


def test_the_page_on_differences_is_drawn_from_the_list() -> None:
    drawn = runpy.run_path(str(DOCS / "draw_divergences.py"))["page"]()
    golden(DOCS / "divergences.md", drawn)


def other_fix(matter: Matter) -> Matter:
    first, *rest = matter.lines
    return msgspec.structs.replace(matter, lines=(msgspec.structs.replace(first, fixed_in="2.2.7"), *rest))


def other_credit(matter: Matter) -> Matter:
    return msgspec.structs.replace(matter, credits=(Thanks(name="Somebody Else"),))


def no_reference(matter: Matter) -> Matter:
    return msgspec.structs.replace(matter, references=())


def other_weakness(matter: Matter) -> Matter:
    return msgspec.structs.replace(matter, cwe=("CWE-79",))


def other_vector(matter: Matter) -> Matter:
    return msgspec.structs.replace(matter, vectors=("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (other_fix, "ranges"),
        (other_credit, "credits"),
        (no_reference, "references"),
        (other_weakness, "cwe"),
        (other_vector, "vector"),
    ],
)
def test_a_changed_fact_is_found(change: Callable[[Matter], Matter], field: str) -> None:
    matter = matters.load("CVE-2026-41409")
    with pytest.raises(Unexpected, match=rf"cve, {field}: .* nobody has explained it"):
        originals.compare(matter, records.documents(change(matter)))


def test_an_explanation_that_explains_nothing_is_found() -> None:
    """With the published credit as it stands there, the listed difference is gone, and its entry is stale."""
    matter = matters.load("CVE-2024-7348")
    thanks = Thanks(name="The PostgreSQL project thanks Noah Misch for reporting this problem.", type="reporter")
    published = records.documents(msgspec.structs.replace(matter, credits=(thanks,)))
    with pytest.raises(Unexpected, match="explained, but not there: cve, credits"):
        originals.compare(matter, published)


def test_a_document_that_was_not_published_is_missed() -> None:
    matter = matters.load("CVE-2026-41409")
    published = records.documents(matter)
    del published["osv"]
    with pytest.raises(Unexpected, match="no osv document"):
        originals.compare(matter, published)
