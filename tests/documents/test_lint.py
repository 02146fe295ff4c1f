# SPDX-License-Identifier: Apache-2.0
"""Whatever a file holds, the check says what is wrong with it, and does so soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.advisory.samples import SAMPLES, warehouse
from tests.support import DATA
from tocsin.core.formats import render_all
from tocsin.core.formats.judge import cna_rules, reading
from tocsin.core.formats.judge.codes import CNA, OWN
from tocsin.core.formats.judge.detect import FORMATS, detect
from tocsin.services.documents import csaf
from tocsin.services.documents.lint import Verdict, agree, kind_of, lint

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = DATA / "cna-rules"
JSON_FORMATS = ("csaf20", "csaf21", "cve", "cyclonedx", "ghsa", "openvex", "osv")


def judged(body: bytes, named: str = "") -> Verdict:
    return lint("file", body, NOW, named)


def codes(body: bytes) -> set[str]:
    return {each.test for each in judged(body).findings}


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_our_own_documents_are_known_and_valid(name: str) -> None:
    for sample in SAMPLES:
        body = render_all(sample).get(name)
        if body is not None:
            verdict = judged(body)
            assert verdict.valid, verdict
            assert verdict.format == name.rstrip("0123456789")


@pytest.mark.parametrize(
    ("body", "test"),
    [
        (b"", "input.json"),
        (b"not json", "input.json"),
        (b'{"a": NaN}', "input.json"),
        (b'{"a": 1' + b"0" * 5_000 + b"}", "input.json"),
        (b"\xff\xfe{\x00}\x00", "input.encoding"),
        (b'{"document": "\xe9"}', "input.encoding"),
        (b'{"document": "\\ud800"}', "input.encoding"),
        (b'\xef\xbb\xbf{"id": "X", "modified": "2026-01-01T00:00:00Z"}', "input.encoding"),
        (b"[" * 101 + b"]" * 101, "input.depth"),
        (b"[" * 100_000, "input.depth"),
        (b'{"id": "X", "id": "Y", "modified": "2026-01-01T00:00:00Z"}', "input.duplicate-key"),
        (b"[]", "format.unknown"),
        (b"{}", "format.unknown"),
        (b"null", "format.unknown"),
        (b'{"document": {"csaf_version": "3.0"}}', "format.version"),
        (b'{"dataType": "CVE_RECORD", "dataVersion": "6.0"}', "format.version"),
        (b'{"data_type": "CVE", "data_version": "4.0"}', "format.version"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "9.9"}', "format.version"),
        (b'{"@context": "https://openvex.dev/ns/v9.0.0"}', "format.version"),
        (
            b'{"document": {"csaf_version": "2.0", "tracking": [], "publisher": 7}, "vulnerabilities": 1}',
            "schema",
        ),
        (b'{"id": "X", "modified": 7, "affected": {"ranges": 1}}', "schema"),
        (b'{"cveMetadata": [], "containers": "no"}', "schema"),
    ],
    ids=lambda each: each if isinstance(each, str) else repr(each[:40]),
)
def test_bad_input_is_a_clear_finding(body: bytes, test: str) -> None:
    verdict = judged(body)
    assert test in {each.test for each in verdict.findings}
    assert not verdict.valid or test == "input.encoding"
    assert {each.test for each in verdict.findings if not each.test.startswith("6.")} <= {*OWN, *CNA}


def test_a_document_of_a_hundred_megabytes_is_refused_unread() -> None:
    started = time.process_time()
    verdict = judged(b'{"id": "' + b"x" * (100 << 20) + b'"}')
    assert [each.test for each in verdict.findings] == ["input.size"]
    assert time.process_time() - started < 5  # it is not looked at; a second would be a lot


def test_the_deepest_document_that_is_read_is_also_judged() -> None:
    deep = "".join('{"category": "family", "name": "x", "branches": [' for _ in range(45)) + "]}" * 45
    body = f'{{"document": {{"csaf_version": "2.0"}}, "product_tree": {{"branches": [{deep}]}}}}'.encode()
    assert "schema" in codes(body)
    assert not reading.too_deep(json.loads(body))


NAMES = (
    "document", "product_tree", "vulnerabilities", "branches", "affected", "ranges", "events", "cna", "containers",
    "statements", "id", "modified", "csaf_version", "tracking", "product_status", "x",
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(["2.0", "2.1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=30,
)


@given(values, st.sampled_from([*FORMATS, ""]))
def test_nothing_crashes_the_check(value: object, named: str) -> None:
    body = json.dumps(value).encode()
    verdict = judged(body, named)
    assert verdict.file == "file"
    if not isinstance(value, dict) and named not in ("", "security.txt"):
        assert not verdict.valid


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_check(body: bytes) -> None:
    assert judged(body).findings


@pytest.mark.parametrize("path", sorted(RULES.glob("*.json")), ids=lambda path: path.stem)
def test_each_rule_for_cnas_has_an_example_that_breaks_it_and_one_that_keeps_it(path: object) -> None:
    number = path.stem  # type: ignore[attr-defined]
    examples = json.loads(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    broken = [each for each in cna_rules.breaches(examples["failing"]) if each.rule.number == number]
    assert broken
    assert all(each.rule.remedy in each.message for each in broken)
    assert number not in {each.rule.number for each in cna_rules.breaches(examples["passing"])}
    verdict = judged(json.dumps(examples["failing"]).encode())
    assert f"CNA {number}" in {each.test for each in verdict.findings}


def test_every_rule_has_its_examples() -> None:
    rules = {rule.number for rule, _ in (*cna_rules.RULES, *cna_rules.REJECTED)}
    assert rules == {path.stem for path in RULES.glob("*.json")}


def test_tests_of_csaf_are_named_as_in_the_standard() -> None:
    value = json.loads(render_all(warehouse())["csaf20"])
    value["document"]["tracking"]["version"] = "7"
    body = json.dumps(value).encode()
    assert "6.1.16" in codes(body)
    assert {"6.1.16"} <= {each.test for each in csaf.findings("2.0", value, body)}


def test_one_document_that_differs_from_the_others_of_its_advisory_is_named() -> None:
    documents = render_all(warehouse())
    osv = documents["osv"].replace(b"7.4.2", b"7.4.3")
    files = {name: documents[name] for name in ("csaf20", "csaf21", "cve")} | {"osv": osv}
    read = {name: (kind, body) for name, body in files.items() if (kind := kind_of(body))}
    assert set(agree(read)) == {"osv"}
    assert not agree({name: each for name, each in read.items() if name != "osv"})


def test_documents_of_different_advisories_are_not_compared() -> None:
    first, second = render_all(SAMPLES[0])["csaf20"], render_all(SAMPLES[1])["osv"]
    read = {str(n): (kind, body) for n, body in enumerate((first, second)) if (kind := kind_of(body))}
    assert not agree(read)


def test_a_security_txt_is_told_by_its_contact() -> None:
    verdict = judged(b"Contact: mailto:security@example.org\nExpires: 2020-01-01T00:00:00Z\n")
    assert verdict.format == "security.txt"
    assert not verdict.valid
    assert detect({"summary": "x", "vulnerabilities": []}) is not None


def test_a_hundred_thousand_names_given_twice_cost_no_more_than_reading_them() -> None:
    body = ("{" + ",".join(f'"n{number}": 1, "n{number}": 2' for number in range(100_000)) + "}").encode()
    started = time.process_time()
    assert "input.duplicate-key" in codes(body)
    assert time.process_time() - started < 10


@pytest.mark.slow
@pytest.mark.parametrize("filler", ["a", "1.", "pkg:a/b@", "https://a/", "cpe:2.3:a:*:", "- ", "%41", "("])
def test_no_long_text_slows_the_check_down(filler: str) -> None:
    for name in ("csaf20", "cve", "osv"):
        value = json.loads(render_all(warehouse())[name])
        texts = list(walk_texts(value))
        for holder, key in texts[:: max(1, len(texts) // 12)]:
            kept, holder[key] = holder[key], filler * (20_000 // len(filler)) + "!"
            started = time.process_time()
            judged(json.dumps(value).encode())
            assert time.process_time() - started < 5
            holder[key] = kept


def walk_texts(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a text: what holds it, and its name or number there."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(each, str):
            yield value, key
        else:
            yield from walk_texts(each)
