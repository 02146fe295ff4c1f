# SPDX-License-Identifier: Apache-2.0
"""The agreement checker names the one field in the one document that says something else (law 5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.advisory.samples import warehouse
from tocsin.core.formats import Disagreement, disagreements, render_all

ADVISORY = warehouse()
DOCUMENTS = render_all(ADVISORY)

Change = Callable[[Any], None]


def _set(path: str, value: object) -> Change:
    """Set the value at a JSON pointer."""

    def change(document: Any) -> None:
        *parents, last = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]
        for part in parents:
            document = document[part]
        assert document[last] != value
        document[last] = value

    return change


OTHER_VECTOR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:L/SA:N"
PURL = "pkg:generic/warehousepg"
CNA = "/containers/cna"
TREE = "/product_tree/branches/0/branches/0/branches"
WEAKNESS = "/vulnerabilities/0"

JSON_MUTATIONS: list[tuple[str, str, Change]] = [
    ("osv", "id", _set("/id", "x_WHPG-SA-2026-002")),
    ("osv", "cve", _set("/aliases/0", "CVE-1900-12346")),
    ("osv", "aliases", _set("/aliases/1", "GHSA-2345-6789-cfgj")),
    ("osv", "title", _set("/summary", "Another title")),
    ("osv", "affected WarehousePG", _set("/affected/0/ranges/0/events/0/introduced", "7.3.1")),
    ("osv", "vector 3.1", _set("/severity/0/score", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N")),
    ("osv", "cwe", _set("/database_specific/cwe_ids/0", "CWE-126")),
    ("osv", "credits", _set("/credits/0/name", "Somebody Else")),
    ("osv", "published", _set("/published", "2026-12-08T14:00:00Z")),
    ("osv", "modified", _set("/modified", "2026-12-09T15:00:00Z")),
    ("cve", "id", _set(f"{CNA}/source/advisory", "WHPG-SA-2026-009")),
    ("cve", "cve", _set("/cveMetadata/cveId", "CVE-1900-99999")),
    ("cve", "title", _set(f"{CNA}/title", "Another title")),
    ("cve", "affected WarehousePG", _set(f"{CNA}/affected/0/versions/1/lessThan", "7.3.5")),
    ("cve", "affected WarehousePG", _set(f"{CNA}/affected/0/versions/2/status", "affected")),
    ("cve", "score 3.1", _set(f"{CNA}/metrics/0/cvssV3_1/baseScore", 6.6)),
    ("cve", "vector 4.0", _set(f"{CNA}/metrics/1/cvssV4_0/vectorString", OTHER_VECTOR)),
    ("cve", "cwe", _set(f"{CNA}/problemTypes/0/descriptions/0/cweId", "CWE-787")),
    ("cve", "credits", _set(f"{CNA}/credits/1/value", "Lee")),
    ("cve", "published", _set("/cveMetadata/datePublished", "2026-12-07T15:00:00Z")),
    ("csaf20", "id", _set("/document/tracking/id", "WHPG-SA-2026-011")),
    ("csaf20", "cve", _set(f"{WEAKNESS}/cve", "CVE-1900-54321")),
    ("csaf20", "title", _set(f"{WEAKNESS}/title", "Another title")),
    ("csaf20", "affected WarehousePG", _set(f"{TREE}/0/name", "vers:semver/>=7.4.0|<7.4.3")),
    ("csaf20", "fixed WarehousePG", _set(f"{TREE}/3/name", "7.4.3")),
    ("csaf20", "score 3.1", _set(f"{WEAKNESS}/scores/0/cvss_v3/baseScore", 7.0)),
    ("csaf20", "cwe", _set(f"{WEAKNESS}/cwe/id", "CWE-787")),
    ("csaf20", "credits", _set(f"{WEAKNESS}/acknowledgments/0/organization", "Another University")),
    ("cyclonedx", "cve", _set(f"{WEAKNESS}/id", "CVE-1900-12349")),
    ("cyclonedx", "cwe", _set(f"{WEAKNESS}/cwes/0", 126)),
    ("cyclonedx", "score 4.0", _set(f"{WEAKNESS}/ratings/1/score", 7.2)),
    ("cyclonedx", "affected WarehousePG", _set(f"{WEAKNESS}/affects/0/versions/2/status", "affected")),
    ("cyclonedx", "credits", _set(f"{WEAKNESS}/credits/individuals/0/name", "Somebody")),
    ("ghsa", "cve", _set("/cve_id", "CVE-1900-12348")),
    ("ghsa", "vector 3.1", _set("/cvss_vector_string", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N")),
    ("openvex", "cve", _set("/statements/0/vulnerability/name", "CVE-1900-12347")),
    ("openvex", "published", _set("/timestamp", "2026-12-08T15:00:01Z")),
    ("openvex", f"purl-affected {PURL}", _set("/statements/0/products/0/identifiers/purl", f"{PURL}?vers=vers:x/<9")),
    ("openvex", f"purl-fixed {PURL}", _set("/statements/4/products/0/identifiers/purl", f"{PURL}@7.4.20")),
    ("csaf21", "vector 4.0", _set(f"{WEAKNESS}/metrics/0/content/cvss_v4/vectorString", OTHER_VECTOR)),
    ("csaf21", "cwe", _set(f"{WEAKNESS}/cwes/0/id", "CWE-787")),
    ("csaf21", "fixed WarehousePG", _set(f"{TREE}/4/name", "7.4.3")),
    ("csaf20", "modified", _set("/document/tracking/current_release_date", "2026-12-08T16:00:00Z")),
]  # fmt: skip

RECORD_ONLY = [
    ("ghsa", "package-affected WarehousePG", _set("/vulnerabilities/0/vulnerable_version_range", ">= 7.3.0, < 7.3.5")),
    ("ghsa", "package-fixed WarehousePG", _set("/vulnerabilities/1/patched_versions", "7.4.3")),
]
"""Facts that one document alone states under that name, so that only the record can contradict them."""

TEXT_MUTATIONS = [
    ("text", "title", b": Out-of-bounds", b": Inside-of-bounds"),
    ("text", "score 3.1", b"Medium 6.5", b"Medium 6.4"),
    ("text", "vector 4.0", b"SC:N/\n               SI:N", b"SC:N/\n               SI:L"),
    ("text", "cve", b"CVE-1900-12345", b"CVE-1900-12344"),
    ("text", "cwe", b"CWE-125", b"CWE-126"),
    ("text", "affected WarehousePG", b"  7.4: from 7.4.0", b"  7.4: from 7.4.1"),
    ("text", "fixed WarehousePG", b"WarehousePG: 7.4.2; 7.3.4", b"WarehousePG: 7.4.2; 7.3.5"),
    ("text", "credits", b"finder: R. Eporter", b"finder: S. Eporter"),
    ("text", "published", b"Published:     2026-12-08 15:00", b"Published:     2026-12-08 16:00"),
    ("markdown", "affected WarehousePG", b"**7.3:** from 7.3.0", b"**7.3:** from 7.2.0"),
    ("markdown", "fixed WarehousePG", b"**WarehousePG:** 7.4.2", b"**WarehousePG:** 7.4.1"),
    ("markdown", "id", b"# WHPG-SA-2026-001", b"# WHPG-SA-2026-010"),
    ("markdown", "aliases", b"GHSA-2345-6789-cfgh", b"GHSA-2345-6789-cfgg"),
    ("markdown", "credits", b"**finder:** R. Eporter", b"**finder:** T. Eporter"),
]


def _named(found: tuple[Disagreement, ...]) -> list[tuple[str, str]]:
    return [(each.document, each.field) for each in found]


def _kind(field: str) -> str:
    """A range is stated under the product's name and its purl at once."""
    return field.split(maxsplit=1)[0].removeprefix("purl-").removeprefix("package-")


