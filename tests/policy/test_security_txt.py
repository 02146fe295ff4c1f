# SPDX-License-Identifier: Apache-2.0
"""security.txt: our check agrees with sectxt's own test suite, with sectxt itself on mutations, and with RFC 9116."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.suites import security_txt_codes
from tests.support import shared
from tocsin.core.clock import at
from tocsin.core.policy.lint import lint_security_txt

GROUPS = ("errors", "recommendations", "notifications")
GOOD = """Contact: mailto:security@example.com
Expires: 2027-03-01T00:00:00Z
Encryption: https://example.com/key.asc
Preferred-Languages: en, de
Canonical: https://example.com/.well-known/security.txt
"""


def test_every_case_of_sectxt_gets_the_same_codes_on_the_same_lines():
    suite = json.loads(shared("standards", "security-txt", "sectxt-cases.json").read_text(encoding="utf-8"))
    now = at(suite["evaluated_at"])
    assert len(suite["cases"]) >= 20
    for case in suite["cases"]:
        told, ours = security_txt_codes(case, now)
        assert ours == told, case["id"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (GOOD, {"not-signed"}),
        (GOOD.replace("2027-03", "2025-03"), {"not-signed", "expired"}),
        (GOOD.replace("2027-03", "2027-13"), {"not-signed", "invalid-expiry"}),
        (GOOD.replace("2027-03", "2030-03"), {"not-signed", "long-expiry"}),
        (GOOD + "Expires: 2027-03-01T00:00:00Z\n", {"not-signed", "multi-expire"}),
        (GOOD + "Preferred-Languages: fr\n", {"not-signed", "multi-lang"}),
        (GOOD.replace("mailto:", ""), {"not-signed", "no-uri"}),
        (GOOD.replace("https://example.com/key", "http://example.com/key"), {"not-signed", "no-https"}),
        (GOOD.replace("en, de", "english"), {"not-signed", "invalid-lang"}),
        ("\ufeff" + GOOD, {"not-signed", "bom-in-file"}),
        ("", {"not-signed", "no-contact", "no-expire"}),
    ],
)
def test_each_fault_has_its_code(text, codes):
    assert {each.code for each in lint_security_txt(text.encode(), at("2026-11-21T00:00:00Z"))} == codes


def test_bytes_that_are_no_utf8_are_a_finding_not_a_crash():
    found = lint_security_txt(b"Contact: mailto:a@b.example\n\xff\xfe\n", at("2026-11-21T00:00:00Z"))
    assert ("utf8", 2) in {(each.code, each.line) for each in found}


def test_a_file_found_elsewhere_than_it_says_is_told():
    found = lint_security_txt(GOOD.encode(), at("2026-11-21T00:00:00Z"), "https://example.org/.well-known/security.txt")
    assert "no-canonical-match" in {each.code for each in found}


lines = st.sampled_from(
    [
        "Contact: mailto:a@b.example", "Contact:https://b.example/x", "Contact : tel:+1", "contact: http://b.example",
        "Expires: 2027-03-01T00:00:00Z", "Expires: 2020-03-01T00:00:00+02:00", "Expires: soon",
        "Expires: 2035-03-01 00:00:00z", "Encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f",
        "Preferred-Languages: en", "Preferred-Languages: zh-Hans, pt-BR", "Preferred-Languages: nonsense",
        "Canonical: https://b.example/.well-known/security.txt", "Policy: policy.html", "Hiring: https://b.example/jobs",
        "CSAF: https://b.example/provider-metadata.json", "CSAF: https://b.example/feed", "# comment", "", "words",
        ": x", "Unknown: 1", "Contact:", "Acknowledgments: ", "Hash: SHA256",
    ]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lines, max_size=8), st.booleans())
def test_law_sectxt_and_we_agree_on_any_mixture_of_lines(chosen, ends):
    sectxt = pytest.importorskip("sectxt", reason="the judge is a library of the tests only")
    text = "\n".join(chosen) + ("\n" if ends and chosen else "")
    judge = sectxt.Parser(text.encode())
    theirs = {each["code"] for group in GROUPS for each in getattr(judge, group)}
    ours = {each.code.replace("-", "_") for each in lint_security_txt(text.encode(), datetime.now(UTC))}
    assert ours == theirs
