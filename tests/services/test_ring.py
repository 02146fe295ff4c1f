# SPDX-License-Identifier: Apache-2.0
"""The ring of data, end to end in memory: report, decision, effects, results, and who learns what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import repeat

import msgspec
import pytest
from nacl.signing import VerifyKey

from tests.services.acts import LINES, PROJECT, REPORT, act, attempt, digest, ready, report
from tocsin.core import disclosure
from tocsin.core.case import commands as cmd
from tocsin.core.case import model
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import SYSTEM_ACTOR, Affectedness, Audience, CaseRef, Refused, ReportKind, Role
from tocsin.services import cases, intake, proof, room, sealing, worker
from tocsin.services.ports.store import Conflict, Drop, Unavailable
from tocsin.services.ports.world import Mint
from tocsin.services.queries import case as query
from tocsin.services.queries import inbox
from tocsin.services.verify import verify
from tocsin.testing.house import House, house


class Drawn:
    """A mint whose case references are drawn beforehand."""

    def __init__(self, mint: Mint, refs: Iterator[CaseRef]) -> None:
        self.id, self.nonce, self._refs = mint.id, mint.nonce, refs

    def case_ref(self, prefix: str, now: datetime) -> CaseRef:
        return next(self._refs)


@pytest.fixture
def home() -> House:
    return house()


def test_a_report_becomes_a_published_advisory(home):
    receipt = report(home)
    seen = ready(home, receipt.case)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=seen))
    assert home.desk.shelf.cards(PROJECT) == []
    worker.run_once(home.desk)
    (card,) = home.desk.shelf.cards(PROJECT)
    assert (card.id, card.severity, card.fixed) == ("WHPG-SA-2026-001", "High", "7.4.2, 7.3.4")
    assert {each.format for each in home.desk.shelf.documents(card.id)} >= {"csaf20", "osv", "text", "record"}
    view = query.view(home.desk, receipt.case, home.dana)
    assert view
    assert view.phase == "published"
    assert "P" in view.state


def test_the_same_form_sent_twice_opens_one_case_and_gives_one_phrase(home):
    nonce = home.front.mint.nonce()
    first = intake.receive(home.front, PROJECT, REPORT, nonce)
    again = intake.receive(home.front, PROJECT, REPORT, nonce)
    assert not isinstance(first, Refused)
    assert not isinstance(again, Refused)
    assert (again.case, again.phrase, again.again) == (first.case, first.phrase, True)
    assert len(home.desk.journal.cases()) == 1


def test_a_case_reference_that_is_taken_is_drawn_again(home):
    taken = report(home).case
    drawn = iter((taken, taken, "WHPG-2026-k7x4m"))
    front = replace(home.front, mint=Drawn(home.front.mint, drawn))
    receipt = intake.receive(front, PROJECT, REPORT, home.front.mint.nonce())
    assert not isinstance(receipt, Refused)
    assert receipt.case == "WHPG-2026-k7x4m"
    assert {head.case for head in home.desk.journal.cases()} == {taken, receipt.case}


def test_where_no_case_reference_is_free_nothing_is_acknowledged(home):
    taken = report(home).case
    front = replace(home.front, mint=Drawn(home.front.mint, repeat(taken)))
    with pytest.raises(Unavailable):
        intake.receive(front, PROJECT, REPORT, home.front.mint.nonce())
    assert [head.case for head in home.desk.journal.cases()] == [taken]


def test_nothing_is_acknowledged_when_the_store_refuses(home):
    home.store.refusal = Unavailable("disk full")
    with pytest.raises(Unavailable):
        report(home)
    home.store.refusal = None
    assert home.desk.journal.cases() == []


def test_an_unknown_project_is_refused(home):
    refused = intake.receive(home.front, "nobody", REPORT, home.front.mint.nonce())
    assert isinstance(refused, Refused)
    assert refused.code == "not-found"


def test_the_reporter_reads_the_answer_and_never_the_note(home):
    receipt = report(home)
    act(home, receipt.case, cmd.Say(audience=Audience.TEAM, text="INTERNAL: same bug class as last year"))
    act(
        home,
        receipt.case,
        cmd.Say(audience=Audience.REPORTER, text="Thank you", plan="We look", workarounds="None known"),
    )
    door = room.enter(home.front, receipt.phrase.upper().replace(" ", "-"))
    assert door
    view = room.look(home.front, door, PROJECT)
    assert [(m.by, m.text.split("\n")[0]) for m in view.messages] == [("you", REPORT.title), ("team", "Thank you")]
    assert "INTERNAL" not in repr(view)
    assert view.status.steps[1].done


@pytest.mark.parametrize("wrong", ["", "seven words that are not the phrase", "zzz", "\x00", "x" * 10_000])
def test_a_wrong_phrase_opens_nothing_and_says_nothing(home, wrong):
    report(home)
    assert room.enter(home.front, wrong) is None


def test_what_the_reporter_writes_reaches_the_desk_once(home):
    receipt = report(home)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="It also works on 7.4."))
    own = room.look(home.front, door, PROJECT)
    assert own.messages[-1].text == "It also works on 7.4."
    worker.run_once(home.desk)
    worker.run_once(home.desk)
    view = query.view(home.desk, receipt.case, home.dana)
    assert view
    assert [m.text for m in view.reporter_thread if m.by == "Reporter"] == ["It also works on 7.4."]
    assert len([m for m in room.look(home.front, door, PROJECT).messages if m.text.startswith("It also")]) == 1


def test_a_reporter_answers_an_embargo_without_an_account(home):
    receipt = report(home)
    ready(home, receipt.case)
    ends = home.clock() + timedelta(days=9)
    act(home, receipt.case, cmd.ProposeEmbargo(proposal="p1", ends_at=ends, reason_class="not-well-tested", reason="x"))
    door = room.enter(home.front, receipt.phrase)
    assert door
    (proposal,) = room.look(home.front, door, PROJECT).status.proposals
    room.leave(home.front, door, cmd.AcceptEmbargo(proposal=proposal.id))
    worker.run_once(home.desk)
    assert room.look(home.front, door, PROJECT).status.embargo_until == ends
    early = attempt(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=digest(home, receipt.case)))
    assert isinstance(early, Refused)
    assert early.code == "embargo-holds"


def test_a_refused_wish_of_the_reporter_is_told_in_their_room(home):
    receipt = report(home)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.AcceptEmbargo(proposal="never-was"))
    worker.run_once(home.desk)
    assert len(room.look(home.front, door, PROJECT).refusals) == 1
    assert home.desk.drops.waiting(10) == []


def test_a_room_cannot_carry_a_move_of_the_team(home):
    receipt = report(home)
    with pytest.raises(msgspec.ValidationError):
        room.DROP.decode(msgspec.json.encode(cmd.Publish(confirmation=receipt.case, digest="")))


def test_two_people_at_once_one_wins_and_the_other_is_told_what_changed(home):
    receipt = report(home)
    looked_at = act(
        home, receipt.case, cmd.Investigate(effect="Reads", criticality="high", affected_versions="7.x")
    ).seq
    act(home, receipt.case, cmd.SetLines(lines=LINES), person=home.li)
    late = attempt(home, receipt.case, cmd.SetLines(lines=LINES[:1]), seen=looked_at)
    assert isinstance(late, Refused)
    assert late.code == "conflict"
    assert "Li: lines.set" in late.missing[0]
    assert query.view(home.desk, receipt.case, home.dana).lines == LINES


def test_talk_by_others_is_no_conflict(home):
    receipt = report(home)
    act(home, receipt.case, cmd.Say(audience=Audience.TEAM, text="I am on it"), person=home.li)
    done = attempt(home, receipt.case, cmd.SetLines(lines=LINES), seen=1)
    assert not isinstance(done, Refused)


def test_a_change_after_the_order_stops_the_publication(home):
    receipt = report(home)
    seen = ready(home, receipt.case)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=seen))
    act(home, receipt.case, cmd.SetLines(lines=LINES[:1] + LINES[2:]), person=home.li)
    worker.run_once(home.desk)
    assert home.desk.shelf.cards(PROJECT) == []
    assert "changed after it was ordered" in query.view(home.desk, receipt.case, home.dana).failure


def test_what_could_not_be_published_can_be_ordered_again(home):
    receipt = report(home)
    seen = ready(home, receipt.case)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=seen))
    act(home, receipt.case, cmd.SetLines(lines=LINES[:1] + LINES[2:]), person=home.li)
    worker.run_once(home.desk)
    assert query.view(home.desk, receipt.case, home.dana).phase == "accepted"
    act(home, receipt.case, cmd.SetLines(lines=LINES), person=home.li)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=seen))
    worker.run_once(home.desk)
    shown = query.view(home.desk, receipt.case, home.dana)
    assert (shown.phase, shown.failure, shown.revision) == ("published", "", 1)
    assert verify(home.desk).findings == ()


def test_an_order_given_while_an_earlier_one_is_carried_out_is_carried_out_too(home, monkeypatch):
    receipt = report(home)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=ready(home, receipt.case)))
    put = home.desk.shelf_writer.put

    def meanwhile(*given):
        monkeypatch.setattr(home.desk.shelf_writer, "put", put)
        put(*given)
        act(home, receipt.case, cmd.SetCve(cve_id="CVE-2026-12345"), person=home.li)
        act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=digest(home, receipt.case)))

    monkeypatch.setattr(home.desk.shelf_writer, "put", meanwhile)
    worker.run_once(home.desk)
    worker.run_once(home.desk)
    (card,) = home.desk.shelf.cards(PROJECT)
    assert card.cve_id == "CVE-2026-12345"
    shown = query.view(home.desk, receipt.case, home.dana)
    assert (shown.phase, shown.revision) == ("published", 1)
    assert verify(home.desk).findings == ()


def test_what_is_public_can_be_revised_after_its_case_is_closed(home):
    receipt = report(home)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=ready(home, receipt.case)))
    worker.run_once(home.desk)
    act(home, receipt.case, cmd.Close(outcome="advisory", note="Both sides kept the date."))
    backported = replace_line(LINES, "6.29", fixed_in="6.29.9")
    act(home, receipt.case, cmd.SetLines(lines=backported))
    again = cmd.Publish(confirmation="WHPG-SA-2026-001", digest=digest(home, receipt.case), summary="6.29 is affected.")
    act(home, receipt.case, again)
    worker.run_once(home.desk)
    (card,) = home.desk.shelf.cards(PROJECT)
    assert "6.29.9" in card.fixed
    assert query.view(home.desk, receipt.case, home.dana).revision == 2


def replace_line(lines, name, fixed_in):
    """The same lines with one of them fixed and tested."""
    fixed = LineFact(line=name, state=Affectedness.FIXED, fixed_in=fixed_in, tested=True)
    return tuple(fixed if line.line == name else line for line in lines)


def test_a_publication_cut_short_is_completed_with_the_same_bytes(home, monkeypatch):
    receipt = report(home)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=ready(home, receipt.case)))
    handle = cases.handle

    def cut(desk, ref, command, actor, **more):
        if isinstance(command, cmd.RecordPublication):
            raise OSError("cut")
        return handle(desk, ref, command, actor, **more)

    monkeypatch.setattr(cases, "handle", cut)
    worker.run_once(home.desk)
    before = {d.name: d.sha256 for d in home.desk.shelf.documents("WHPG-SA-2026-001")}
    monkeypatch.setattr(cases, "handle", handle)
    home.clock.advance(timedelta(hours=2))
    worker.run_once(home.desk)
    after = {d.name: d.sha256 for d in home.desk.shelf.documents("WHPG-SA-2026-001")}
    assert before == after != {}
    assert query.view(home.desk, receipt.case, home.dana).revision == 1


def test_only_disclosure_makes_what_publishers_accept(home):
    receipt = report(home)
    ready(home, receipt.case)
    opened = query.authorised(home.desk, receipt.case, home.dana, "test")[1]
    with pytest.raises(TypeError, match=r"only core\.disclosure"):
        disclosure.Cleared(object(), project="", advisory=None, digest="", revision=1, at=home.clock())
    refused = disclosure.clear(opened.case, None, home.clock())
    assert isinstance(refused, Refused)
    assert refused.code == "not-ordered"


def test_who_holds_no_role_learns_nothing(home):
    receipt = report(home)
    stranger = home.desk.people.add("Eve", "eve@example.org", {"example": frozenset({Role.OWNER})}).id
    assert query.view(home.desk, receipt.case, stranger) is None
    assert query.view(home.desk, "WHPG-2026-zzzzz", stranger) is None
    assert inbox.page(home.desk, stranger, tab="open").lines == ()
    assert [line.case for line in inbox.page(home.desk, home.dana, tab="open").lines] == [receipt.case]


def test_the_inbox_is_ordered_by_what_is_due_and_pages_without_gaps(home):
    for _ in range(7):
        report(home)
        home.clock.advance(timedelta(hours=5))
    seen, after = [], ""
    while True:
        page = inbox.page(home.desk, home.dana, after=after, limit=3)
        seen += [line.case for line in page.lines]
        after = page.next
        if not after:
            break
    everything = [line.case for line in inbox.page(home.desk, home.dana, limit=50).lines]
    assert seen == everything
    assert len(set(seen)) == 7
    assert inbox.page(home.desk, home.dana, after="not a cursor").lines


def test_a_late_first_answer_is_warned_of_at_each_share_once(home):
    receipt = report(home, project="example")
    for _ in range(16):
        home.clock.advance(timedelta(hours=12))
        worker.run_once(home.desk)
    told = [notice.what for notice in home.told.notices if notice.case == receipt.case]
    assert told.count("first-feedback at 50 %") == 1
    assert told.count("first-feedback at 100 %") == 1
    assert all("Out-of-bounds" not in repr(notice) for notice in home.told.notices)


def test_a_receipt_proves_what_was_sent_and_tells_nothing_to_others(home):
    receipt = report(home)
    assert receipt.proof
    VerifyKey(bytes.fromhex(receipt.proof.key)).verify(
        proof.statement(receipt.proof), bytes.fromhex(receipt.proof.signature)
    )
    salt = bytes.fromhex(receipt.proof.salt)
    assert proof.commitment(REPORT, salt) == receipt.proof.commitment
    assert hashlib.sha256(b"").hexdigest() != receipt.proof.commitment
    assert REPORT.title not in repr(receipt.proof)


def test_verify_finds_what_does_not_follow_from_the_journal_and_mends_it(home):
    receipt = report(home)
    act(home, receipt.case, cmd.SetLines(lines=LINES))
    assert verify(home.desk).findings == ()
    row = home.desk.inbox.row(receipt.case)
    assert home.desk.inbox.put([msgspec.structs.replace(row, phase="published", lead="usr_nobody")])
    (finding,) = verify(home.desk).findings
    assert "phase" in finding.what
    assert "lead" in finding.what
    assert verify(home.desk, repair=True).findings[0].repaired
    assert verify(home.desk).findings == ()


def test_long_cases_open_from_a_snapshot(home):
    receipt = report(home)
    for number in range(cases.SNAPSHOT_EVERY + 5):
        act(home, receipt.case, cmd.Say(audience=Audience.TEAM, text=f"note {number}"))
    assert home.desk.journal.snapshot(receipt.case).seq >= cases.SNAPSHOT_EVERY
    assert verify(home.desk).findings == ()
    assert len(query.view(home.desk, receipt.case, home.dana).team_thread) == cases.SNAPSHOT_EVERY + 5


@pytest.mark.parametrize("edition", [model.edition(), "0-earlier"])
def test_a_snapshot_of_another_edition_is_no_short_cut_and_no_finding(home, monkeypatch, edition):
    receipt = report(home)
    opened = cases.open_case(home.desk, receipt.case, SYSTEM_ACTOR, "test")
    wrong = msgspec.structs.replace(opened.case, lead="usr_nobody")
    with monkeypatch.context() as then:
        then.setattr(model, "edition", lambda: edition)
        sealed = sealing.seal_snapshot(sealing.Places(home.desk.sealer.instance), opened.key, wrong)
    home.store._tables.snapshots[receipt.case] = sealed
    believed = edition == model.edition()
    again = cases.open_case(home.desk, receipt.case, SYSTEM_ACTOR, "test")
    assert again.case == (wrong if believed else opened.case)
    assert bool(verify(home.desk).findings) == believed


def test_a_drop_that_does_not_open_is_kept_and_holds_nobody_up(home):
    receipt = report(home)
    spoilt = Drop(id="drp_spoilt", case=receipt.case, at=home.clock(), body=b"\x01" + bytes(80))
    home.front.drops.leave(spoilt, None)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="It also works on 7.4."))
    stuck: set[str] = set()
    worker.run_once(home.desk, stuck)
    assert stuck == {"drp_spoilt"}
    assert [drop.id for drop in home.desk.drops.waiting(10)] == ["drp_spoilt"]
    assert "It also works on 7.4." in [m.text for m in query.view(home.desk, receipt.case, home.dana).reporter_thread]
    assert worker.run_once(home.desk, stuck).drops == 0


def test_a_case_without_anything_to_tell_does_not_hold_up_the_clock(home):
    receipt = report(home)
    row = home.desk.inbox.row(receipt.case)
    home.desk.inbox.put([msgspec.structs.replace(row, wake_at=home.clock())])
    home.clock.advance(timedelta(seconds=1))
    assert worker.run_once(home.desk).ticks == 1
    assert worker.run_once(home.desk).ticks == 0


def test_a_case_that_rests_is_no_finding_and_one_that_sleeps_for_ever_is(home, monkeypatch):
    receipt = report(home)
    row = home.desk.inbox.row(receipt.case)
    home.clock.advance(row.wake_at - home.clock())
    monkeypatch.setattr(cases, "handle", lambda *a, **k: None)
    worker.run_once(home.desk)
    assert home.desk.inbox.row(receipt.case).wake_at > row.wake_at
    assert verify(home.desk).findings == ()
    home.desk.inbox.put([msgspec.structs.replace(row, wake_at=row.wake_at + timedelta(days=365))])
    (finding,) = verify(home.desk).findings
    assert "wake_at" in finding.what


def test_a_drop_that_meets_others_writing_waits_for_the_next_turn(home, monkeypatch):
    receipt = report(home)
    door = room.enter(home.front, receipt.phrase)
    room.leave(home.front, door, cmd.Hear(text="It also works on 7.4."))
    commit, busy = home.desk.journal.commit, iter([True] * cases.ATTEMPTS)

    def crowded(change):
        if next(busy, False):
            raise Conflict("somebody was first")
        commit(change)

    monkeypatch.setattr(home.desk.journal, "commit", crowded)
    stuck: set[str] = set()
    assert worker.run_once(home.desk, stuck).drops == 0
    assert not stuck
    assert worker.run_once(home.desk, stuck).drops == 1
    assert "It also works on 7.4." in [m.text for m in query.view(home.desk, receipt.case, home.dana).reporter_thread]
    assert room.look(home.front, door, PROJECT).refusals == ()


def test_a_refusal_that_meets_others_writing_is_told_in_the_next_turn(home, monkeypatch):
    receipt = report(home)
    door = room.enter(home.front, receipt.phrase)
    room.leave(home.front, door, cmd.Appeal(text="Look again."))
    commit, busy = home.desk.journal.commit, iter([True])

    def crowded(change):
        if next(busy, False):
            raise Conflict("somebody was first")
        commit(change)

    monkeypatch.setattr(home.desk.journal, "commit", crowded)
    stuck: set[str] = set()
    worker.run_once(home.desk, stuck)
    worker.run_once(home.desk, stuck)
    assert [each.because for each in room.look(home.front, door, PROJECT).refusals] == [
        "Only a rejection can be appealed."
    ]


def test_an_effect_that_breaks_holds_up_no_other(home, monkeypatch):
    receipt = report(home)
    act(home, receipt.case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=ready(home, receipt.case)))
    tell = home.told.tell
    monkeypatch.setattr(home.told, "tell", {}.__getitem__)
    assert worker.run_once(home.desk).failed
    assert [card.id for card in home.desk.shelf.cards(PROJECT)] == ["WHPG-SA-2026-001"]
    monkeypatch.setattr(home.told, "tell", tell)
    home.clock.advance(timedelta(hours=1))
    assert worker.run_once(home.desk).failed == 0
    assert "report.received" in [notice.what for notice in home.told.notices]


def test_a_row_that_does_not_open_holds_up_no_effect(home):
    receipt = report(home)
    row = home.desk.inbox.row(receipt.case)
    home.desk.inbox.put([msgspec.structs.replace(row, body=b"\x01" + bytes(80))])
    stuck: set[str] = set()
    assert worker.run_once(home.desk, stuck).effects == 1
    assert stuck == {receipt.case}


def test_a_later_score_of_another_version_does_not_displace_the_one_the_policy_asks_for(home):
    receipt = report(home)
    for vector in (
        "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ):
        case = act(home, receipt.case, cmd.SetScore(vector=vector))
    assert case.vector.startswith("CVSS:3.0/")
    again = act(home, receipt.case, cmd.SetScore(vector="CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))
    assert again.vector.startswith("CVSS:3.0/AV:L")


def test_what_the_policy_sets_going_is_told_without_content(home):
    given = msgspec.structs.replace(REPORT, kind=ReportKind.ALREADY_PUBLIC)
    receipt = report(home, given=given)
    worker.run_once(home.desk)
    told = {(notice.what, notice.to) for notice in home.told.notices if notice.case == receipt.case}
    assert ("report.received", "all") in told
    assert "urgent-call" in {what for what, _ in told}
    assert REPORT.title not in repr(home.told.notices)
