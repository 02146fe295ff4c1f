# SPDX-License-Identifier: Apache-2.0
"""Schemathesis, which nobody here wrote, against both halves of the live API: no server error, answers as described.

It is not asked whether all that has the right shape is accepted: protocol and policy refuse most moves, with 422.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings

from tests.api import site
from tests.api.conftest import PROJECT, Half
from tests.api.test_story import li, ready, reported
from tests.live import live
from tocsin.delivery.api.desk import door
from tocsin.services import worker
from tocsin.services.office import Office
from tocsin.testing.house import House

pytestmark = pytest.mark.slow

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "ignored_auth",
)  # fmt: skip
ENDS_THE_RUN = "end-token"
CONFIG = """
[checks]
# Theirs, and 413: a text that is too long by one, written as escapes, makes a body that is not read at all.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
"""


@pytest.fixture
def furnished(house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """An installation with a fresh case, one in work and one published; what addresses may name of it."""
    monkeypatch.setattr(door.failures, "most", 10**9)
    fresh, work, published = (reported(front) for _ in range(3))
    ready(house, desk, published)
    seen = desk.get(f"/cases/{published}/advisory")
    order = {"confirmation": seen["advisory_id"], "digest": seen["digest"]}
    desk("POST", f"/cases/{published}/moves/publish", order)
    li(house).move(published, "approve", {"digest": desk.get(f"/cases/{published}")["asks"][0]["digest"]})
    worker.run_once(house.desk)
    desk.move(work, "propose-embargo", {"ends_at": "2026-03-17T15:00:00Z"})
    return {
        "ref": [fresh, work, published, "WHPG-2026-22222"],
        "project": [PROJECT, "example", "none"],
        "format": ["osv", "csaf20", "record", "none"],
        "distributor": ["dst_none"],
        "webhook": ["whk_none"],
        "delivery": ["whk_none.msg_none"],
        "mail": ["eml_none"],
        "advisory": [seen["advisory_id"], "WHPG-SA-2026-999"],
    }


def named(document: dict[str, Any], names: dict[str, list[str]]) -> dict[str, Any]:
    """Let addresses name what is there, so that more than *not found* is tried."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in names:
                    parameter["schema"] = {"type": "string", "enum": names[parameter["name"]]}
    return document


@contextmanager
def served() -> Iterator[str]:
    with override_settings(**site.settings("both")), live() as url:
        yield url


def run(
    half: Half, address: str, names: dict[str, list[str]], place: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis over one half."""
    file = place / f"{half.half}.json"
    file.write_text(json.dumps(named(half.get("/openapi.json"), names)))
    (place / "schemathesis.toml").write_text(CONFIG)
    program = str(Path(sys.executable).with_name("schemathesis"))
    token = ("-H", f"Authorization: Bearer {half.secret}") if half.secret else ()
    told = ("--exclude-operation-id", ENDS_THE_RUN, "--suppress-health-check", "all", "--no-color", *options)
    command = [
        program,
        "run",
        str(file),
        "--url",
        f"{address}/{half.half}",
        *token,
        "--checks",
        ",".join(CHECKS),
        *told,
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=place, check=False)


@pytest.mark.parametrize("name", ["desk", "front"])
def test_whatever_is_sent_is_answered_as_described(
    request: pytest.FixtureRequest, furnished: dict[str, list[str]], tmp_path: Path, deep: bool, name: str
) -> None:
    half: Half = request.getfixturevalue(name)
    whole = ("--phases", "coverage,fuzzing", "--max-examples", "200")
    sample = ("--phases", "fuzzing", "--max-examples", "8", "--seed", "1", "--no-shrink")
    with served() as address:
        done = run(half, address, furnished, tmp_path, *(whole if deep else sample))
    assert done.returncode == 0, done.stdout.partition("= FAILURES =")[2][:6000] or done.stdout[-3000:]


@pytest.mark.parametrize("broken", ["fails", "answers something else"])
def test_the_campaign_would_notice(
    desk: Half, furnished: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def skill(self: Office) -> Any:
        if broken == "fails":
            raise ZeroDivisionError
        return {"cases": "many"}

    monkeypatch.setattr(Office, "skill", skill)
    with served() as address:
        only = ("--include-path", "/api/v1/metrics/skill", "--max-examples", "2", "--phases", "fuzzing", "--no-shrink")
        done = run(desk, address, furnished, tmp_path, *only)
    assert done.returncode == 1, done.stdout[-3000:]
