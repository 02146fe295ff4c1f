# SPDX-License-Identifier: Apache-2.0
"""The Python client against both halves of a real installation in memory, without a socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from tests.api import site
from tests.api.conftest import PROJECT
from tests.api.test_story import li
from tocsin import Client
from tocsin.client import Conflict, Failed, NotFound, NotNow, Refusal, TokenRefused
from tocsin.client import http as client_http
from tocsin.testing.house import House


class Wire(httpx2.BaseTransport):
    """Carries requests to the half that their host names, and loses answers when told to."""

    def __init__(self) -> None:
        self.lose = 0
        self.sent: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        half = "desk" if request.url.host.startswith("desk.") else "front"
        with override_settings(**site.settings(half)):
            inner = httpx2.WSGITransport(app=WSGIHandler(), raise_app_exceptions=True)
            answer = inner.handle_request(request)
            answer.read()
        if self.lose:
            self.lose -= 1
            raise httpx2.ReadTimeout("lost on the way", request=request)
        return answer


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setattr(client_http, "PAUSE", 0.0)
    return Wire()


@pytest.fixture
def tocsin(house: House, token: Callable[..., str], wire: Wire) -> Iterator[Client]:
    with Client(house.desk.site.desk_url, token(), transport=wire) as client:
        yield client


def handed_in(tocsin: Client, **answers: object) -> str:
    return tocsin.report(PROJECT, "Out-of-bounds read", "Call it with a short buffer.", "7.3.1", **answers).case


def test_a_case_is_worked_on_from_a_program(tocsin: Client) -> None:
    ref = handed_in(tocsin, kind="suspected", contact="finder@example.net")
    (row,) = tocsin.cases.list(waits_for="team")
    case = tocsin.cases.get(row.ref)
    assert (case.ref, case.record.report.kind, case.record.report.contact) == (ref, "suspected", "finder@example.net")
    case.assign()
    case.reply("Thank you.", plan="We look.", workarounds="Turn it off.")
    case.move("investigate", effect="Reads memory", criticality="high")
    assert case.accept().advisory_id == "WHPG-SA-2026-001"
    case.score("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")
    case.propose_embargo(datetime(2026, 3, 17, 15, tzinfo=UTC), "Release day.")
    record = case.refresh().record
    assert (record.phase, record.scores[0].score, record.lead and record.lead.name) == ("accepted", 8.8, "Dana")
    assert [each.text.partition(" ")[0] for each in case.messages()] == ["Thank", "About"]
    assert next(case.events()).event == "report.received"
    assert len(case.invite("vendor", "Other Co", "They ship it.").phrase.split()) == 7
    assert case.refresh().record.parties[0].name == "Other Co"
    assert case.preview().problems
    assert tocsin.policy(PROJECT).sentences
    assert {each.name for each in tocsin.people(PROJECT)} == {"Dana", "Li"}
    assert [each.id for each in tocsin.projects()] == [PROJECT]


def test_errors_are_exceptions_that_carry_the_problem(tocsin: Client, house: House, wire: Wire) -> None:
    case = tocsin.cases.get(handed_in(tocsin))
    with pytest.raises(Refusal) as refused:
        case.accept()
    assert refused.value.problem.cite.startswith("SECURITY.md:")
    with pytest.raises(NotFound):
        tocsin.cases.get("WHPG-2026-22222")
    li(house).move(case.ref, "investigate", {"effect": "x", "criticality": "low"})
    with pytest.raises(Conflict) as changed:
        case.note("unaware")
    assert changed.value.problem.missing[0].startswith("Li: case.investigated")
    case.refresh().note("aware")
    with pytest.raises(Failed) as malformed:
        case.move("say", audience="nobody", text="x")
    assert malformed.value.problem.mistakes[0].where == "$.audience"
    stranger = Client(house.desk.site.desk_url, "tsn_nonsense", transport=wire)
    with pytest.raises(TokenRefused):
        stranger.me()


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(tocsin: Client, wire: Wire) -> None:
    case = tocsin.cases.get(handed_in(tocsin))
    wire.lose = 2
    assert case.note("once").seq == 2
    assert [each.text for each in case.messages()] == ["once"]
    wire.lose = 99
    with pytest.raises(NotNow):
        case.refresh()


def test_files_go_up_and_down(tocsin: Client, tmp_path: Path) -> None:
    (tmp_path / "poc.bin").write_bytes(b"\x00" * 100_000)
    receipt = tocsin.report(PROJECT, "A crash", "Run it.", "7.3.1", attach=[tmp_path / "poc.bin"])
    case = tocsin.cases.get(receipt.case)
    case.download(case.record.report.files[0].id, tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == b"\x00" * 100_000
    case.note("a patch", [case.upload(tmp_path / "poc.bin")])
    assert next(case.messages()).files[0].sha256 == case.record.report.files[0].sha256


def test_the_token_never_goes_to_the_public_address(tocsin: Client, wire: Wire) -> None:
    handed_in(tocsin)
    sent = [request for request in wire.sent if not request.url.host.startswith("desk.")]
    assert sent
    assert all("Authorization" not in request.headers for request in sent)


def test_many_pages_are_one_list(tocsin: Client) -> None:
    refs = {handed_in(tocsin, effects=str(number)) for number in range(5)}
    assert {row.ref for row in tocsin.cases.list(limit=2)} == refs


def test_a_token_can_be_ended_from_where_it_is_used(tocsin: Client) -> None:
    tocsin.revoke(tocsin.me().token.id)
    with pytest.raises(TokenRefused):
        tocsin.me()


def test_the_client_needs_neither_django_nor_a_database_nor_a_rule() -> None:
    script = """if True:
        import sys
        for name in ("django", "sqlite3", "psycopg", "nacl", "ninja", "pydantic", "granian"):
            sys.modules[name] = None
        from tocsin import Client
        Client("http://127.0.0.1:9", "tsn_x").close()
        behind = ("tocsin.services", "tocsin.adapters", "tocsin.core.case", "tocsin.core.policy")
        print(sorted(name for name in sys.modules if name.startswith(behind)))
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
