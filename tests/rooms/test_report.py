# SPDX-License-Identifier: Apache-2.0
"""Handing in a report: what is said first, what is kept on a mistake, and that sending twice is sending once."""

from __future__ import annotations

import dataclasses
import logging
from base64 import urlsafe_b64encode
from datetime import timedelta

import msgspec
import pytest
from django.test import Client
from nacl.signing import VerifyKey

from tests.rooms import site, walk
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import badge_state, cases
from tocsin.services.proof import Proof, commitment, statement
from tocsin.testing.house import House


def reports(house: House) -> list[cases.Opened]:
    """Every case of the house, opened."""
    heads = house.desk.journal.cases()
    return [opened for head in heads if (opened := cases.open_case(house.desk, head.case, SYSTEM_ACTOR, "test"))]


def test_promise_posture_and_the_place_for_ordinary_bugs_stand_before_the_form(visitor: Client) -> None:
    shown = walk.page(visitor.get(walk.REPORT))
    before = shown.html.split("<form")[0]
    assert "3 business days" in before
    assert "do not currently consider the default settings" in before
    assert "We will not act on any security disclosure that relates to a lack of safe defaults" in before
    assert 'href="https://github.com/warehouse-pg/warehouse-pg/issues"' in before
    assert "SECURITY.md:23" in before


def test_nothing_is_kept_in_the_browser_before_somebody_comes_back(visitor: Client) -> None:
    walk.send(visitor)
    assert not visitor.cookies


def test_every_question_of_the_policies_is_asked(visitor: Client) -> None:
    shown = walk.page(visitor.get(walk.REPORT))
    asked = {given["name"] for tag in ("input", "textarea") for given in shown.all(tag) if given.get("name")}
    assert {
        "title",
        "reproduce",
        "version",
        "effects",
        "attack_surface",
        "dependencies",
        "name",
        "affiliation",
    } <= asked
    required = {given["name"] for tag in ("input", "textarea") for given in shown.all(tag) if "aria-required" in given}
    assert required == {"title", "reproduce", "version"}


def test_mistakes_are_listed_on_top_with_links_and_everything_typed_is_kept(visitor: Client) -> None:
    typed = {
        "title": " ",
        "version": "",
        "reproduce": "only this </textarea><script>",
        "effects": "some",
        "reach": "local",
    }
    answer = walk.fill(visitor, (walk.named("crash.log", b"decode overrun"),), **typed)
    shown = walk.page(answer)
    assert answer.status_code == 422
    assert "<title>Error: " in shown.html
    summary = next(given for given in shown.all("div") if given.get("class") == "errors")
    assert "autofocus" in summary
    links = [given["href"] for given in shown.all("a")]
    ids = {given.get("id") for _, given in shown.tags}
    for field in ("title", "version"):
        assert f"#{field}" in links
        assert field in ids
        faulty = next(given for given in shown.all("input") if given.get("id") == field)
        assert faulty["aria-invalid"] == "true"
        assert f"{field}-error" in (faulty["aria-describedby"] or "")
        assert f"{field}-error" in ids
    assert shown.fields["reproduce"] == [typed["reproduce"]]
    assert shown.fields["effects"] == ["some"]
    assert shown.fields["reach"] == ["local"]
    assert "crash.log" in shown.text
    assert not shown.all("script")


def test_a_file_is_sent_once_however_often_the_form_comes_back(visitor: Client, house: House) -> None:
    faulty = walk.fill(visitor, (walk.named("crash.log", b"decode overrun"),), title="")
    mended = walk.page(faulty).fields | {"title": ["Out-of-bounds read in the array decoder"], "do": ["check"]}
    checked = visitor.post(walk.REPORT, mended)
    assert "crash.log" in walk.page(checked).text
    walk.press(visitor, checked, "send")
    (opened,) = reports(house)
    (file,) = opened.case.report.attachments
    assert file.name == "crash.log"
    assert b"".join(house.front.blobs.open(file.blob, file.key)) == b"decode overrun"


def test_a_file_can_be_left_out_again(visitor: Client, house: House) -> None:
    faulty = walk.page(walk.fill(visitor, (walk.named("a.log", b"a"), walk.named("b.log", b"b")), title=""))
    first = next(given["value"] for given in faulty.all("input") if given.get("name") == "drop")
    mended = {**faulty.fields, **walk.GOOD, "drop": first, "do": "send"}
    assert visitor.post(walk.REPORT, mended).status_code == 200
    (opened,) = reports(house)
    assert [file.name for file in opened.case.report.attachments] == ["b.log"]


