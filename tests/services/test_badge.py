# SPDX-License-Identifier: Apache-2.0
"""A badge is published only where the policy asks for one, and says nothing but the first key."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience
from tocsin.services import badge, worker
from tocsin.testing.house import House, house


def wanting() -> House:
    home = house()
    policy = (seed("warehousepg") or "").replace("[publish]\n", "[publish]\nbadge = true\n", 1)
    assert "badge" in policy
    home.desk.projects.adopt(policy, "test", home.clock())
    return home


def answered(home: House, count: int) -> list[str]:
    refs = [report(home).case for _ in range(count)]
    for ref in refs:
        act(
            home,
            ref,
            cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known."),
        )
    return refs


def file(home: House, path: str) -> bytes:
    assert home.desk.press
    found = home.desk.press.tree.file(path)
    return found.body if found else b""


def test_five_answered_reports_make_a_badge_without_a_name_or_a_case() -> None:
    home = wanting()
    refs = answered(home, 5)
    worker.run_once(home.desk)
    told = json.loads(file(home, "p/warehousepg/badge.json"))
    assert told["schemaVersion"] == 1
    assert "100% on time" in told["message"]
    drawn = file(home, "p/warehousepg/badge.svg").decode()
    assert ET.fromstring(drawn).attrib["aria-label"] == f"first answer: {told['message']}"
    assert not any(ref in drawn for ref in refs)


def test_too_few_reports_say_so_and_a_badge_is_made_once_a_day() -> None:
    home = wanting()
    answered(home, 2)
    assert badge.keep(home.desk) == 1
    assert badge.keep(home.desk) == 0
    assert b"too few reports yet" in file(home, "p/warehousepg/badge.svg")
    home.clock.advance(timedelta(days=1))
    assert badge.keep(home.desk) == 1


def test_nothing_is_published_where_the_policy_does_not_ask() -> None:
    home = house()
    answered(home, 5)
    worker.run_once(home.desk)
    assert file(home, "p/warehousepg/badge.svg") == b""


def test_a_year_is_written_without_a_case_or_a_person() -> None:
    home = house()
    refs = answered(home, 6)
    text = badge.year(home.desk, "warehousepg", home.clock().year)
    assert "6 reports were open or ended" in text
    assert "| Time to first human answer | 6 |" in text
    assert not any(ref in text for ref in refs)
    assert "Dana" not in text


def test_one_more_answered_report_does_not_show_in_the_badge() -> None:
    shown = []
    for count in (5, 6, 9, 10):
        home = wanting()
        answered(home, count)
        badge.keep(home.desk)
        shown.append(json.loads(file(home, "p/warehousepg/badge.json"))["message"])
    assert shown[0] == shown[1] == shown[2], "whose matter may be under embargo"
    assert "5+ reports" in shown[0]
    assert "10+ reports" in shown[3], "the control: a badge does say how many stand behind it"
