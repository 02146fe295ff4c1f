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
from tests.desk.test_mail import TWO
from tests.live import live
from tests.mail import post
from tests.outside import test_distribution as distros
from tests.outside.places import Town
from tests.outside.test_forge_public import POC
from tocsin.core.vocabulary import Refused
from tocsin.delivery.api.desk import door
from tocsin.services import worker
from tocsin.services.hooks import endpoints
from tocsin.services.office import Office
from tocsin.testing.house import House

pytestmark = pytest.mark.slow

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "ignored_auth",
)  # fmt: skip
ENDS_THE_RUN = "end-token"
ENDS_SOMETHING = (
    "remove-webhook", "remove-distributor", "report-mail", "add-mail", "discard-mail", "take-issue", "leave-issue",
)  # fmt: skip
"""Tried after everything else, which then has something to work on."""
CONFIG = """
[checks]
# Theirs, and 413: a text that is too long by one, written as escapes, makes a body that is not read at all.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
"""


@pytest.fixture
def house(here: Town) -> House:
    return here.house


@pytest.fixture
def furnished(
    here: Town, house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[Any]]:
    """An installation with a fresh case, one in work, one under embargo and one published, and with what stands around
    cases: distributors, webhooks, held mail, public issues, a duty; what addresses may name of it."""
    monkeypatch.setattr(door.failures, "most", 10**9)
    fresh, work, published = (reported(front) for _ in range(3))
    ready(house, desk, published)
    seen = desk.get(f"/cases/{published}/advisory")
    order = {"confirmation": seen["advisory_id"], "digest": seen["digest"]}
    desk("POST", f"/cases/{published}/moves/publish", order)
    li(house).move(published, "approve", {"digest": desk.get(f"/cases/{published}")["asks"][0]["digest"]})
    worker.run_once(house.desk)
    desk.move(work, "propose-embargo", {"ends_at": "2026-03-17T15:00:00Z"})
    around = f"/projects/{PROJECT}"
    distributors = [distros.applied(here, "Acme"), distros.approved(here, "Else")]
    shared, _ = distros.knowing(here, "Acting")
    hooks = [endpoints.add(here.desk, PROJECT, f"https://hooks.example.org/{n}", (), house.dana) for n in range(3)]
    for each in hooks:
        assert not isinstance(each, Refused)
        assert desk("POST", f"{around}/webhooks/{each[0]}/test").status_code == 200
    for number in range(6):
        post.deliver(house, TWO.replace(b"m1@", b"m%d@" % number))
    issues = [here.github.world.open_issue("stranger", *POC)["number"] for _ in range(3)]
    here.look()
    assert desk("PUT", f"{around}/duty/order", {"people": [house.dana, house.li]}).status_code == 200
    return {
        "ref": [fresh, work, shared, published, "WHPG-2026-22222"],
        "project": [PROJECT, "example", "none"],
        "format": ["osv", "csaf20", "record", "none"],
        "distributor": [*distributors, "dst_none"],
        "webhook": [each[0] for each in hooks] + ["whk_none"],
        "delivery": [each["id"] for each in desk.get(f"{around}/deliveries")["items"]] + ["whk_none.msg_none"],
        "mail": [each["id"] for each in desk.get("/mail")["items"]] + ["eml_none"],
        "number": [*issues, 999],
        "first": ["2026-03-03", "2026-03-17"],
        "advisory": [seen["advisory_id"], "WHPG-SA-2026-999"],
    }


def named(document: dict[str, Any], names: dict[str, list[Any]]) -> dict[str, Any]:
    """Let addresses name what is there, so that more than *not found* is tried."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in names:
                    parameter["schema"] = parameter["schema"] | {"enum": names[parameter["name"]]}
    return document


@contextmanager
def served() -> Iterator[str]:
    with override_settings(**site.settings("both")), live() as url:
        yield url


def run(
    half: Half, address: str, names: dict[str, list[Any]], place: Path, *options: str
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
    request: pytest.FixtureRequest, furnished: dict[str, list[Any]], tmp_path: Path, deep: bool, name: str
) -> None:
    half: Half = request.getfixturevalue(name)
    whole = ("--phases", "coverage,fuzzing", "--max-examples", "200")
    sample = ("--phases", "fuzzing", "--max-examples", "8", "--seed", "1", "--no-shrink")
    described = {each["operationId"] for path in half.get("/openapi.json")["paths"].values() for each in path.values()}
    last = [each for each in ENDS_SOMETHING if each in described]
    assert last == (list(ENDS_SOMETHING) if name == "desk" else [])
    with served() as address:
        for turn in ("exclude", "include") if last else ("exclude",):
            picked = [word for each in last for word in (f"--{turn}-operation-id", each)]
            done = run(half, address, furnished, tmp_path, *picked, *(whole if deep else sample))
            assert done.returncode == 0, done.stdout.partition("= FAILURES =")[2][:6000] or done.stdout[-3000:]


@pytest.mark.parametrize("broken", ["fails", "answers something else"])
def test_the_campaign_would_notice(
    desk: Half, furnished: dict[str, list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
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