def test_the_check_page_gives_back_every_answer_and_its_hints_block_nothing(visitor: Client, house: House) -> None:
    answer = walk.fill(visitor, title="bug", version="main", reproduce="export API_KEY=0123456789abcdef", plans="date",
                       plans_when="on 2027-01-01")  # fmt: skip
    shown = walk.page(answer)
    assert "says what happens and where" in shown.text
    assert "Line 1 of your steps looks like a password or key" in shown.text
    assert "On a date of mine: on 2027-01-01" in shown.text
    assert "1 of 5" in shown.text or "0 of 5" in shown.text
    assert walk.press(visitor, answer, "send").status_code == 200
    assert len(reports(house)) == 1


def test_the_check_page_leads_back_to_the_form_as_it_was(visitor: Client) -> None:
    checked = walk.fill(visitor, (walk.named("crash.log", b"x"),), dependencies="pkg:generic/perl@5.36")
    again = walk.page(walk.press(visitor, checked, "edit"))
    assert again.fields["title"] == [walk.GOOD["title"]]
    assert again.fields["dependencies"] == ["pkg:generic/perl@5.36"]
    assert "crash.log" in again.text


def test_the_same_form_sent_twice_is_one_report_with_one_phrase(visitor: Client, house: House) -> None:
    checked = walk.fill(visitor, (walk.named("crash.log", b"x"),))
    first, second = walk.press(visitor, checked, "send"), walk.press(visitor, checked, "send")
    assert walk.phrase(first) == walk.phrase(second)
    assert "the report was taken in once" in walk.page(second).text
    assert len(reports(house)) == 1


def test_a_form_that_was_changed_after_sending_is_another_report_and_not_a_lost_one(
    visitor: Client, house: House
) -> None:
    shown = walk.page(visitor.get(walk.REPORT))
    form = shown.fields["form"][0]
    first = visitor.post(walk.REPORT, {**walk.GOOD, "form": form, "do": "send"})
    second = visitor.post(walk.REPORT, {**walk.GOOD, "title": "Something else entirely", "form": form, "do": "send"})
    assert walk.phrase(first) != walk.phrase(second)
    assert len(reports(house)) == 2


@pytest.mark.parametrize("form", ["", "made-up"])
def test_without_a_good_nonce_nothing_is_lost(visitor: Client, house: House, form: str) -> None:
    answer = visitor.post(walk.REPORT, {**walk.GOOD, "form": form, "do": "send"})
    if form:
        assert "open for more than a day" in walk.page(answer).text
        answer = walk.press(visitor, answer, "send")
    walk.phrase(answer)
    assert len(reports(house)) == 1


@pytest.mark.parametrize("packed", [b"\x81\xa5title\xa1\xff", b"\x81", b"\xc1", b"\x93\x01"])
def test_packed_answers_that_are_none_are_read_as_none(visitor: Client, packed: bytes) -> None:
    answer = visitor.post(walk.REPORT, {"answers": urlsafe_b64encode(packed).decode(), "do": "check"})
    assert answer.status_code == 422
    assert "Not sent yet" in walk.page(answer).text


def test_a_form_left_open_for_days_is_looked_at_once_more_and_its_files_asked_for_again(
    visitor: Client, house: House
) -> None:
    checked = walk.fill(visitor, (walk.named("crash.log", b"x"),))
    house.clock.advance(timedelta(hours=25))
    answer = walk.press(visitor, checked, "send")
    assert answer.status_code == 422
    assert "A file you chose is a day old; choose it again." in walk.page(answer).text
    assert not reports(house)


def test_answers_become_the_report_word_for_word(visitor: Client, house: House) -> None:
    walk.send(
        visitor, kind="suspected", effects="reads memory", attack_surface="any login", reach="network", login="user",
        needs_victim="no", read="some", dependencies="perl", name="R. Eporter", affiliation="University",
        contact="r@example.org", credit="handle", credit_as="reporter99", tools="checked", plans="together",
    )  # fmt: skip
    (opened,) = reports(house)
    said = opened.case.report
    assert said.kind == "suspected"
    assert said.reproduce == walk.GOOD["reproduce"].replace("\r\n", "\n"), "browsers send CR LF, nobody types it"
    assert said.surface == ("reach=network", "login=user", "needs_victim=false", "read=some")
    assert (said.identity.name, said.identity.credit, said.identity.credit_as) == ("R. Eporter", "handle", "reporter99")
    assert said.tool_use == "Yes, and I ran the steps again myself"
    assert said.disclosure_plans == "Together with the project"
    assert said.channel == "web"


HOSTILE = (
    "NUL \x00 escape \x1b[31m override \u202egnp.exe\u202c <script>alert(1)</script> {{ 7|add:7 }} \u0085\r\n\ttabbed"
)


