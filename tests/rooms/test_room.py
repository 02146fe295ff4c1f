# SPDX-License-Identifier: Apache-2.0
"""Inside the room: where the report stands, talk and files both ways, and the reporter's say in the date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.desk import story
from tests.rooms import walk
from tocsin.core.case import commands as cmd
from tocsin.core.case.drafting import CreditGiven
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, RejectionClass
from tocsin.services import cases
from tocsin.testing.house import House


@dataclass
class Visit:
    """Somebody in their room, and the house around it."""

    visitor: Client
    house: House
    ref: str
    words: str

    def look(self) -> walk.Page:
        self.come_in()
        answer = self.visitor.get(walk.ROOM)
        assert answer.status_code == 200
        return walk.page(answer)

    def come_in(self) -> None:
        assert walk.come_back(self.visitor, self.words).status_code == 303

    def do(self, where: str = "act", **given: Any) -> Any:
        self.come_in()
        answer = self.visitor.post(f"{walk.ROOM}/{where}", given)
        walk.work(self.house)
        return answer

    def case(self) -> Any:
        opened = cases.open_case(self.house.desk, self.ref, SYSTEM_ACTOR, "test")
        assert opened
        return opened.case


@pytest.fixture
def visit(visitor: Client, house: House) -> Visit:
    receipt = walk.send(visitor, (walk.named("crash.log", b"decode overrun"),))
    return Visit(visitor, house, house.desk.journal.cases()[0].case, walk.phrase(receipt))


def test_a_fresh_room_shows_the_report_its_file_and_the_promised_answer(visit: Visit) -> None:
    shown = visit.look()
    assert "Waiting for a first look" in shown.text
    assert "by Fri 2026-03-06 09:00 UTC" in shown.text
    assert walk.GOOD["title"] in shown.text
    assert "crash.log" in shown.text
    states = [given.get("class") for given in shown.all("li")]
    assert states[:6] == ["done", "next", "ahead", "ahead", "ahead date", "ahead"]


def test_the_teams_answer_arrives_and_their_notes_do_not(visit: Visit) -> None:
    words = cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We bisect.", workarounds="Turn it off.")
    story.act(visit.house, visit.ref, words)
    story.act(visit.house, visit.ref, cmd.Say(audience=Audience.TEAM, text="Looks like slop to me."))
    shown = visit.look()
    for said in ("Thank you.", "We bisect.", "Turn it off.", "The team"):
        assert said in shown.text
    assert "slop" not in shown.html
    assert "Dana" not in shown.html


def test_a_message_with_a_file_reaches_the_case_and_is_shown_at_once(visit: Visit) -> None:
    answer = visit.do("message", text="It also hits 7.4. <b>", files=[walk.named("more.log", b"trace")])
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{walk.ROOM}?done=message#told"
    shown = visit.look()
    assert "It also hits 7.4. <b>" in shown.text
    assert "more.log" in shown.text
    assert visit.case().reporter_waits_since


def test_the_same_message_twice_in_a_moment_is_said_once(visit: Visit) -> None:
    for _ in range(2):
        visit.do("message", text="Any news?")
    assert visit.look().text.count("Any news?") == 1
    visit.house.clock.advance(timedelta(hours=1))
    visit.do("message", text="Any news?")
    assert visit.look().text.count("Any news?") == 2


def test_an_empty_message_is_asked_for_again_and_an_attached_file_alone_is_enough(visit: Visit) -> None:
    answer = visit.do("message", text=" \n")
    assert answer.status_code == 422
    assert "Write something, or choose a file." in answer.content.decode()
    assert visit.do("message", text="", files=[walk.named("x.log", b"x")]).status_code == 303


def test_a_file_of_another_room_does_not_exist(visit: Visit) -> None:
    other = Client(headers={"sec-fetch-site": "same-origin"})
    receipt = walk.send(other, (walk.named("secret.log", b"other"),), title="Another report by somebody else")
    walk.come_back(other, walk.phrase(receipt))
    foreign = next(each["href"] for each in walk.page(other.get(walk.ROOM)).all("a") if "/files/" in str(each["href"]))
    assert foreign
    visit.come_in()
    missing, never = visit.visitor.get(foreign), visit.visitor.get(f"{walk.ROOM}/files/{'0' * 32}")
    assert missing.status_code == never.status_code == 404
    assert missing.content == never.content
    assert other.get(foreign).status_code == 200


def test_a_date_can_be_agreed_to(visit: Visit) -> None:
    story.accepted(visit.house, visit.ref)
    ends = visit.house.clock() + timedelta(days=9)
    story.act(visit.house, visit.ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    shown = visit.look()
    assert "The team proposes a date" in shown.text
    assert "The team waits for your answer" in shown.text
    visit.do(do="accept", proposal="prp_1")
    assert visit.case().embargo_until == ends
    shown = visit.look()
    assert shown.html.count("<title>EMBARGO") == 1
    assert "both sides keep quiet" in shown.text


def test_a_date_can_be_declined_and_another_proposed(visit: Visit) -> None:
    story.accepted(visit.house, visit.ref)
    story.act(
        visit.house, visit.ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=visit.house.clock() + timedelta(days=9))
    )
    visit.do(do="reject", proposal="prp_1", reason="I present it on Monday.")
    assert not visit.case().embargo.open_proposals
    visit.do(do="propose", ends_at="2026-03-17T15:00", reason="After my talk")
    (offer,) = visit.case().embargo.open_proposals
    assert (offer.by, f"{offer.ends_at:%Y-%m-%dT%H:%M%z}") == ("reporter", "2026-03-17T15:00+0000")
    assert "It waits for the team" in visit.look().text


def test_dates_stand_on_the_clock_that_the_reporter_told_and_on_none_once_taken_back(visit: Visit) -> None:
    story.embargoed(visit.house, visit.ref)
    assert "Tokyo" not in visit.look().text
    visit.do(do="zone", zone="tokyo")
    assert visit.case().reporter_zone == "Asia/Tokyo"
    assert "Wed 2026-03-18 00:00 Tokyo" in visit.look().text
    refused = visit.do(do="zone", zone="Atlantis")
    assert refused.status_code == 422
    assert "No time zone is called so" in walk.page(refused).text
    visit.do(do="zone", zone="")
    assert visit.case().reporter_zone == ""
    assert "Tokyo" not in visit.look().text


@pytest.mark.parametrize("typed", ["", "soon", "2026-13-01T10:00", "2020-01-01T10:00"])
def test_a_date_that_is_none_is_asked_for_again_and_what_was_typed_is_kept(visit: Visit, typed: str) -> None:
    story.accepted(visit.house, visit.ref)
    answer = visit.do(do="propose", ends_at=typed, reason="because")
    shown = walk.page(answer)
    assert answer.status_code == 422
    assert shown.fields["reason"][-1] == "because"
    assert next(given for given in shown.all("input") if given.get("id") == "ends_at")["aria-invalid"] == "true"


def test_what_the_policy_says_no_to_comes_back_with_its_reason(visit: Visit) -> None:
    story.accepted(visit.house, visit.ref)
    visit.do(do="propose", ends_at="2027-03-17T15:00", reason="no hurry")
    shown = visit.look()
    assert "What could not be done" in shown.text
    assert "maximum" in shown.text


def test_a_rejection_can_be_appealed_once(visit: Visit) -> None:
    story.act(visit.house, visit.ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    shown = visit.look()
    assert "Not accepted" in shown.text
    assert story.REASON in shown.text
    assert visit.do(do="appeal", text=" ").status_code == 422
    visit.do(do="appeal", text="The default is not what I reported.")
    assert visit.case().appealed
    assert "Ask for a second look" not in visit.look().text


@pytest.mark.parametrize(("works", "confirmed"), [("yes", True), ("no", False)])
def test_the_reporter_says_whether_the_fix_works(visit: Visit, works: str, confirmed: bool) -> None:
    story.answered(visit.house, visit.ref)
    story.act(visit.house, visit.ref, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="Yes.")))
    story.act(visit.house, visit.ref, cmd.SetLines(lines=story.LINES))
    story.act(visit.house, visit.ref, cmd.SetFix(author=visit.house.dana, reference="9f31c02"))
    assert "Does the fix work for you?" in visit.look().text
    assert visit.do(do="fix").status_code == 422
    visit.do(do="fix", works=works, note="on 7.4.2")
    assert bool(visit.case().fix_confirmed_by) is confirmed
    if not confirmed:
        assert "The problem is still there." in visit.look().text


def test_what_is_published_is_linked(visit: Visit) -> None:
    story.accepted(visit.house, visit.ref)
    ends = (visit.house.clock() + timedelta(days=13)).replace(hour=15, minute=0)
    story.act(visit.house, visit.ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    visit.do(do="accept", proposal="prp_1")
    walk.publish(visit.house, visit.ref)
    shown = visit.look()
    assert f"/p/{walk.PROJECT}/advisories/WHPG-SA-2026-001" in [each.get("href") for each in shown.all("a")]
    assert "EMBARGO" not in shown.html


def test_an_unknown_act_changes_nothing(visit: Visit) -> None:
    before = visit.case().seq
    assert visit.do(do="publish").status_code == 302
    assert visit.case().seq == before


def test_the_proof_can_be_had_again_in_the_room(visit: Visit) -> None:
    visit.come_in()
    assert visit.ref in visit.visitor.get(f"{walk.ROOM}/proof").content.decode()


@pytest.mark.parametrize("address", ["", "/message", "/act", "/proof", "/files/" + "0" * 32])
def test_without_a_visit_every_page_of_the_room_leads_to_the_door(visit: Visit, address: str) -> None:
    stranger = Client(headers={"sec-fetch-site": "same-origin"})
    assert stranger.get(f"{walk.ROOM}{address}").headers["Location"] == f"{walk.RETURN}?ended"


PUBLIC = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxsBN\n-----END PGP PUBLIC KEY BLOCK-----\n"


def test_a_key_is_left_for_the_team_and_a_secret_one_is_neither_kept_nor_sent_back(visit: Visit) -> None:
    assert "Encrypt mail to me" in visit.look().text
    secret = PUBLIC.replace("PUBLIC", "PRIVATE")
    for given in (secret, f"{PUBLIC}{secret}", "my key", PUBLIC * 3000):
        answer = visit.do(do="key", key=given)
        assert answer.status_code == 422
        assert "xsBN" not in answer.content.decode()
        assert 'href="#key"' in answer.content.decode()
    assert visit.do(do="key", key=PUBLIC).headers["Location"].endswith("done=key#told")
    assert "there is nothing to encrypt" in visit.look().text, "this reporter gave no address"


def test_a_reporter_changes_under_which_name_they_are_thanked_and_the_draft_follows(visit: Visit) -> None:
    story.accepted(visit.house, visit.ref)
    assert "you are not named" in visit.look().text
    visit.do(do="credit", credit_as="  s4m  ")
    assert [each.name for each in visit.case().credits_wished] == ["s4m"]
    assert "Thanks in public: s4m" in visit.look().text
    story.act(visit.house, visit.ref, cmd.DraftAdvisory(title="A", credits=(CreditGiven(name="s4m", consent=True),)))
    visit.do(do="credit", credit_as="Sam")
    assert [(each.name, each.consent) for each in visit.case().advisory.credits] == [("Sam", True)]
    visit.do(do="credit", credit_as="")
    assert (visit.case().credits_wished, visit.case().advisory.credits) == ((), ())
    assert "you are not named" in visit.look().text


def test_a_name_that_is_too_long_is_asked_for_again(visit: Visit) -> None:
    refused = visit.do(do="credit", credit_as="x" * 201)
    assert refused.status_code == 422
    assert "Take a shorter name." in walk.page(refused).text
    assert visit.case().report.identity.credited == ""
