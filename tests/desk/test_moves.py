# SPDX-License-Identifier: Apache-2.0
"""Every move as people make it: by a form, with refusals that keep what was typed and say which rule and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client
from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR, Affectedness, Audience
from tocsin.delivery.desk.forms import FORMS, starts
from tocsin.services import cases, publication
from tocsin.services.queries import case as queries
from tocsin.testing.house import House

TYPED = "These words took me twenty minutes."


def post(browser: Client, ref: str, move: str, /, **typed: object) -> HttpResponse:
    """Send a form as the page that is there now would send it."""
    kind = FORMS[move]
    page = browser.get(f"/c/{ref}" if kind.tab == "talk" else f"/c/{ref}/{kind.tab}").content.decode()
    return browser.post(f"/c/{ref}/do/{move}", {**hidden(page, move), **typed})


def hidden(page: str, move: str) -> dict[str, str]:
    """What the page's form for a move holds without anybody typing: hidden fields and the counts of its tables."""
    form = re.search(rf'<form method="post" action="[^"]*/do/{move}".*?</form>', page, re.S)
    assert form, f"the page has no form for {move}"
    fields = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', form[0])
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def the_case(house: House, ref: str) -> Case:
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case


def length(house: House, ref: str) -> int:
    head = house.desk.journal.head(ref)
    assert head
    return head.seq


def done(answer: HttpResponse) -> None:
    assert answer.status_code == 303, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:3000]


