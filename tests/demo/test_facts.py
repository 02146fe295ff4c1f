# SPDX-License-Identifier: Apache-2.0
"""What the demo plays is what was published: no id, version, vector, weakness or name is invented."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import msgspec
import pytest

from tests.demo import records
from tests.support import shared
from tocsin.boot.demo import matter as matters
from tocsin.boot.demo import stage
from tocsin.boot.demo.matter import Matter
from tocsin.core.advisory.checks import problems

MATTERS = matters.load_all()
STAGED = stage.cast()


def of_id(value: Matter | stage.Played) -> str:
    return value.id


@pytest.mark.parametrize("matter", MATTERS, ids=of_id)
def test_a_matters_facts_make_an_advisory_that_is_fit_to_be_published(matter: Matter) -> None:
    assert not problems(records.record(matter))


@pytest.mark.parametrize("matter", MATTERS, ids=of_id)
def test_a_matter_names_the_cve_and_the_assigner_of_its_published_record(matter: Matter) -> None:
    meta = json.loads(matter.originals()["cve"])
    assert meta["cveMetadata"]["cveId"] == matter.cve_id
    assert meta["containers"]["cna"]["providerMetadata"]["orgId"] == matter.assigner


@pytest.mark.parametrize("matter", MATTERS, ids=of_id)
def test_a_matters_reporter_is_somebody_the_record_credits(matter: Matter) -> None:
    told = json.dumps(json.loads(matter.originals()["cve"]), ensure_ascii=False)
    for name in filter(None, (matter.reporter, *(each.name for each in matter.credits))):
        assert name in told


def test_the_matters_are_as_different_as_their_stories_need() -> None:
    assert len(MATTERS) >= 4
    assert {matter.project for matter in MATTERS} == {"example", "warehousepg"}
    assert max(len(matter.lines) for matter in MATTERS) >= 5
    assert any(not matter.reporter for matter in MATTERS), "one reporter stays anonymous"
    assert any(not matter.vectors for matter in MATTERS), "one is never scored"
    assert any(vector.startswith("CVSS:4.0") for matter in MATTERS for vector in matter.vectors)


def test_every_original_is_listed_with_its_origin() -> None:
    listed = (matters.DATA / "originals" / "SOURCES.md").read_text(encoding="utf-8")
    for file in (matters.DATA / "originals").iterdir():
        stem, _, kind = file.name.partition(".")
        assert file.name == "SOURCES.md" or (stem in listed and kind in listed), file.name


def test_an_unknown_matter_is_named_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"CVE-1999-0001.*CVE-2024-7348"):
        matters.load("CVE-1999-0001")


def test_a_misspelt_fact_is_an_error() -> None:
    raw = tomllib.loads((matters.MATTERS / "CVE-2024-7348.toml").read_text(encoding="utf-8"))
    raw["vektors"] = raw.pop("vectors")
    with pytest.raises(msgspec.ValidationError, match="vektors"):
        msgspec.convert(raw, Matter)


def published(cve: str) -> dict[str, Any]:
    """The CNA's part of the public record."""
    path = shared("standards", "real-cve", "vulnrichment") / f"{cve}.json"
    if not path.exists():
        path = shared("standards", "pairs", "apache-cve-osv", f"superset--{cve}.cve.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["cveMetadata"]["state"] == "PUBLISHED"
    return dict(found["containers"]["cna"]) | {"meta": found["cveMetadata"]}


@pytest.mark.parametrize("played", STAGED, ids=lambda played: f"{played.id}-{played.stage}")
def test_a_staged_case_says_nothing_that_its_public_record_does_not(played: stage.Played) -> None:
    record = published(played.id)
    told = json.dumps(record, ensure_ascii=False)
    for fact in (played.vector, *played.cwe, played.reporter, played.affiliation, *played.references, played.fix):
        assert fact in told, fact
    assert played.assigner in ("", record["meta"]["assignerOrgId"])
    for _, first, fixed in played.fixed:
        assert fixed in told
        assert first in told


def test_the_search_for_invented_facts_finds_one() -> None:
    assert "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H" not in json.dumps(published("CVE-2024-4317"))
