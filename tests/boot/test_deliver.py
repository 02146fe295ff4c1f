# SPDX-License-Identifier: Apache-2.0
"""The doctor finds out whether what goes out arrives, by sending it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from click.testing import CliRunner

from tests.cli.conftest import Installation
from tocsin.boot.main import cli
from tocsin.delivery.cli.exits import Exit
from tocsin.services.hooks import endpoints
from tocsin.services.ports.http import Answer
from tocsin.testing.house import House, house
from tocsin.testing.post import MemoryServer

HOOKS = ("https://hooks.example.org/a", "https://hooks.example.org/b")


@dataclass
class Receiver:
    """Somebody else's server, which may be down for one path."""

    down: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, method: str, url: str, **more: Any) -> Answer:
        self.asked.append(url)
        return Answer(status=503 if url == self.down else 200)


@dataclass
class Place:
    """An installation with a mail server and two webhooks."""

    home: House
    mail: MemoryServer
    hooks: Receiver

    def doctor(self) -> tuple[int, list[dict[str, Any]]]:
        words = ["doctor", "--deliver", "you@example.net", "--json"]
        done = CliRunner().invoke(cli, words, obj=Installation(self.home))
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def place() -> Place:
    home, mail, hooks = house(), MemoryServer(), Receiver()
    desk = home.desk
    post = replace(desk.post, sends=mail, host="security.example.org", sender="security@example.org")
    home.desk = replace(desk, post=post, outside=replace(desk.outside, http=hooks))
    for url in HOOKS:
        endpoints.add(home.desk, "warehousepg", url, (), home.dana)
    return Place(home, mail, hooks)


def test_a_mail_of_each_project_and_an_event_to_each_webhook_are_sent_once(place: Place) -> None:
    code, found = place.doctor()
    assert (code, {each["arrived"] for each in found}) == (Exit.OK, {True}), found
    projects = [each.id for each in place.home.desk.projects.all()]
    assert [each["project"] for each in found if each["by"] == "mail"] == projects
    assert [each.to for each in place.mail.sent] == ["you@example.net"] * len(projects)
    assert sorted(place.hooks.asked) == sorted(HOOKS)


def test_what_did_not_arrive_is_named_and_ends_with_9(place: Place) -> None:
    place.hooks.down = HOOKS[1]
    code, found = place.doctor()
    assert code == Exit.UPSTREAM
    assert [(each["to"], "503" in each["answer"]) for each in found if not each["arrived"]] == [(HOOKS[1], True)]
    place.mail.away = True
    code, found = place.doctor()
    assert code == Exit.UPSTREAM
    assert {each["by"] for each in found if not each["arrived"]} == {"mail", "webhook"}
