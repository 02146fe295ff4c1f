# SPDX-License-Identifier: Apache-2.0
"""Every address of both listeners, by every method, for everybody: who gets what, what looks like nothing, and which
headers stand on every answer. An address that the walk cannot fill in, or that the golden does not list, fails."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import DATA, ROOT, golden

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("access")]

OUTSIDE = ("distributor", "elsewhere", "invited", "former")
"""Signed in, and nobody in this project: a case of it must look to them like none."""

BARRED = ("nobody", "ended", "unfinished")
DENIED = (301, 302, 303, 307, 308, 401, 404, 405)
OPEN = {"/favicon.ico", "/sign-in", "/sign-in/<str:token>", "/sign-out", "/api/v1/openapi.json", "/api/v1/problems"}
"""Addresses of the desk that are for everybody."""

SET = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def walk(role: str, home: Path, share: int = 1) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "tests.access.site", role, str(home), str(share)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return walk("desk", tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return walk("front", tmp_path_factory.mktemp("front"))


def table(told: dict[str, Any]) -> str:
    """Who got which status where: one line an address and method, alike answers together."""
    lines: dict[tuple[str, str], dict[int, list[str]]] = {}
    for each in told["asked"]:
        found = lines.setdefault((each["route"], each["method"]), {})
        found.setdefault(each["real"]["status"], []).append(each["as"])
    return "".join(
        f"{route} {method}: " + "; ".join(f"{status} {' '.join(who)}" for status, who in sorted(found.items())) + "\n"
        for (route, method), found in sorted(lines.items())
    )


@pytest.mark.parametrize("role", ["desk", "front"])
def test_the_golden_says_who_gets_what_at_every_address(role: str, request: pytest.FixtureRequest) -> None:
    told = request.getfixturevalue(role)
    assert told["unknown"] == [], "say in tests/access/site.py what stands in these addresses"
    golden(DATA / f"access-{role}.txt", table(told))


def leaks(told: dict[str, Any]) -> list[str]:
    """Where somebody learns more than they may."""
    return [*_unlike(told), *_beyond_the_door(told)]


def _unlike(told: dict[str, Any]) -> Iterator[str]:
    """What is hidden has to be answered byte for byte, headers too, like what is not there."""
    for each in told["asked"]:
        if each["as"] in OUTSIDE and each["absent"] is not None and each["real"] != each["absent"]:
            yield f"{each['as']} {each['method']} {each['route']}: hidden is not like absent"


def _beyond_the_door(told: dict[str, Any]) -> Iterator[str]:
    """Who is not let in gets nothing beyond the pages for everybody."""
    for each in told["asked"]:
        route, status = each["route"], each["real"]["status"]
        free = route in OPEN or route.startswith("/account/")
        if each["as"] in BARRED and not free and status not in DENIED and route != "/api/v1/^.*$":
            yes = route.startswith("/api/") and each["as"] == "unfinished"  # a token is a second factor of its own
            if not yes:
                yield f"{each['as']} {each['method']} {route}: {status}"


def test_what_somebody_may_not_see_is_byte_for_byte_like_what_is_not_there(desk: dict[str, Any]) -> None:
    asked = [each for each in desk["asked"] if each["as"] in OUTSIDE and each["absent"] is not None]
    assert len(asked) > 100
    assert leaks(desk) == []


def test_a_leak_would_be_seen(desk: dict[str, Any]) -> None:
    """Negative control: one header more on one hidden answer, one open door, and the checks above say where."""
    broken = copy.deepcopy(desk)
    hidden = next(e for e in broken["asked"] if e["route"] == "/c/<str:ref>" and e["as"] == "distributor")
    hidden["real"]["headers"]["X-Case"] = "1"
    opened = next(e for e in broken["asked"] if e["route"] == "/inbox" and e["as"] == "nobody")
    opened["real"]["status"] = 200
    assert len(leaks(broken)) == 2


def test_no_answer_is_a_fault(desk: dict[str, Any], front: dict[str, Any]) -> None:
    faults = [
        (e["route"], e["method"], e["as"]) for t in (desk, front) for e in t["asked"] if e["real"]["status"] >= 500
    ]
    assert faults == []


def unguarded(answer: dict[str, Any], private: bool) -> list[str]:
    """Headers that an answer lacks."""
    headers = answer["headers"]
    missing = [name for name, value in SET.items() if headers.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    missing += [
        f"Content-Security-Policy: {part}"
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
        if part not in policy and "sandbox" not in policy
    ]
    missing += [f"Content-Security-Policy: {bad}" for bad in ("unsafe", "http:", "*", "data:") if bad in policy]
    if private and "require-trusted-types-for 'script'" not in policy and "sandbox" not in policy:
        missing.append("Trusted Types")
    if headers.get("Referrer-Policy") not in ("no-referrer", "same-origin"):
        missing.append("Referrer-Policy")
    if "=()" not in headers.get("Permissions-Policy", ""):
        missing.append("Permissions-Policy")
    if private and "no-store" not in headers.get("Cache-Control", "") and answer["status"] != 204:
        missing.append("Cache-Control")
    return missing + [f"reaches {place}" for place in answer["reaches"] if private]


def test_every_answer_of_the_desk_is_guarded_and_errors_are_too(desk: dict[str, Any]) -> None:
    answers = [e["real"] | {"at": (e["route"], e["method"], e["as"])} for e in desk["asked"]]
    answers += [e | {"at": e["what"]} for e in desk["broken"]]
    assert {e["what"]: e["status"] for e in desk["broken"]} == {
        "forged form": 403, "foreign host": 400, "too large": 400, "unavailable": 503, "fault": 500,
    }  # fmt: skip
    assert {(str(each["at"]), lack) for each in answers for lack in unguarded(each, private=True)} == set()


def test_every_answer_of_the_front_is_guarded_and_sets_no_cookie(front: dict[str, Any]) -> None:
    answers = [e["real"] | {"at": (e["route"], e["method"])} for e in front["asked"]]
    answers += [e | {"at": e["what"]} for e in front["broken"]]
    assert {(str(each["at"]), lack) for each in answers for lack in unguarded(each, private=False)} == set()
    assert [each["at"] for each in answers if each["cookies"] and each["at"][1] == "GET"] == []


def test_a_missing_header_would_be_seen(desk: dict[str, Any]) -> None:
    """Negative control."""
    answer = copy.deepcopy(next(e["real"] for e in desk["asked"] if e["route"] == "/inbox" and e["as"] == "owner"))
    assert unguarded(answer, private=True) == []
    for name in (*SET, "Content-Security-Policy", "Referrer-Policy", "Permissions-Policy", "Cache-Control"):
        assert unguarded(answer | {"headers": {k: v for k, v in answer["headers"].items() if k != name}}, private=True)
    loose = answer["headers"]["Content-Security-Policy"] + "; script-src 'unsafe-inline'"
    assert unguarded(answer | {"headers": answer["headers"] | {"Content-Security-Policy": loose}}, private=True)
    assert unguarded(answer | {"reaches": ["https://cdn.example/x.js"]}, private=True)
