# SPDX-License-Identifier: Apache-2.0
"""A document of ours is held against a published one by what both mean, and only a difference in meaning is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.advisory.samples import warehouse
from tocsin.core.advisory.compare import Difference, compare
from tocsin.core.formats import render_all

DOCUMENTS = render_all(warehouse())


def _changed(kind: str, **members: Any) -> bytes:
    document = json.loads(DOCUMENTS[kind])
    target = document["containers"]["cna"] if kind == "cve" else document
    for name, value in members.items():
        if value is None:
            del target[name]
        else:
            target[name] = value
    return json.dumps(document).encode()


def _affected(*versions: dict[str, str]) -> list[dict[str, object]]:
    return [{"vendor": "WarehousePG", "product": "WarehousePG", "versions": list(versions)}]


@pytest.mark.parametrize("kind", ["osv", "cve"])
def test_a_document_does_not_differ_from_itself(kind: str) -> None:
    assert compare(kind, DOCUMENTS[kind], DOCUMENTS[kind]) == ()


def test_githubs_notation_in_a_cve_record_means_the_same() -> None:
    native = _affected(
        {"status": "affected", "version": ">= 7.4.0, < 7.4.2"},
        {"status": "affected", "version": ">= 7.3.0, < 7.3.4"},
    )
    assert compare("cve", DOCUMENTS["cve"], _changed("cve", affected=native)) == ()


def test_a_single_version_is_a_range_of_one() -> None:
    one = _changed("cve", affected=_affected({"status": "affected", "version": "7.4.0"}))
    same = _changed("cve", affected=_affected({"status": "affected", "version": "= 7.4.0"}))
    assert compare("cve", one, same) == ()


@pytest.mark.parametrize(
    ("kind", "members", "field", "theirs"),
    [
        ("osv", {"severity": None}, "vector", ()),
        ("osv", {"credits": [{"name": "Somebody"}]}, "credits", ("Somebody",)),
        ("osv", {"database_specific": {"cwe_ids": ["CWE-787"]}}, "cwe", ("CWE-787",)),
        ("osv", {"aliases": ["CVE-1900-12345"]}, "ids", ()),
        ("osv", {"references": []}, "references", ()),
        ("cve", {"problemTypes": None}, "cwe", ()),
        ("cve", {"metrics": None}, "vector", ()),
        ("cve", {"affected": _affected({"status": "affected", "version": "0", "lessThan": "*"})}, "ranges", ("0 *",)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_each_kind_of_difference_is_told_by_field(
    kind: str, members: dict[str, Any], field: str, theirs: tuple[str, ...]
) -> None:
    found = {each.field: each for each in compare(kind, DOCUMENTS[kind], _changed(kind, **members))}
    assert field in found
    assert found[field].only_theirs == theirs
    assert found[field].only_ours


def test_a_weakness_named_only_in_words_is_read() -> None:
    worded = [{"descriptions": [{"lang": "en", "description": "CWE-125: Out-of-bounds Read"}]}]
    assert compare("cve", DOCUMENTS["cve"], _changed("cve", problemTypes=worded)) == ()


def test_a_range_of_commits_is_not_a_range_of_versions() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    events = [{"introduced": "0"}, {"fixed": commit}]
    ranges = [{"type": "GIT", "repo": "https://example.org/r", "events": events}]
    (found,) = [
        each
        for each in compare("osv", DOCUMENTS["osv"], _changed("osv", affected=[{"ranges": ranges}]))
        if each.field == "ranges"
    ]
    assert found == Difference(
        format="osv",
        field="ranges",
        only_ours=("7.3.0 <7.3.4", "7.4.0 <7.4.2"),
        only_theirs=(f"commit 0 <{commit}",),
    )


def test_another_kind_or_no_object_is_an_error() -> None:
    with pytest.raises(KeyError):
        compare("csaf20", b"{}", b"{}")
    with pytest.raises(ValueError, match="not a JSON object"):
        compare("osv", b"[]", b"[]")
