# SPDX-License-Identifier: Apache-2.0
"""The services outside that the demo speaks to: what they hold from the start, and what they show to people."""

from __future__ import annotations

import re
import tomllib
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from tocsin.boot.demo import fill, matter, outside
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.testing.github import API, LOGIN, TOKEN, GitHubDouble, World

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def read(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_every_project_has_a_repository_and_every_cve_id_is_reserved_and_not_public() -> None:
    with outside.standing() as there:
        assert set(there.forges) == {"example", "warehousepg"}
        for number in (*outside.numbers(), "CVE-1999-0001"):
            assert read(f"{there.cna}/api/cve/{number}")[0] == 404
        status, said = read(f"{there.cna}/")
    assert status == 200
    assert said.startswith(f"{len(outside.numbers()) + 1} requests; 0 things did not fit")
    assert set(outside.numbers()) >= {each.cve_id for each in matter.load_all()}


@pytest.mark.parametrize("name", NAMES)
def test_each_policy_is_the_source_policy_but_for_who_assigns_cve_ids(name: str) -> None:
    source = seed(name) or ""
    told = fill.own_cna(source)
    assert isinstance(load(told, seed), Policy)
    assert tomllib.loads(told)["cve"]["route"] == "own-cna"
    differs = [(was, now) for was, now in zip(source.splitlines(), told.splitlines(), strict=True) if was != now]
    assert [now for _, now in differs] == ['route = "own-cna"']


def test_only_what_is_published_has_a_page() -> None:
    world = World(lambda: AT)
    double = outside.Shown(GitHubDouble(world), (world,))
    ghsa = world.create(LOGIN, {"summary": "Out-of-bounds read", "description": "Words."}, "draft")["ghsa_id"]
    page = f"{API}/{world.name}/security/advisories/{ghsa}"
    assert double("GET", page).status == 404
    world.write(ghsa, {"state": "published"})
    assert b"Out-of-bounds read" in double("GET", page).body


@pytest.mark.unfit
def test_what_did_not_fit_is_said() -> None:
    double = GitHubDouble(World(lambda: AT))
    shown = outside.Shown(double, (double.world,))
    told = {"Authorization": f"Bearer {TOKEN}"}
    shown("GET", f"{API}/repos/example/example/security-advisories", headers=told)
    assert b"1 requests; 0 things" in shown("GET", f"{API}/").body
    shown("GET", f"{API}/repos/example/example/security-advisories?colour=red", headers=told)
    assert re.search(rb"2 requests; [1-9]\d* things.*\?colour: no such parameter", shown("GET", f"{API}/").body, re.S)