def test_untouched_documents_agree_with_and_without_the_record() -> None:
    assert disagreements(DOCUMENTS, ADVISORY) == ()
    assert disagreements(DOCUMENTS) == ()


@pytest.mark.parametrize(
    ("name", "field", "change"), JSON_MUTATIONS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_one_changed_field_in_one_json_document_is_named(name: str, field: str, change: Change) -> None:
    document = json.loads(DOCUMENTS[name])
    change(document)
    mutated = {**DOCUMENTS, name: json.dumps(document).encode()}
    against_record = _named(disagreements(mutated, ADVISORY))
    assert (name, field) in against_record
    assert {each for each, _ in against_record} == {name}
    assert {_kind(each) for _, each in against_record} <= {_kind(field), _kind(field).replace("vector", "score")}
    assert (name, field) in _named(disagreements(mutated)), "the other documents outvote it"


@pytest.mark.parametrize(
    ("name", "field", "old", "new"), TEXT_MUTATIONS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_one_changed_field_in_one_text_is_named(name: str, field: str, old: bytes, new: bytes) -> None:
    assert DOCUMENTS[name].count(old) == 1
    mutated = {**DOCUMENTS, name: DOCUMENTS[name].replace(old, new)}
    assert _named(disagreements(mutated, ADVISORY)) == [(name, field)]
    assert _named(disagreements(mutated)) == [(name, field)]


@pytest.mark.parametrize(
    ("name", "field", "change"), RECORD_ONLY, ids=lambda each: each if isinstance(each, str) else ""
)
def test_what_only_one_document_says_is_held_against_the_record(name: str, field: str, change: Change) -> None:
    document = json.loads(DOCUMENTS[name])
    change(document)
    found = disagreements({**DOCUMENTS, name: json.dumps(document).encode()}, ADVISORY)
    assert _named(found) == [(name, field)]


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("osv", ("credits",), "credits"),
        ("osv", ("severity",), "vector 3.1"),
        ("cve", ("containers", "cna", "problemTypes"), "cwe"),
        ("csaf20", ("vulnerabilities", 0, "product_status", "fixed"), "fixed WarehousePG"),
    ],
    ids=str,
)
def test_a_fact_that_a_document_leaves_out_is_named(name: str, path: tuple[Any, ...], field: str) -> None:
    document = parent = json.loads(DOCUMENTS[name])
    for part in path[:-1]:
        parent = parent[part]
    del parent[path[-1]]
    found = disagreements({**DOCUMENTS, name: json.dumps(document).encode()}, ADVISORY)
    assert (name, field) in _named(found)
    assert {each.document for each in found} == {name}


def test_a_score_that_its_vector_does_not_give_is_named_even_when_alone() -> None:
    document = json.loads(DOCUMENTS["cve"])
    document["containers"]["cna"]["metrics"][0]["cvssV3_1"]["baseScore"] = 9.8
    alone = disagreements({"cve": json.dumps(document).encode()})
    assert alone == (Disagreement(document="cve", field="score 3.1", found="9.8", expected="6.5"),)


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"document": 7}', b"[" * 5000])
def test_an_unreadable_document_is_one_disagreement(rubbish: bytes) -> None:
    found = disagreements({**DOCUMENTS, "csaf20": rubbish}, ADVISORY)
    assert ("csaf20", "document") in _named(found)
    assert {each.document for each in found} == {"csaf20"}
