# SPDX-License-Identifier: Apache-2.0
"""GitLab through the same port: confidential issues come in as cases, decisions, words and drafts go out, nothing
confidential is ever made public, and what others change is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, keep, town
from tests.outside.test_forge_inbound import notes, words_heard
from tests.outside.test_forge_outbound import drafted
from tests.outside.test_forge_public import POC, rejected
from tests.services import acts
from tocsin.adapters.forge import ConfiguredForges
from tocsin.adapters.forge.gitlab import ACCEPTED
from tocsin.core.case import commands as cmd
from tocsin.core.case.party_commands import PassOn
from tocsin.core.vocabulary import Audience, Refused
from tocsin.services import credentials
from tocsin.services.book import Kept
from tocsin.services.forge import door, links, public, pushing, watch
from tocsin.services.ports.forge import Source
from tocsin.services.ports.targets import Rejected
from tocsin.testing.doubles import Fault
from tocsin.testing.gitlab import LOGIN, NAME, TOKEN, GitLabDouble


@dataclass
class Lab:
    """An installation whose project lives on a small GitLab."""

    town: Town
    lab: GitLabDouble


@pytest.fixture
def here() -> Lab:
    made = town()
    lab = GitLabDouble(now=made.house.clock)
    source = Source(kind="gitlab", repository=NAME, login=LOGIN, watch_issues=True)
    outside = replace(made.desk.outside, forges=ConfiguredForges({PROJECT: source}, lab))
    made.desk = replace(made.desk, outside=outside)
    made.house = replace(made.house, desk=made.desk)
    keep(made, credentials.FORGE, TOKEN)
    return Lab(made, lab)


def reported(here: Lab) -> str:
    """A confidential issue of a stranger, taken up as a case."""
    here.lab.report("fin.der", "Out-of-bounds read", "Start it with an empty header.")
    here.town.look()
    (ref,) = here.town.refs()
    return ref


def test_the_settings_have_the_addresses_of_gitlab_com_and_take_nested_groups() -> None:
    source = Source(kind="gitlab", repository="a/b/c")
    assert (source.api, source.web) == ("https://gitlab.com/api/v4", "https://gitlab.com")
    for wrong in ("", "a", "a//b", "/a"):
        with pytest.raises(ValueError, match="repository"):
            Source(kind="gitlab", repository=wrong)
    with pytest.raises(ValueError, match="repository"):
        Source(repository="a/b/c")


def test_a_confidential_issue_becomes_one_case_with_its_reporter_and_a_public_one_none(here: Lab) -> None:
    here.lab.report("somebody", "Typo in the README", "It says teh.", confidential=False)
    ref = reported(here)
    for _ in range(3):
        here.town.look()
    assert here.town.refs() == [ref]
    report = here.town.case(ref).report
    assert (report.title, report.identity.name) == ("Out-of-bounds read", "fin.der")
    assert report.identity.contact == "https://gitlab.com/fin.der"
    assert here.lab.wrong == []


def test_what_is_decided_and_said_goes_there_once_and_their_notes_come_back(here: Lab) -> None:
    ref = reported(here)
    here.town.accept(ref)
    here.town.look()
    issue = here.lab.issues[1]
    assert issue["labels"] == [ACCEPTED]
    here.town.move(ref, cmd.Say(audience=Audience.REPORTER, text="Thank you, we look at it."))
    here.lab.note(1, "fin.der", "It also happens on 7.4.")
    here.lab.note(1, LOGIN, "changed the label", system=True)
    here.lab.note(1, "colleague", "between us", internal=True)
    for _ in range(3):
        here.town.look()
    ours = [each["body"] for each in here.lab.notes[1] if each["author"]["username"] == LOGIN and not each["system"]]
    assert sum("Thank you, we look at it." in each for each in ours) == 1
    assert words_heard(here.town, ref) == ["It also happens on 7.4."], "not what the team says among itself"
    assert not any("between us" in each or "changed the label" in each for each in notes(here.town, ref))
    assert here.lab.issues[1]["confidential"] is True
    assert here.lab.wrong == []


def test_a_rejected_report_is_closed_there(here: Lab) -> None:
    ref = reported(here)
    here.town.lead(ref)
    here.town.move(ref, cmd.Reject(rejection="not-reproducible", reason="It does not happen for us. " * 8))  # type: ignore[arg-type]
    here.town.look()
    assert here.lab.issues[1]["state"] == "closed"


def test_a_draft_stands_there_as_a_confidential_issue_with_every_field_and_is_written_once(here: Lab) -> None:
    ref = acts.report(here.town.house).case
    acts.ready(here.town.house, ref)
    drafted(here.town, ref)
    pushed = pushing.push(here.town.desk, ref, here.town.dana)
    assert isinstance(pushed, Kept), pushed
    (issue,) = here.lab.issues.values()
    assert issue["confidential"] is True
    assert "Turn it off." in issue["description"]
    forge = links.forge(here.town.desk, PROJECT)
    assert forge
    there = forge.advisory("ISSUE-1")
    assert there
    assert there["vulnerabilities"]
    assert there["description"].endswith(issue["description"].split("\n\n<!-- tocsin:begin")[0][-20:])
    writes = [each for each in here.lab.log if each.method != "GET"]
    here.town.look()
    again = pushing.push(here.town.desk, ref, here.town.dana)
    assert isinstance(again, Kept)
    assert [each for each in here.lab.log if each.method != "GET"] == writes
    assert here.town.refs() == [ref]


def test_what_somebody_else_changes_is_seen_and_not_written_over(here: Lab) -> None:
    ref = acts.report(here.town.house).case
    acts.ready(here.town.house, ref)
    drafted(here.town, ref)
    pushing.push(here.town.desk, ref, here.town.dana)
    here.town.look()
    here.lab.write(1, title="Somebody else's words")
    here.town.look()
    drafted(here.town, ref, summary="New words.")
    refused = pushing.push(here.town.desk, ref, here.town.dana)
    assert isinstance(refused, Refused)
    assert refused.code == "changed-there"
    assert here.lab.issues[1]["title"] == "Somebody else's words"
    here.lab.write(1, confidential=False)
    here.town.look()
    kept = links.of_case(here.town.desk, PROJECT, ref)
    assert kept
    assert kept.value.state == "published"
    assert any("draft to published" in each for each in notes(here.town, ref))


def test_nothing_confidential_is_made_public_and_no_id_is_asked_for_by_a_program(here: Lab) -> None:
    ref = reported(here)
    forge = links.forge(here.town.desk, PROJECT)
    assert forge
    with pytest.raises(Rejected, match="made public"):
        forge.update("ISSUE-1", {"state": "published"})
    with pytest.raises(Rejected, match="button"):
        forge.request_cve("ISSUE-1")
    assert forge.advisory("GHSA-2222-3333-4444") is None
    with pytest.raises(Rejected):
        forge.update("../../1", {"state": "closed"})
    assert here.lab.issues[1]["confidential"] is True
    assert here.town.case(ref).received_at


def test_public_issues_are_watched_answered_and_opened(here: Lab) -> None:
    issue = here.lab.report("stranger", *POC, confidential=False)
    here.town.look()
    taken = watch.take_up(here.town.desk, PROJECT, issue["iid"], here.town.house.dana)
    assert not isinstance(taken, Refused)
    assert here.town.case(taken.case).report.identity.contact == "https://gitlab.com/stranger"
    watch.ask_reply(here.town.desk, PROJECT, issue["iid"])
    here.town.look()
    here.town.look()
    assert len(here.lab.notes[issue["iid"]]) == 1
    ref = rejected(here.town)
    here.town.move(ref, PassOn(party="public", note="by mail"))
    url = public.publish(here.town.desk, ref, here.town.dana)
    assert url == here.lab.issues[2]["web_url"]
    assert here.lab.issues[2]["confidential"] is False


def test_private_reporting_is_advertised_only_where_strangers_can_open_issues(here: Lab) -> None:
    forge = links.forge(here.town.desk, PROJECT)
    assert forge
    assert forge.private_reporting()
    here.lab.visibility = "private"
    assert not forge.private_reporting()


@pytest.mark.parametrize("fault", Fault)
def test_while_it_is_away_nothing_is_lost_and_it_is_asked_once_a_minute_at_most(here: Lab, fault: Fault) -> None:
    here.lab.report("finder", "Out-of-bounds read", "Start it.")
    with here.lab.failing(fault):
        before = len(here.lab.log)
        for _ in range(20):
            here.town.look(minutes=1)
        assert 0 < len(here.lab.log) - before <= 20
        assert links.standing(here.town.desk, PROJECT).value.trouble
    here.town.look(minutes=15)
    here.town.look(minutes=15)
    assert len(here.town.refs()) == 1
    assert TOKEN not in repr(links.standing(here.town.desk, PROJECT).value)


def test_a_webhook_with_the_secret_is_a_reason_to_look_and_nothing_more(here: Lab) -> None:
    here.town.look()
    here.lab.report("finder", "Out-of-bounds read", "Start it.")
    front = here.town.house.front
    secret = door.secret(front.tokens, PROJECT)
    body = msgspec.json.encode({"object_kind": "issue", "object_attributes": {"title": "made up"}})
    told = {"X-Gitlab-Event": "Confidential Issue Hook", "X-Gitlab-Token": secret}
    for wrong in ({**told, "X-Gitlab-Token": "no"}, {**told, "X-Gitlab-Token": ""}):
        assert isinstance(door.deliver(front, PROJECT, wrong, body), Refused)
    assert isinstance(door.deliver(front, "nobody", told, body), Refused)
    first = door.deliver(front, PROJECT, told, body)
    again = door.deliver(front, PROJECT, told, body)
    assert [getattr(each, "again", None) for each in (first, again)] == [False, True]
    here.town.turn()
    assert here.town.refs() == [], "what it says is believed by nobody"
    here.town.look(minutes=1)
    (ref,) = here.town.refs()
    assert here.town.case(ref).report.title == "Out-of-bounds read"


def test_a_hundred_issues_are_read_page_by_page(here: Lab) -> None:
    for number in range(130):
        here.lab.report(f"finder{number}", f"Report {number}", "Words.")
    here.town.look()
    assert len(here.town.refs()) == 130
    here.town.house.clock.advance(timedelta(minutes=1))
    assert here.lab.wrong == []
