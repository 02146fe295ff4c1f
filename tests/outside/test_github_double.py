# SPDX-License-Identifier: Apache-2.0
"""The small GitHub is what GitHub's description says: so a test that passes against it says something."""

from __future__ import annotations

import msgspec
import pytest

from tocsin.testing.doubles import UNFIT, serving
from tocsin.testing.github import Fault, GitHubDouble, World
from tocsin.testing.github.contract import wrong_answer, wrong_hook
from tocsin.testing.github.double import API, TOKEN
from tocsin.testing.world import VirtualClock

ADVISORIES = f"{API}/repos/example/example/security-advisories"
OWN = {"Authorization": f"Bearer {TOKEN}"}
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
DRAFT = {
    "summary": "Out-of-bounds read", "description": "Words.", "cvss_vector_string": VECTOR, "cwe_ids": ["CWE-125"],
    "vulnerabilities": [{"package": {"ecosystem": "other", "name": "x"}, "vulnerable_version_range": ">= 7, < 7.1"}],
    "credits": [{"login": "finder", "type": "finder"}],
}  # fmt: skip


@pytest.fixture
def github() -> GitHubDouble:
    return GitHubDouble(World(VirtualClock()))


def ask(github: GitHubDouble, method: str, url: str, said=None, headers=OWN):
    answer = github(method, url, headers=headers, body=msgspec.json.encode(said) if said is not None else b"")
    return answer.status, answer.json()


def test_an_advisory_goes_from_draft_to_published_and_every_answer_is_as_described(github: GitHubDouble) -> None:
    status, made = ask(github, "POST", ADVISORIES, DRAFT)
    assert (status, made["state"], made["severity"]) == (201, "draft", "high")
    one = f"{ADVISORIES}/{made['ghsa_id']}"
    assert ask(github, "POST", f"{one}/cve")[0] == 202
    github.world.assign_cve(made["ghsa_id"], "CVE-2026-11111")
    assert ask(github, "POST", f"{one}/cve")[0] == 422
    assert ask(github, "PATCH", one, {"state": "published"})[1]["published_at"]
    assert ask(github, "PATCH", one, {"state": "draft"})[0] == 422
    assert [each["cve_id"] for each in ask(github, "GET", f"{ADVISORIES}?state=published")[1]] == ["CVE-2026-11111"]
    assert github.wrong == []


def test_a_private_report_waits_in_triage_and_its_webhook_is_as_described(github: GitHubDouble) -> None:
    made = github.world.report("finder", summary="A hole", description="Steps.")
    assert (made["state"], made["submission"]) == ("triage", {"accepted": False})
    headers, body = github.hook("reported", made["ghsa_id"], b"secret")
    assert headers["X-Hub-Signature-256"].startswith("sha256=")
    said = msgspec.json.decode(body)
    assert wrong_hook("repository_advisory", said) == []
    assert wrong_hook("repository_advisory", {**said, "repository": None}) != []
    one = f"{ADVISORIES}/{made['ghsa_id']}"
    assert ask(github, "PATCH", one, {"state": "draft"})[1]["submission"] == {"accepted": True}


@pytest.mark.unfit
def test_what_the_description_does_not_know_is_seen(github: GitHubDouble) -> None:
    assert ask(github, "POST", ADVISORIES, {**DRAFT, "colour": "red"})[0] == 422
    assert ask(github, "GET", f"{ADVISORIES}?colour=red")[0] == 422
    assert ask(github, "GET", f"{ADVISORIES}?per_page=1000")[0] == 422
    assert ask(github, "GET", f"{API}/repos/example/example/secrets")[0] == 422
    assert len(github.wrong) == 4
    assert [*UNFIT] == github.wrong, "what no test may leave behind unless it is marked so"
    made = github.world.report("finder")
    assert wrong_answer("GET", f"{ADVISORIES}/{made['ghsa_id']}", 200, {**made, "cvss": None}) != []


def test_severity_and_vector_do_not_go_together(github: GitHubDouble) -> None:
    assert ask(github, "POST", ADVISORIES, {**DRAFT, "severity": "high"})[0] == 422


def test_without_its_token_it_says_nothing(github: GitHubDouble) -> None:
    assert ask(github, "GET", ADVISORIES, headers={})[0] == 401
    assert ask(github, "GET", f"{API}/repos/other/other/security-advisories")[0] == 404


def test_a_long_list_is_read_in_pages(github: GitHubDouble) -> None:
    for number in range(5):
        github.world.report("finder", summary=f"Report {number}")
    answer = github("GET", f"{ADVISORIES}?per_page=2", headers=OWN)
    assert len(answer.json()) == 2
    assert 'rel="next"' in answer.headers["link"]


def test_a_template_of_sections_is_held(github: GitHubDouble) -> None:
    github.world.sections = ("Summary", "Impact")
    report = {"summary": "A hole", "description": "## Impact\nx\n## Summary\ny"}
    status, told = ask(github, "POST", f"{ADVISORIES}/reports", report)
    assert (status, told["message"]) == (422, "RepositoryAdvisoryDescriptionValidationError")
    assert told["errors"][-1]["code"] == "sections_out_of_order"


def test_it_fails_in_every_way(github: GitHubDouble) -> None:
    for fault in (Fault.REFUSE, Fault.HANG, Fault.SLOW):
        with github.failing(fault), pytest.raises(OSError, match="does not answer"):
            ask(github, "GET", ADVISORIES)
    for fault, status in ((Fault.BROKEN, 500), (Fault.FORBIDDEN, 403), (Fault.TOO_MANY, 429)):
        with github.failing(fault):
            assert ask(github, "GET", ADVISORIES)[0] == status
    with github.failing(Fault.GARBAGE), pytest.raises(msgspec.DecodeError):
        ask(github, "GET", ADVISORIES)
    assert ask(github, "GET", ADVISORIES)[0] == 200


def test_it_answers_over_a_socket_too(github: GitHubDouble) -> None:
    from tocsin.adapters.web import GuardedHttp

    with serving(github, API) as address:
        http = GuardedHttp(trusted=frozenset({"127.0.0.1"}), patience=0.3)
        assert http("GET", f"{address}/repos/example/example/security-advisories", headers=OWN).json() == []
        for fault in (Fault.HANG, Fault.REFUSE):
            with github.failing(fault), pytest.raises(OSError, match="does not answer"):
                http("GET", f"{address}/repos/example/example/security-advisories", headers=OWN)