def test_hostile_text_is_stored_as_given_and_shown_inert(visitor: Client, house: House) -> None:
    checked = walk.fill(visitor, title="A title \u202e turned", reproduce=HOSTILE)
    html = checked.content.decode()
    for character in ("\x00", "\x1b", "\u202e", "\u0085"):
        assert character not in html
    assert "U+0000" in html
    assert "U+202E" in html
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7|add:7 }}" in html
    walk.press(visitor, checked, "send")
    (opened,) = reports(house)
    assert opened.case.report.reproduce == HOSTILE.replace("\r\n", "\n")
    assert opened.case.report.title == "A title \u202e turned"


def test_enormous_text_is_refused_with_the_text_kept(visitor: Client) -> None:
    answer = walk.fill(visitor, effects="x" * (1024 * 1024 + 1))
    assert answer.status_code == 422
    assert "attach the long part as a file" in walk.page(answer).text


def test_answers_that_were_never_offered_count_as_none(visitor: Client, house: House) -> None:
    walk.send(visitor, kind="root", reach="moon", credit="money", tools="?", plans="?")
    (opened,) = reports(house)
    said = opened.case.report
    assert (said.kind, said.surface, said.identity.credit, said.tool_use) == ("found", (), "none", "")


def test_the_receipt_tells_what_comes_when_and_offers_phrase_and_proof(visitor: Client, house: House) -> None:
    receipt = walk.send(visitor)
    shown = walk.page(receipt)
    words = walk.phrase(receipt)
    assert "by Fri 2026-03-06 09:00 UTC" in shown.text
    assert receipt.headers["Cache-Control"] == "no-store"
    slip = shown.fields["slip"][0]
    text = visitor.post(f"/p/{walk.PROJECT}/receipt", {"slip": slip, "want": "phrase"})
    assert words in text.content.decode()
    assert "https://security.example.org/p/warehousepg/return" in text.content.decode()
    assert text.headers["Content-Disposition"].startswith("attachment")


def test_the_proof_of_receipt_can_be_checked_by_anybody_with_the_words(visitor: Client, house: House) -> None:
    checked = walk.fill(visitor)
    walk.press(visitor, checked, "send")
    again = walk.press(visitor, checked, "send")
    slip = walk.page(again).fields["slip"][0]
    saved = visitor.post(f"/p/{walk.PROJECT}/receipt", {"slip": slip, "want": "proof"})
    proof = msgspec.json.decode(saved.content, type=Proof)
    key = msgspec.json.decode(visitor.get("/.well-known/tocsin-notary.json").content)["public_key_hex"]
    assert VerifyKey(bytes.fromhex(key)).verify(statement(proof), bytes.fromhex(proof.signature))
    (opened,) = reports(house)
    assert proof.commitment == commitment(opened.case.report, bytes.fromhex(proof.salt))


def test_the_receipts_buttons_stop_working_and_then_lead_to_the_door(visitor: Client, house: House) -> None:
    slip = walk.page(walk.send(visitor)).fields["slip"][0]
    house.clock.advance(timedelta(minutes=16))
    answer = visitor.post(f"/p/{walk.PROJECT}/receipt", {"slip": slip, "want": "phrase"})
    assert answer.headers["Location"] == walk.RETURN


def test_the_phrase_stands_in_no_address_no_cookie_and_no_log(
    visitor: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receipt = walk.send(visitor)
    words = walk.phrase(receipt)
    entered = visitor.post(f"/p/{walk.PROJECT}/receipt", {"slip": walk.page(receipt).fields["slip"][0], "want": "room"})
    assert entered.headers["Location"] == walk.ROOM
    walk.come_back(visitor, words)
    visitor.get(walk.ROOM)
    for word in words.split():
        assert word not in caplog.text
        assert all(word not in cookie.value for cookie in visitor.cookies.values())


def test_an_unknown_project_does_not_exist(visitor: Client) -> None:
    assert visitor.get("/p/nobody/report").status_code == 404
    assert visitor.post("/p/nobody/report", walk.GOOD).status_code == 404


def test_a_project_that_publishes_its_badge_says_before_the_form_how_it_did(visitor: Client, house: House) -> None:
    site.current[-1] = dataclasses.replace(house.front, facts=house.desk.machine.facts)
    assert "Last 90 days" not in visitor.get(walk.REPORT).content.decode()
    policy = (seed("warehousepg") or "").replace("[publish]\n", "[publish]\nbadge = true\n", 1)
    house.desk.projects.adopt(policy, "test", house.clock())
    assert "This channel is new: what is promised comes from the policy." in visitor.get(walk.REPORT).content.decode()
    house.desk.machine.facts.note(f"{badge_state.MADE}/warehousepg", "19 h, 100% on time, 10+ reports", house.clock())
    shown = visitor.get(walk.REPORT).content.decode()
    assert "<b>Last 90 days:</b>" in shown
    assert "first answer 19 h, 100% on time, 10+ reports" in shown
    assert "Letzte 90 Tage:" in visitor.get(f"/de{walk.REPORT}").content.decode()
