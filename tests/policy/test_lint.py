# SPDX-License-Identifier: Apache-2.0
"""The linter's findings on the two source policies are read by a person; each code is shown on what earns it."""

from __future__ import annotations

import pytest

from tests.support import DATA, golden
from tocsin.core.policy.lint import Severity, lint_security_md, sarif, worst
from tocsin.core.policy.lint.security_md import CODES

SEEDS = {name: DATA / "policies" / f"{name}-SECURITY.md" for name in ("community", "warehousepg")}

PROMISED = {
    "community": {
        (8, "supported-versions-by-reference"), (15, "encryption-without-key"), (21, "contact-missing"),
        (22, "channel-conditional"), (24, "sla-found"), (53, "sla-found"), (55, "cvss-superseded"), (55, "link-moved"),
        (1, "disclosure-deadline-missing"), (1, "safe-harbour-missing"),
    },
    "warehousepg": {
        (3, "supported-versions-missing"), (16, "stray-punctuation"), (23, "sla-unquantified"),
        (63, "sla-unquantified"), (70, "cvss-superseded"), (73, "link-moved"), (83, "encoding-mojibake"),
        (82, "embargo-found"), (1, "safe-harbour-missing"),
    },
}  # fmt: skip


def shown(data: bytes) -> str:
    return "".join(
        f"{each.line}: {each.severity.value} {each.code}: {each.message}\n" for each in lint_security_md(data)
    )


@pytest.mark.parametrize("name", SEEDS)
def test_the_findings_on_a_source_policy_are_those_somebody_read(name):
    golden(DATA / "policies" / f"{name}.lint.txt", shown(SEEDS[name].read_bytes()))


@pytest.mark.parametrize("name", SEEDS)
def test_the_findings_that_were_promised_stand_on_their_lines(name):
    found = {(each.line, each.code) for each in lint_security_md(SEEDS[name].read_bytes())}
    assert found >= PROMISED[name]
    assert worst(lint_security_md(SEEDS[name].read_bytes())) is Severity.ERROR


GOOD = """# Security policy

Please report vulnerabilities privately to security@example.org; our key is at https://example.org/key.asc.
We respond within 3 business days and disclose within 90 days. Research in good faith is authorized and we will not
pursue legal action.

## Supported Versions

| Version | Supported |
|---------|-----------|
| 2.x     | yes       |

## Scope

Everything in this repository is in scope.
"""


def test_a_document_that_says_everything_has_nothing_to_mend():
    assert worst(lint_security_md(GOOD.encode())) is Severity.INFO


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("contact-missing", 1, GOOD.replace("to security@example.org; our key is at https://example.org/key.asc", "")),
        ("channel-conditional", 4, GOOD.replace("We respond", "Or via GitHub, which may not be enabled. We respond")),
        ("channel-renamed", 4, GOOD.replace("We respond", "Follow us on Twitter. We respond")),
        ("contradiction", 7, GOOD.replace("## Supported", "You will get a reply within 5 days.\n\n## Supported")),
        (
            "contradiction",
            7,
            GOOD.replace("## Supported", "Report security bugs in the issue tracker.\n\n## Supported"),
        ),
        ("cvss-superseded", 4, GOOD.replace("We respond", "We score with CVSS v3.0. We respond")),
        ("disclosure-deadline-missing", 1, GOOD.replace(" and disclose within 90 days", "")),
        ("document-empty", 1, ""),
        ("document-truncated", 1, GOOD + "x" * (1 << 20)),
        ("embargo-found", 4, GOOD),
        ("embargo-unquantified", 4, GOOD.replace("within 90 days", "after a few weeks")),
        ("encoding-mojibake", 3, GOOD.replace("privately", "privately\u00e2\u20ac\u201c")),
        ("encryption-without-key", 3, GOOD.replace("our key is at https://example.org/key.asc", "encrypt your mail")),
        ("link-insecure", 4, GOOD.replace("We respond", "See http://example.org/x. We respond")),
        ("link-moved", 4, GOOD.replace("We respond", "See https://cve.mitre.org/ for more. We respond")),
        ("private-reporting-missing", 1, GOOD.replace("privately ", "")),
        ("safe-harbour-missing", 1, GOOD.replace("Research in good faith is authorized and we will not\npursue", "No")),
        ("scope-missing", 1, GOOD.replace("## Scope\n\nEverything in this repository is in scope.\n", "")),
        ("sla-found", 4, GOOD),
        ("sla-missing", 1, GOOD.replace("We respond within 3 business days and disclose", "We disclose")),
        ("sla-unquantified", 4, GOOD.replace("within 3 business days", "promptly")),
        ("stray-punctuation", 5, GOOD.replace("\npursue", "\n, pursue")),
        (
            "supported-versions-by-reference",
            7,
            GOOD.partition("## Sup")[0] + "For supported versions refer to our wiki.\n",
        ),
        ("supported-versions-found", 11, GOOD),
        ("supported-versions-missing", 3, GOOD.partition("## Sup")[0]),
        ("term-superseded", 4, GOOD.replace("We respond", "We practise responsible disclosure. We respond")),
    ],
)
def test_each_code_stands_where_its_cause_is(code, line, text):
    assert (line, code) in {(each.line, each.code) for each in lint_security_md(text.encode())}


def test_every_code_is_shown_once():
    marks = test_each_code_stands_where_its_cause_is.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == set(CODES)


def test_only_codes_of_the_list_are_ever_used():
    for path in SEEDS.values():
        assert {each.code for each in lint_security_md(path.read_bytes())} <= set(CODES)


def test_sarif_names_rule_place_and_level_of_every_finding():
    findings = lint_security_md(SEEDS["warehousepg"].read_bytes())
    run = sarif("SECURITY.md", findings, CODES, "1.0")["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for finding, result in zip(findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding.code
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == finding.line
        assert result["level"] in ("error", "warning", "note")