def test_a_report_is_walked_to_publication_by_forms_alone(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana, li = sign_in(), sign_in(house.li)
    done(post(dana, ref, "assign", lead=house.dana))
    done(post(li, ref, "note", text="Same class of bug as 2016."))
    done(post(dana, ref, "reply", text="Thank you.", plan="We look at each line.", workarounds="Drop plperl."))
    done(post(dana, ref, "investigate", effect="Runs code.", criticality="high", cwe="CWE-15", reproduced="on"))
    done(post(dana, ref, "accept", text="It is real."))
    done(post(dana, ref, "score", vector=story.VECTOR))
    done(post(dana, ref, "set-cve", cve_id="CVE-2024-10979", state="reserved"))
    rows = {"rows-0-line": "7.4", "rows-0-state": "fixed", "rows-0-fixed_in": "7.4.2", "rows-0-supported": "on",
            "rows-0-tested": "on",
            "rows-1-line": "7.3", "rows-1-state": "affected", "rows-1-waiver": "ends this month",
            "rows-1-reason": "ends this month"}  # fmt: skip
    done(post(dana, ref, "set-lines", **rows))
    done(post(dana, ref, "set-fix", author="Dana", reference="9f31c02"))
    fix = dana.get(f"/c/{ref}/fix").content.decode()
    assert 'value="Dana"' in fix
    assert house.dana not in fix
    done(post(li, ref, "confirm-fix", note="tests pass"))
    done(post(dana, ref, "draft-advisory", **draft()))
    case = the_case(house, ref)
    assert (case.advisory_id, case.lead, case.fix_author) == ("WHPG-SA-2026-001", house.dana, house.dana)
    assert case.lines[1].waived_by == house.dana
    assert case.advisory
    assert case.advisory.credits[0].contact == ("https://example.org/@coby",)
    shown = dana.get(f"/c/{ref}/publish").content.decode()
    assert "Exactly this goes out" in shown
    first = post(dana, ref, "publish", confirmation=case.advisory_id)
    assert "Know this first" in first.content.decode()
    assert the_case(house, ref).ordered_digest == ""
    known = re.findall(r'name="known" value="([^"]+)"', first.content.decode())
    asked = post(dana, ref, "publish", confirmation=case.advisory_id, known=known)
    assert "Asked for a second person" in asked.content.decode()
    assert the_case(house, ref).ordered_digest == ""
    assert f"/c/{ref}/do/approve" not in dana.get(f"/c/{ref}/approve").content.decode()
    (ask,) = the_case(house, ref).asks
    done(post(li, ref, "approve", digest=ask.asked.digest, known=known))
    publication.perform(house.desk, ref)
    assert house.desk.shelf.card(case.advisory_id)
    page = f"https://security.example.org/p/warehousepg/advisories/{case.advisory_id}"
    assert f'<a href="{page}">' in dana.get(f"/c/{ref}/publish").content.decode()


def draft() -> dict[str, str]:
    """What somebody types into the editor."""
    return {
        "title": "PL/Perl environment variable changes execute arbitrary code",
        "summary": "A database user can run code as the server's user.",
        "details": "First line.\r\nSecond line.\r\n\r\n",
        "mitigation": "Drop the extension.",
        "cwe": "CWE-15",
        "product": "WarehousePG",
        "elsewhere": "not-affected",
        "references-0-type": "web",
        "references-0-url": "https://www.postgresql.org/support/security/CVE-2024-10979/",
        "credits-0-name": "Coby Abrams",
        "credits-0-type": "finder",
        "credits-0-contact": "https://example.org/@coby",
        "credits-0-consent": "on",
    }


def test_further_products_are_typed_kept_and_published_with_the_same_lines(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    dana = sign_in()
    done(post(dana, ref, "draft-advisory", **draft(), **{"further-0-name": "whpg-contrib", "further-0-purl": "x"}))
    drafted = the_case(house, ref).advisory
    assert drafted
    second = replace(drafted.products[1], collection="https://packages.example.org", purl="pkg:generic/whpg-contrib")
    kept = {**msgspec.to_builtins(drafted), "products": msgspec.to_builtins((drafted.products[0], second))}
    kept.pop("type", None)
    story.act(house, ref, msgspec.convert(kept, cmd.DraftAdvisory))
    page = dana.get(f"/c/{ref}/advisory").content.decode()
    assert '<details class="more" open>' in page, "what will be published is not folded away"
    assert 'value="pkg:generic/whpg-contrib"' in page
    typed = {**draft(), "further-0-name": "whpg-contrib", "further-0-purl": "pkg:generic/whpg-contrib"}
    done(post(dana, ref, "draft-advisory", **typed, **{"further-1-name": "whpg-docs"}))
    drafted = the_case(house, ref).advisory
    assert drafted
    assert [each.name for each in drafted.products] == ["WarehousePG", "whpg-contrib", "whpg-docs"]
    assert drafted.products[1].collection == "https://packages.example.org", "what the table has no column for stays"
    done(post(dana, ref, "draft-advisory", **draft(), **{"further-0-name": "", "further-0-purl": ""}))
    drafted = the_case(house, ref).advisory
    assert drafted
    assert [each.name for each in drafted.products] == ["WarehousePG"], "a row that was emptied is gone"


def test_line_ends_of_a_browser_never_reach_a_document(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    done(post(sign_in(), ref, "draft-advisory", **draft()))
    drafted = the_case(house, ref).advisory
    assert drafted
    assert drafted.details == "First line.\nSecond line."


def test_somebody_elses_change_is_told_and_the_words_are_kept(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.answered(house, ref)
    dana = sign_in()
    page = dana.get(f"/c/{ref}/decide").content.decode()
    story.act(house, ref, cmd.SetScore(vector=story.VECTOR), person=house.li)
    house.clock.advance(timedelta(seconds=12))
    answer = dana.post(f"/c/{ref}/do/need-info", {**hidden(page, "need-info"), "question": TYPED})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"<b>Li</b> scored it High 8\.8 \(CVSS 3\.0\) <span[^>]*>12 s ago", text)
    assert TYPED in text
    assert the_case(house, ref).reporter_owes_since is None
    again = dana.post(f"/c/{ref}/do/need-info", {**hidden(text, "need-info"), "question": TYPED})
    done(again)


def test_talk_and_ones_own_other_window_are_no_conflict(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    page = dana.get(f"/c/{ref}").content.decode()
    story.hear(house, ref, cmd.Hear(text="One more thing."))
    story.act(house, ref, cmd.SetScore(vector=story.VECTOR))
    done(dana.post(f"/c/{ref}/do/note", {**hidden(page, "note"), "text": TYPED}))


@pytest.mark.parametrize(
    ("move", "typed", "rule", "cite"),
    [
        ("reject", {"rejection": "not-security", "reason": TYPED}, "assess.reject.min_chars", "SECURITY.md:60"),
        ("accept", {"text": TYPED}, "assess.investigation", "SECURITY.md:58"),
    ],
)
def test_a_policy_refuses_with_rule_and_line(
    house: House, sign_in: SignIn, move: str, typed: Mapping[str, str], rule: str, cite: str
) -> None:
    ref = story.report(house)
    answer = post(sign_in(), ref, move, **typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert rule in text
    assert cite in text
    assert TYPED in text
    assert length(house, ref) == 1


def test_a_refused_acceptance_takes_no_advisory_number(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    for _ in range(3):
        assert post(dana, ref, "accept", text="It is real.").status_code == 422
    assert house.desk.numbers.next_advisory(story.PROJECT, 2026) == 1


def test_a_mistake_is_shown_at_its_field_and_linked_from_the_top(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    answer = post(sign_in(), ref, "investigate", effect="", criticality=TYPED)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#investigate-effect">Effect</a>' in text
    assert 'id="investigate-effect_error"' in text
    assert TYPED in text


@pytest.mark.parametrize(
    ("move", "typed", "field"),
    [
        ("note", {"text": "a\x00b"}, "note-text"),
        ("note", {"text": " \r\n "}, "note-text"),
        ("propose-embargo", {"ends_at": "tomorrow"}, "propose-embargo-ends_at"),
        ("reject", {"rejection": "because", "reason": "x" * 200}, "reject-rejection"),
        ("duplicate", {"of": "WHPG-2026-22222"}, "duplicate-of"),
        ("assign", {"lead": "usr_nobody"}, "assign-lead"),
        ("set-lines", {"rows-0-line": "", "rows-0-fixed_in": "7.4.2"}, "set-lines-rows-0-line"),
    ],
)
def test_what_has_no_shape_is_not_sent(
    house: House, sign_in: SignIn, move: str, typed: Mapping[str, str], field: str
) -> None:
    ref = story.report(house)
    answer = post(sign_in(), ref, move, **typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert length(house, ref) == 1


@pytest.mark.slow
def test_every_form_survives_being_sent_empty_or_torn(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    dana = sign_in()
    for move in FORMS:
        for sent in ({}, {"seen": "x" * 50, "rows-TOTAL_FORMS": "-7", "do": "try"}, {"rows-TOTAL_FORMS": "9" * 30}):
            assert dana.post(f"/c/{ref}/do/{move}", sent).status_code in (303, 409, 422), (move, sent)


def test_a_case_of_another_project_is_no_duplicate(house: House, sign_in: SignIn) -> None:
    ref, foreign = story.report(house), story.report(house, project=story.second(house))
    assert post(sign_in(), ref, "duplicate", of=foreign).status_code == 422
    twin = story.report(house)
    done(post(sign_in(), ref, "duplicate", of=twin, text="The same matter had reached us before."))


def test_a_note_never_reaches_the_reporter(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    (room,) = house.desk.rooms.of_case(ref)

    def told() -> int:
        return sum(len(line.body) for line in house.desk.rooms.copies(room.id))

    before = told()
    done(post(dana, ref, "note", text=TYPED, audience="reporter"))
    view = queries.view(house.desk, ref, house.dana)
    assert view
    assert [m.text for m in view.team_thread] == [TYPED]
    assert [m.text for m in view.reporter_thread] == []
    assert all(effect.kind != "tell-reporter" for effect in _effects(house))
    after_note = told()
    done(post(dana, ref, "reply", text=TYPED))
    assert told() - after_note > after_note - before + len(TYPED)


def _effects(house: House) -> list[object]:
    now = house.clock()
    return list(house.desk.outbox.lease(now, now + timedelta(seconds=1), 100))


def test_the_reply_box_opens_on_the_internal_note(house: House, sign_in: SignIn) -> None:
    page = sign_in().get(f"/c/{story.report(house)}").content.decode()
    assert re.search(r'id="to-team" checked', page)
    assert not re.search(r'id="to-reporter" checked', page)


def test_a_refused_reply_comes_back_as_a_reply(house: House, sign_in: SignIn) -> None:
    page = post(sign_in(), story.report(house), "reply", text="", plan=TYPED).content.decode()
    assert re.search(r'id="to-reporter" checked', page)
    assert TYPED in page


class TestPublishing:
    """The order names exactly what was seen, by hand."""

    def test_a_wrong_id_publishes_nothing(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        story.accepted(house, ref)
        answer = post(sign_in(), ref, "publish", confirmation="WHPG-SA-2026-002")
        assert answer.status_code == 422
        assert "Type WHPG-SA-2026-001 exactly" in answer.content.decode()
        assert not the_case(house, ref).ordered_digest

    def test_what_changed_since_is_not_published(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        story.accepted(house, ref)
        dana = sign_in()
        page = dana.get(f"/c/{ref}/publish").content.decode()
        story.act(house, ref, cmd.SetScore(vector="CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))
        sent = {**hidden(page, "publish"), "confirmation": "WHPG-SA-2026-001"}
        assert dana.post(f"/c/{ref}/do/publish", sent).status_code == 409
        assert not the_case(house, ref).ordered_digest

    def test_an_advisory_with_gaps_says_where_to_mend_them(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        story.answered(house, ref)
        dana = sign_in()
        done(post(dana, ref, "accept", text="It is real."))
        page = dana.get(f"/c/{ref}/publish").content.decode()
        assert f'<a href="/c/{ref}/advisory#draft-advisory-summary">Summary</a>' in page
        assert f'<a href="/c/{ref}/lines#set-lines">Affected lines</a>' in page
        answer = post(dana, ref, "publish", confirmation="WHPG-SA-2026-001")
        assert answer.status_code == 422

    def test_before_the_first_save_nothing_is_missed_that_the_editor_filled_in(
        self, house: House, sign_in: SignIn
    ) -> None:
        ref = story.report(house)
        story.answered(house, ref)
        dana = sign_in()
        done(post(dana, ref, "accept", text="It is real."))
        page = dana.get(f"/c/{ref}/advisory").content.decode()
        assert "#draft-advisory-summary" in page
        assert "#draft-advisory-title" not in page
        assert "#draft-advisory-mitigation" not in page

    def test_every_page_of_an_accepted_case_leads_to_what_is_missing(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        story.answered(house, ref)
        dana = sign_in()
        assert "Before publication" not in dana.get(f"/c/{ref}").content.decode()
        done(post(dana, ref, "accept", text="It is real."))
        page = dana.get(f"/c/{ref}").content.decode()
        ahead = page.split('id="ahead-title"')[1].split("</section>")[0]
        assert re.search(rf'✗.*?<a href="/c/{ref}/lines">state which release lines are affected</a>', ahead)
        assert f'<a href="/c/{ref}/score">no score yet</a>' in ahead
        assert f'<a href="/c/{ref}/embargo">no date agreed</a>' in ahead
        story.act(house, ref, cmd.SetScore(vector=story.VECTOR))
        assert "no score yet" not in dana.get(f"/c/{ref}").content.decode()

    def test_the_reporters_own_plans_stand_where_a_date_is_proposed(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house, replace(story.PLPERL, disclosure_plans="On a date of mine: 15 December"))
        assert "On a date of mine: 15 December" in sign_in().get(f"/c/{ref}/embargo").content.decode()

    def test_that_no_workaround_is_known_is_no_mitigation(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        told = cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds=starts.WORKAROUNDS)
        story.act(house, ref, told)
        story.act(house, ref, cmd.Investigate(effect="Code.", criticality="All."))
        dana = sign_in()
        done(post(dana, ref, "accept", text="It is real."))
        page = dana.get(f"/c/{ref}/advisory").content.decode()
        assert starts.WORKAROUNDS not in page
        assert '<a href="/c/' + ref + '/advisory#draft-advisory-mitigation">Mitigation</a>' in page

    def test_an_embargo_stands_before_it(self, house: House, sign_in: SignIn) -> None:
        ref = story.report(house)
        story.embargoed(house, ref)
        answer = post(sign_in(), ref, "publish", confirmation="WHPG-SA-2026-001")
        assert answer.status_code == 422
        assert "The embargo holds until" in answer.content.decode()


def test_a_preview_saves_nothing(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    before = length(house, ref)
    page = post(sign_in(), ref, "draft-advisory", **{**draft(), "summary": TYPED, "do": "try"})
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count(TYPED) >= 3
    assert "not saved" in text
    assert length(house, ref) == before


def test_a_vector_is_worked_out_without_saving(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    page = post(sign_in(), ref, "score", vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", do="try")
    text = page.content.decode()
    assert text.count("◆ Critical 9.9") == 2
    assert "carried over from 3.0" in text
    assert length(house, ref) == 1


def test_a_wrong_vector_names_metric_and_column(house: House, sign_in: SignIn) -> None:
    page = post(sign_in(), story.report(house), "score", vector="CVSS:3.1/AV:X/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H")
    assert page.status_code == 422
    assert "metric AV at column 10" in page.content.decode()


def test_what_is_not_in_the_table_of_lines_survives_it(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    lines = (replace(story.LINES[0], commit="9f31c02", waiver="only by request", waived_by=house.li),)
    story.act(house, ref, cmd.SetLines(lines=lines))
    kept = {"rows-0-line": "7.4", "rows-0-state": "fixed", "rows-0-waiver": "only by request"}
    done(post(sign_in(), ref, "set-lines", **kept, **{"rows-0-fixed_in": "7.4.3"}))
    (line,) = the_case(house, ref).lines
    assert (line.commit, line.fixed_in, line.state) == ("9f31c02", "7.4.3", Affectedness.FIXED)
    assert (line.tested, line.waived_by) == (False, house.li)


def test_embargo_is_bargained_over_with_the_reporter(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    dana = sign_in()
    day = (house.clock() + timedelta(days=9)).replace(hour=15, minute=0)
    day -= timedelta(days=(day.weekday() - 1) % 7)
    done(post(dana, ref, "propose-embargo", ends_at=f"{day:%Y-%m-%dT%H:%M}", reason="fix in review"))
    (offer,) = the_case(house, ref).embargo.open_proposals
    assert offer.ends_at == day.replace(second=0)
    own = dana.post(f"/c/{ref}/do/accept-embargo", {"proposal": offer.id, "seen": "999"})
    assert own.status_code == 422
    assert "agreement takes two" in own.content.decode()
    story.hear(house, ref, cmd.AcceptEmbargo(proposal=offer.id))
    page = sign_in().get(f"/c/{ref}").content.decode()
    assert "<title>EMBARGO ·" in page
    assert 'class="embargoed"' in page
    assert post(sign_in(), ref, "end-embargo", why="leaked", reason="It is on a list.").status_code == 422
    (ask,) = the_case(house, ref).asks
    done(post(sign_in(house.li), ref, "approve", digest=ask.asked.digest))
    assert not the_case(house, ref).embargo.in_force


def test_text_of_strangers_stays_text(house: House, sign_in: SignIn) -> None:
    given = story.PLPERL.__class__(
        title="</title><script>alert(1)</script>\u202egnp.exe",
        reproduce="<img src=x onerror=alert(1)> {{ case }} \u200bhidden\x07",
        version='"><svg onload=alert(1)>',
    )
    ref = story.report(house, given)
    story.act(house, ref, cmd.Say(audience=Audience.TEAM, text="see \u2066this"))
    dana = sign_in()
    for address in (f"/c/{ref}", f"/c/{ref}/decide", "/inbox"):
        page = dana.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg onload" not in page
        assert not re.search("[\u202e\u200b\u2066\x07]", page)
    page = dana.get(f"/c/{ref}").content.decode()
    assert '<span class="odd">U+202E</span>' in page
    assert '<span class="odd">U+200B</span>' in page
    assert '<span class="odd">U+2066</span>' in page


def test_what_is_not_there_is_not_found(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    assert dana.get(f"/c/{ref}/nonsense").status_code == 404
    assert dana.post(f"/c/{ref}/do/nonsense", {"seen": "1"}).status_code == 404
    assert dana.get("/c/whatever").status_code == 404
    assert dana.get(f"/c/{ref}?before=99999999999999999999").status_code == 200
