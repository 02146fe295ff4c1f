# SPDX-License-Identifier: Apache-2.0
"""Distributors, webhooks and words that are sent on, from a terminal: on the machine itself and on one elsewhere, with
the same words, the same JSON and the same exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from click.testing import CliRunner, Result
from django.test.utils import override_settings

from tests.api import site
from tests.api.conftest import PROJECT
from tests.cli.conftest import Installation
from tests.live import live
from tests.outside import test_distribution as distros
from tests.outside.places import Silent, Town, town
from tests.outside.test_webhooks import Receiver
from tests.services import acts
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import NewToken, Scope
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit
from tocsin.services import api_tokens
from tocsin.services.app import Site
from tocsin.services.distribution import members

HOOK = "https://hooks.example.org/t"


@dataclass
class Terminal:
    """Runs commands as somebody: against an address, or where there is none, against the house itself."""

    town: Town
    url: str

    def __call__(self, *words: str, person: str = "", scopes: tuple[Scope, ...] = tuple(Scope)) -> Result:
        who = person or self.town.house.dana
        if not self.url:
            environment = {"TOCSIN_AS": who, "NO_COLOR": "1"}
            return CliRunner().invoke(cli, list(words), obj=Installation(self.town.house), env=environment)
        made = api_tokens.issue(self.town.desk, who, PROJECT, "a test", scopes, 30)
        assert isinstance(made, NewToken), made
        environment = {"TOCSIN_URL": f"{self.url}/desk", "TOCSIN_TOKEN": made.secret, "NO_COLOR": "1"}
        return CliRunner().invoke(cli, list(words), env=environment)

    def ok(self, *words: str) -> str:
        result = self(*words)
        assert result.exit_code == 0, (words, result.output, result.stderr, result.exception)
        return result.stdout


@pytest.fixture(params=["here", "there"])
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    made = town()
    made.desk = replace(
        made.desk,
        post=replace(made.desk.post, sends=Silent(), sender="security@example.org"),
        outside=replace(made.desk.outside, http=Receiver()),
    )
    if request.param == "here":
        made.house = replace(made.house, desk=made.desk)
        yield Terminal(made, "")
        return
    with override_settings(**site.settings("both")), live() as url:
        made.desk = replace(made.desk, site=Site(public_url=f"{url}/front", desk_url=f"{url}/desk"))
        made.house = replace(made.house, desk=made.desk)
        site.current.append(made.house)
        yield Terminal(made, url)
        site.current.remove(made.house)


def test_a_distributor_is_listed_approved_told_looked_at_and_removed(terminal: Terminal) -> None:
    distros.applied(terminal.town, "Acme")
    assert re.search(r"Acme +security@acme.example +applied +no", terminal.ok("distributor", "list", PROJECT))
    (listed,) = json.loads(terminal.ok("distributor", "list", PROJECT, "--json"))
    assert (listed["name"], listed["told"], listed["purls"]) == ("Acme", False, [distros.PURL])
    assert "terms" in terminal.ok("distributor", "show", PROJECT, "acme")
    assert json.loads(terminal.ok("distributor", "show", PROJECT, listed["id"], "--json")) == listed
    assert "Acme: approved" in terminal.ok("distributor", "approve", PROJECT, "Acme")
    assert "Acme: asked" in terminal.ok("distributor", "ask", PROJECT, "Acme")
    ref = distros.embargoed(terminal.town)
    waiting = terminal("distributor", "grid", ref)
    assert "would be told next: Acme" in waiting.stderr
    told = terminal("distributor", "tell", ref)
    assert re.search(r"Acme <security@acme.example>\n  (\S+ ){6}\S+\n", told.stdout), told.output
    assert "1 asked in" in told.stderr
    (share,) = json.loads(terminal.ok("distributor", "grid", ref, "--json"))["items"]
    assert (share["name"], share["consented"], share["ended_at"]) == ("Acme", False, None)
    gone = terminal.ok("distributor", "remove", PROJECT, "Acme", "--because", "They talked.")
    assert gone == f"Acme: removed\n  out of {ref}\n"
    assert "They talked." in terminal.ok("distributor", "show", PROJECT, "Acme")


def test_an_application_under_the_name_of_a_distributor_is_not_taken_for_it(terminal: Terminal) -> None:
    town_ = terminal.town
    found = distros.approved(town_, "Acme")
    ref = distros.embargoed(town_)
    forged = [distros.applied(town_, "Acme", contact=f"{number}@acme.invalid") for number in range(4)]
    assert found not in forged
    for words in (("show",), ("approve",), ("ask",), ("remove",)):
        unclear = terminal("distributor", *words, PROJECT, "acme")
        assert unclear.exit_code == Exit.USAGE
        assert f"{found} (approved, security@acme.example)" in unclear.stderr
    told = terminal("distributor", "tell", ref)
    assert re.search(r"Acme <security@acme.example>\n  (\S+ ){6}\S+\n", told.stdout), told.output
    assert "acme.invalid" not in told.output
    for each in forged:
        terminal.ok("distributor", "remove", PROJECT, each)
    assert "out of" in terminal.ok("distributor", "remove", PROJECT, "acme")


def test_who_may_not_decide_is_told_so_and_changes_nothing(terminal: Terminal) -> None:
    distros.applied(terminal.town, "Acme")
    triager = terminal.town.desk.people.add("Tri", "tri@example.org", {PROJECT: frozenset({Role.TRIAGER})}).id
    for words in (("approve",), ("ask",), ("remove",)):
        assert terminal("distributor", *words, PROJECT, "Acme", person=triager).exit_code == Exit.NOT_FOUND
    assert terminal("webhook", "list", PROJECT, person=triager).exit_code == Exit.NOT_FOUND
    assert terminal("distributor", "show", PROJECT, "Nobody").exit_code == Exit.NOT_FOUND
    assert terminal("distributor", "list", "nothing").exit_code == Exit.NOT_FOUND
    kept = members.find(terminal.town.desk, PROJECT, "Acme")
    assert kept
    assert kept.value.state is members.State.APPLIED


def test_a_webhook_is_added_tried_looked_at_renewed_and_removed(terminal: Terminal) -> None:
    made = terminal.ok("webhook", "add", PROJECT, HOOK, "--event", "advisory.published")
    name, secret = re.fullmatch(r"(\S+)\nSecret  (whsec_\S+)\n", made).groups()  # type: ignore[union-attr]
    assert re.search(rf"{name} +{HOOK} +advisory.published +on", terminal.ok("webhook", "list", PROJECT))
    assert json.loads(terminal.ok("webhook", "list", PROJECT, "--json"))[0]["types"] == ["advisory.published"]
    assert ": 200" in terminal.ok("webhook", "test", PROJECT, name)
    (sent,) = json.loads(terminal.ok("webhook", "deliveries", PROJECT, name, "--json"))
    assert (sent["event"], sent["state"], sent["webhook"]) == ("webhook.test", "arrived", name)
    assert sent["id"] in terminal.ok("webhook", "deliveries", PROJECT)
    assert "goes out again" in terminal.ok("webhook", "redeliver", PROJECT, sent["id"])
    kept = terminal("webhook", "secret", PROJECT, name)
    assert (kept.exit_code, kept.stdout) == ((Exit.USAGE, "") if terminal.url else (0, f"{secret}\n"))
    assert secret not in terminal.ok("webhook", "secret", PROJECT, name, "--new")
    assert terminal.ok("webhook", "remove", PROJECT, name) == f"{name}: removed\n"
    for words in (("remove", name), ("test", name), ("secret", name), ("redeliver", "whk_1.msg_1")):
        assert terminal("webhook", words[0], PROJECT, words[1]).exit_code == Exit.NOT_FOUND
    assert terminal("webhook", "add", PROJECT, HOOK, "--event", "nothing").exit_code == Exit.REFUSED


def test_words_are_shown_before_they_are_sent_on(terminal: Terminal) -> None:
    ref = acts.report(terminal.town.house).case
    acts.ready(terminal.town.house, ref)
    terminal.ok("case", "invite", ref, "CERT", "--part", "coordinator", "--why", "They know the others.")
    words = ("case", "resend", ref, "1", "--to", "CERT", "--text", "Out-of-bounds read")
    before = len(json.loads(terminal.ok("case", "timeline", ref, "--json")))
    shown = terminal.ok(*words)
    assert "+ Out-of-bounds read" in shown
    assert "- How to make it happen:" in shown
    assert "nothing was sent" in shown
    assert len(json.loads(terminal.ok("case", "timeline", ref, "--json"))) == before
    assert "sent on to CERT" in terminal.ok(*words, "--yes")
    assert "  Out-of-bounds read" in terminal.ok(*words)
    terminal.ok("case", "note", ref, "internal")
    last = json.loads(terminal.ok("case", "timeline", ref, "--json"))[-1]["seq"]
    refused = terminal("case", "resend", ref, str(last), "--to", "reporter")
    assert refused.exit_code == Exit.REFUSED
    assert "never leaves the desk" in refused.output


def test_a_token_that_only_reads_looks_and_changes_nothing(terminal: Terminal) -> None:
    if not terminal.url:
        pytest.skip("the machine itself asks for no token")
    distros.applied(terminal.town, "Acme")
    reads = (Scope.READ,)
    assert terminal("distributor", "list", PROJECT, scopes=reads).exit_code == 0
    assert terminal("webhook", "list", PROJECT, scopes=reads).exit_code == 0
    for words in (("distributor", "approve", PROJECT, "Acme"), ("webhook", "add", PROJECT, HOOK)):
        assert terminal(*words, scopes=reads).exit_code == Exit.AUTHENTICATION
    assert terminal("distributor", "approve", PROJECT, "Acme", scopes=(Scope.READ, Scope.WRITE)).exit_code == (
        Exit.AUTHENTICATION
    )
