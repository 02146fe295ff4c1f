# SPDX-License-Identifier: Apache-2.0
"""A pause of intake as a finder reads it: on the form and on the receipt, in the language of the address."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest
from django.test import Client

from tests.rooms import site, walk
from tocsin.core.policy.sections.intake import Intake
from tocsin.services import pausing
from tocsin.testing.house import House

SAID = {
    "": ("pauses its intake until", "is read at once", "Your report is kept"),
    "/de": ("eine Pause bei der Annahme", "wird sofort gelesen", "Ihre Meldung wird aufbewahrt"),
    "/fr": ("suspend la réception", "est lu tout de suite", "Le vôtre est conservé"),
    "/es": ("hace una pausa", "se lee enseguida", "Su aviso se guarda"),
    "/ar": ("استقبال البلاغات", "يُقرأ فورًا", "بلاغك محفوظ"),
}


@pytest.fixture
def paused(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A project that allows a pause, and makes one."""
    usual = house.desk.projects.policy

    def allowed(project: str, version: str) -> object:
        policy = usual(project, version)
        told = msgspec.structs.replace(policy.intake or Intake(), pause="except-critical")
        return msgspec.structs.replace(policy, intake=told)

    monkeypatch.setattr(house.desk.projects, "policy", allowed)
    site.current[-1] = dataclasses.replace(house.front, facts=house.desk.machine.facts)
    owner = house.desk.people.actor(house.dana, walk.PROJECT)
    assert owner
    until = house.clock() + timedelta(days=2)
    made = pausing.pause(house.desk, owner, walk.PROJECT, until, "We <b>travel</b>.")
    assert isinstance(made, pausing.Pause)
    return house


@pytest.mark.parametrize("language", SAID)
def test_a_pause_is_said_in_the_language_of_the_page_and_the_report_is_taken(
    paused: House, visitor: Client, language: str
) -> None:
    until, what, kept = SAID[language]
    form = visitor.get(f"{language}{walk.REPORT}").content.decode()
    assert until in form
    assert what in form
    assert f"<bdi>{paused.clock() + timedelta(days=2):%Y-%m-%d %H:%M} UTC</bdi>" in form
    assert "<bdi>We &lt;b&gt;travel&lt;/b&gt;.</bdi>" in form
    receipt = visitor.post(f"{language}{walk.REPORT}", {**walk.GOOD, "do": "send"}).content.decode()
    assert kept in receipt


def test_without_a_pause_nothing_is_said_of_one(house: House, visitor: Client) -> None:
    assert "pauses its intake" not in visitor.get(walk.REPORT).content.decode()
