# SPDX-License-Identifier: Apache-2.0
"""S41: what exists elsewhere is adopted into the case's one draft."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_commands import report
from tocsin.delivery.cli.exits import Exit

GHSA = {
    "ghsa_id": "GHSA-2345-6789-cfgh",
    "cve_id": "CVE-1900-12345",
    "summary": "Out-of-bounds read in demo_ext",
    "description": "Decoding reads past the end of its buffer.",
    "html_url": "https://github.com/demo/demo/security/advisories/GHSA-2345-6789-cfgh",
    "cwe_ids": ["CWE-125"],
    "cvss_severities": {"cvss_v3": {"vector_string": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"}},
    "credits": [{"login": "r-eporter", "type": "finder"}],
    "vulnerabilities": [
        {"package": {"ecosystem": "pip", "name": "demo"}, "vulnerable_version_range": ">= 7.4.0, < 7.4.2"}
    ],
}


def test_a_case_adopts_an_advisory_of_github_into_exactly_one_draft(shell, tmp_path: Path) -> None:
    case = report(shell.home).case
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high", "--versions", "7.x")
    shell.ok("case", "accept", case, "--text", "It is real.")
    path = tmp_path / "ghsa.json"
    path.write_text(json.dumps(GHSA))
    said = shell.ok("advisory", "adopt", case, str(path))
    assert "drafted from ghsa GHSA-2345-6789-cfgh" in said
    assert "from 7.4.0, before 7.4.2" in said
    shown = json.loads(shell.ok("case", "view", case, "--json"))
    draft = shown["advisory"]["draft"]
    assert draft["title"] == GHSA["summary"]
    assert draft["aliases"] == ["GHSA-2345-6789-cfgh"]
    assert [each["name"] for each in draft["products"]] == ["demo"]
    assert [each["url"] for each in draft["references"]] == [GHSA["html_url"]]
    path.write_text("no")
    assert shell("advisory", "adopt", case, str(path)).exit_code == Exit.FINDINGS


def test_packages_that_share_the_ranges_are_all_adopted_and_the_others_are_named(shell, tmp_path: Path) -> None:
    case = report(shell.home).case
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high", "--versions", "7.x")
    shell.ok("case", "accept", case, "--text", "It is real.")
    (entry,) = GHSA["vulnerabilities"]
    others = [
        {**entry, "package": {"ecosystem": "pip", "name": "demo-extras"}},
        {"package": {"ecosystem": "pip", "name": "demo-shell"}, "vulnerable_version_range": "< 2.1"},
    ]
    path = tmp_path / "ghsa.json"
    path.write_text(json.dumps({**GHSA, "vulnerabilities": [entry, *others]}))
    said = shell.ok("advisory", "adopt", case, str(path))
    assert "not taken over, other versions of theirs are affected: demo-shell" in said
    shown = json.loads(shell.ok("case", "view", case, "--json"))
    assert [each["name"] for each in shown["advisory"]["draft"]["products"]] == ["demo", "demo-extras"]


def test_a_version_scheme_that_nobody_knows_is_refused_when_the_draft_is_written(shell, tmp_path: Path) -> None:
    case = report(shell.home).case
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high", "--versions", "7.x")
    shell.ok("case", "accept", case, "--text", "It is real.")
    path = tmp_path / "draft.json"
    path.write_text(json.dumps({"products": [{"name": "demo", "scheme": "jL"}]}))
    done = shell("advisory", "draft", case, "--from-file", str(path))
    assert done.exit_code == Exit.REFUSED
    assert "products[0].scheme" in done.output
    assert "semver" in done.output
