# SPDX-License-Identifier: Apache-2.0
"""Importing a SECURITY.md: the numbers of real documents are found, nothing crashes, and writing it again is stable."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import DATA, shared
from tocsin.core.policy.describe import security_md
from tocsin.core.policy.importer import import_security_md, values
from tocsin.core.policy.lint import lint_security_md
from tocsin.core.policy.load import load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.tables import flat
from tocsin.core.policy.toml_write import write

SEEDS = {name: DATA / "policies" / f"{name}-SECURITY.md" for name in ("community", "warehousepg")}
REAL = tomllib.loads((DATA / "policies" / "real-promises.toml").read_text(encoding="utf-8"))
TIMED = ("within", "every", "overlap", "max", "min", "cadence", "notice", "rejected", "published")


def document(name: str) -> bytes:
    return shared("standards", "security-md", name).read_bytes()


def test_the_table_speaks_of_every_document_there_is():
    names = {path.name for path in shared("standards", "security-md").glob("*--*.md")}
    assert names == set(REAL)
    assert len(names) >= 20


@pytest.mark.parametrize("name", sorted(REAL))
def test_the_numbers_of_a_real_document_are_found_and_no_others(name):
    expected = REAL[name]
    said = flat(values(import_security_md(document(name)).policy))
    numbers = {path: value for path, value in said.items() if path.rpartition(".")[2] in TIMED and "min" not in path}
    assert numbers == expected.get("promises", {})
    assert {path: value for path, value in said.items() if path.endswith(".said")} == expected.get("said", {})


@pytest.mark.parametrize("name", sorted(REAL))
def test_the_supported_versions_and_doors_of_a_real_document_are_found(name):
    expected = REAL[name]
    policy = values(import_security_md(document(name)).policy)
    versions = policy.get("versions", {})
    rule = versions.get("supported", {})
    named = [" ".join(str(rule[key]) for key in ("rule", "count") if key in rule)] if rule else []
    lines = versions.get("line", [])
    named += [line["name"] for line in lines if line.get("support") != "end-of-life"]
    assert sorted(named) == sorted(expected.get("supported", []))
    gone = [line["name"] for line in lines if line.get("support") == "end-of-life"]
    assert gone == expected.get("unsupported", [])
    doors = policy.get("intake", {}).get("channel", [])
    contacts = [door.get("address") or door.get("url") or door["kind"] for door in doors]
    assert sorted(contacts) == sorted(expected.get("contacts", []))


@pytest.mark.parametrize("name", [*sorted(REAL), *SEEDS])
def test_import_render_import_is_stable_and_every_value_is_cited(name):
    first = import_security_md(SEEDS[name].read_bytes() if name in SEEDS else document(name))
    text = write(first.policy)
    policy = load(text)
    assert isinstance(policy, Policy), policy
    assert uncited(text) == ()
    again = import_security_md(security_md(policy).encode())
    assert values(again.policy) == values(first.policy)


@pytest.mark.parametrize("name", SEEDS)
def test_every_sentence_of_a_source_policy_is_understood(name):
    assert [unit.text for unit in import_security_md(SEEDS[name].read_bytes()).reading.not_understood] == []


def test_the_choices_are_those_the_documents_leave_open():
    asked = {
        name: {choice.path: choice for choice in import_security_md(path.read_bytes()).choices}
        for name, path in SEEDS.items()
    }
    assert set(asked["warehousepg"]) == {
        "project.prefix", "sla.first_feedback.within", "sla.conversation.within", "disclosure.max", "sla.calendar",
        "versions.supported", "assess.reject.min_chars", "sla.escalation.steps",
    }  # fmt: skip
    assert set(asked["community"]) == {
        "project.name", "project.prefix", "disclosure.max", "sla.calendar", "intake.channel", "intake.channel.key",
        "versions.supported", "assess.reject.min_chars", "sla.escalation.steps",
    }  # fmt: skip
    promptly = asked["warehousepg"]["sla.first_feedback.within"]
    assert (promptly.line, promptly.proposal) == (23, "3 business days")
    assert "promptly" in promptly.question
    assert asked["community"]["intake.channel"].line == 21


def test_broken_bytes_are_repaired_and_kept_as_a_finding():
    reading = import_security_md(SEEDS["warehousepg"].read_bytes()).reading
    (damage,) = reading.decoded.damage
    assert (damage.line, damage.found, damage.meant) == (83, "it\u00e2\u20ac\u2122s", "it\u2019s")
    assert "it\u2019s already publicly known" in reading.decoded.text


@pytest.mark.parametrize(
    "text",
    [
        "Gr\u00f6\u00dfe, caf\u00e9, na\u00efve, S\u00e3o Paulo, a\u00e7\u00e3o, \u00c0\u00c9\u00ce",
        "\u8106\u5f31\u6027\u306f security@example.jp",
        "\u0421\u043e\u043e\u0431\u0449\u0430\u0439\u0442\u0435 security@example.ru",
        "\u0627\u0644\u062b\u063a\u0631\u0627\u062a: security@example.com",
        "\u00bbBitte\u00ab \u2013 \u201cquoted\u201d \u2026 \u00bd \u00b0 \u00a7 \u20ac",
    ],
)
def test_what_is_not_damaged_is_left_alone(text):
    reading = import_security_md(text.encode()).reading
    assert reading.decoded.text == text
    assert reading.decoded.damage == ()


SENTENCES = [
    ("We will respond within 48 hours.", {"sla.first_feedback.within": "48 hours"}),
    ("You will receive a response from us within 24-48 hours.", {"sla.first_feedback.within": "48 hours"}),
    ("We aim to get back to you in three (3) working days.", {"sla.first_feedback.within": "3 business days"}),
    ("Expect an acknowledgement within one business day.", {"sla.first_feedback.within": "1 business day"}),
    ("We will acknowledge your email within 2 days, and respond in detail within a week.",
     {"sla.acknowledgement.within": "2 days", "sla.first_feedback.within": "1 week"}),
    ("You can expect an update at least every 14 days.", {"sla.updates.every": "14 days"}),
    ("We send weekly status updates.", {"sla.updates.every": "7 days"}),
    ("Reports are triaged within 10 business days.", {"sla.assessment.within": "10 business days"}),
    ("Critical issues are fixed within 7 days.", {"sla.fix.within": "7 days"}),
    ("We ask for an embargo of up to 14 days.", {"disclosure.max": "14 days"}),
    ("Please do not disclose the issue publicly for 90 days.", {"disclosure.max": "90 days"}),
    ("Please give us 30 days before you publish.", {"disclosure.max": "30 days"}),
    ("We follow a 90-day disclosure deadline.", {"disclosure.max": "90 days"}),
    ("The project was founded 12 years ago.", {}),
    ("Password hashes are rotated every 30 days.", {}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_a_time_belongs_to_the_promise_it_is_made_for(sentence, expected):
    said = flat(values(import_security_md(f"# Security\n\n{sentence}\n".encode()).policy))
    assert {path: value for path, value in said.items() if path.startswith(("sla.", "disclosure."))} == expected


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_law_no_bytes_crash_the_importer_or_the_linter(data):
    imported = import_security_md(data)
    assert imported.policy["schema"] == "tocsin.policy/1"
    for finding in lint_security_md(data):
        assert finding.line >= 1


PIECES = st.sampled_from(
    [
        "# Security", "## Supported Versions", "## Scope", "| 1.x | :white_check_mark: |", "|", "* item", "1. step",
        "```", "> quote", "<!-- ", "-->", "[a](b", "](", "**bold", "_", "`", "We respond within 3 days.", "promptly",
        "security@example.org", "\u00e9", "\u202e", "===", "[x]: http://e.example", "\t", "  ", "<a href='x'>",
        "https://example.org/a_(b)", "within 99999 days", "\u00e2\u20ac\u2122",
    ]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=40).map("\n".join))
def test_law_any_markdown_imports_to_a_policy_that_loads_and_is_stable(text):
    first = import_security_md(text.encode())
    policy = load(write(first.policy))
    assert isinstance(policy, Policy), policy
    again = import_security_md(security_md(policy).encode())
    third = load(write(again.policy))
    assert isinstance(third, Policy)
    fourth = load(write(import_security_md(security_md(third).encode()).policy))
    assert isinstance(fourth, Policy)
    assert security_md(fourth) == security_md(third)


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b"We respond within 3 days. " * 3_000,
        b"* item\n" * 8_000,
        b"a" * (1 << 20),
        b"#" * (1 << 20) + b"x",
        b"[" * (1 << 20),
        b"* " * (1 << 19),
        b"| a " * (1 << 18),
        b"\xe2\x80\x99" * (1 << 18),
        b"<!--" * (1 << 18),
        b"(" * 100_000 + b" within 3 days",
        b"1 " * (1 << 19),
        b"*_`" * (1 << 18),
    ],
    ids=[
        "sentences",
        "items",
        "one word",
        "marks",
        "brackets",
        "bullets",
        "cells",
        "quotes",
        "comments",
        "parentheses",
        "numbers",
        "emphasis",
    ],
)
def test_a_megabyte_of_one_thing_is_read(data):
    assert import_security_md(data).policy["schema"] == "tocsin.policy/1"
    lint_security_md(data)
