# SPDX-License-Identifier: Apache-2.0
"""Several parties in one case, end to end in memory: rooms of their own, consent first, threads apart, and cases that
become one, two or another project's."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.services.acts import PROJECT, REPORT, act, attempt, report
from tocsin.core import notices
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide, standing
from tocsin.core.case import party_commands as pc
from tocsin.core.case.model import REPORTER, Case
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import EM, PEC, RM, RMInput
from tocsin.core.case.threads import Change
from tocsin.core.intake import Attachment, CreditWish, Identity
from tocsin.core.vocabulary import Actor, ActorKind, Audience, Refused, Role
from tocsin.services import archiving, cases, inviting, relating, room, threads, worker
from tocsin.services.cases import Opened
from tocsin.services.queries import case as query
from tocsin.services.verify import verify
from tocsin.testing.house import House, house

OTHER = "example"
SECRET = "the length of the header is trusted"


@pytest.fixture
def home() -> House:
    return house()


def dana(home: House, project: str = PROJECT) -> Actor:
    actor = home.desk.people.actor(home.dana, project)
    assert actor
    return actor


def opened(home: House, ref: str) -> Opened:
    found = query.authorised(home.desk, ref, home.dana, "test")
    assert found
    return found[1]


def case(home: House, ref: str) -> Case:
    return opened(home, ref).case


def accepted(home: House) -> tuple[str, str]:
    """An accepted case; returns its reference and the reporter's phrase."""
    receipt = report(home)
    ref = receipt.case
    act(home, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known."))
    act(home, ref, cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x"))
    act(home, ref, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real.")))
    return ref, receipt.phrase


def embargoed(home: House) -> tuple[str, str]:
    ref, phrase = accepted(home)
    ends = (home.clock() + timedelta(days=14)).replace(hour=15, minute=0)
    act(home, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    leave(home, phrase, room.AcceptEmbargo(proposal="prp_1"))
    assert case(home, ref).embargo.em is EM.ACTIVE
    return ref, phrase


def invited(home: House, ref: str, part: Part = Part.VENDOR, **fields: object) -> inviting.Invited:
    wish = pc.Invite(party="", part=part, name=fields.pop("name", "Example Ltd"), why="They ship it.", **fields)
    made = inviting.invite(home.desk, opened(home, ref), dana(home), wish)
    assert isinstance(made, inviting.Invited), made
    return made


def look(home: House, phrase: str) -> room.RoomView:
    door = room.enter(home.front, phrase)
    assert door
    return room.look(home.front, door, PROJECT)


def leave(home: House, phrase: str, command: room.ReporterCommand) -> None:
    """Leave a command in the room and let the worker take it up."""
    door = room.enter(home.front, phrase)
    assert door
    home.clock.advance(timedelta(minutes=1))
    room.leave(home.front, door, command)
    worker.run_once(home.desk)


def refused(result: object, code: str) -> Refused:
    assert isinstance(result, Refused), result
    assert result.code == code
    return result


def sound(home: House) -> bool:
    return verify(home.desk).findings == ()


def test_a_vendor_sees_nothing_before_it_has_consented_and_then_its_own_thread_only(home):
    ref, reporter = embargoed(home)
    vendor = invited(home, ref, products=("Router", "Switch"))
    seen = look(home, vendor.phrase)
    assert (seen.status.phase, seen.status.consent, seen.messages) == ("invited", "INVITED", ())
    assert seen.status.embargo_until == case(home, ref).embargo_until
    say = cmd.Say(audience=Audience.PARTY, party=vendor.party, text=SECRET)
    refused(attempt(home, ref, say), "embargo-consent-first")

    leave(home, vendor.phrase, room.Consent(party="ignored: a party speaks for itself"))
    act(home, ref, say)
    act(home, ref, cmd.Say(audience=Audience.TEAM, text="internal"))
    act(home, ref, cmd.Say(audience=Audience.REPORTER, text="only for the reporter"))
    leave(home, vendor.phrase, room.Hear(text="Both products have it."))
    seen = look(home, vendor.phrase)
    assert [each.text for each in seen.messages] == [SECRET, "Both products have it."]
    assert SECRET not in repr(look(home, reporter))

    leave(home, vendor.phrase, room.MoveParty(party="", step=RMInput.ACCEPT))
    leave(home, vendor.phrase, room.SetProduct(party="", product="Router", path="VFd"))
    party = standing.party(case(home, ref), vendor.party)
    assert party
    assert (party.rm, {each.name: each.path for each in party.products}) == (
        RM.ACCEPTED,
        {"Router": "VFd", "Switch": "Vfd"},
    )
    assert party.path == "Vfd", "the least advanced product is where a vendor is"
    assert sound(home)


def test_a_declined_party_binds_nobody_else_and_silence_declines_after_its_own_instant(home):
    ref, _ = embargoed(home)
    one = invited(home, ref, name="One")
    answer_by = home.clock() + timedelta(days=3)
    two = invited(home, ref, name="Two", answer_by=answer_by)
    leave(home, one.phrase, room.Decline(party="", note="No."))
    held = case(home, ref).embargo
    assert (held.em, held.consent(one.party), held.consent(two.party)) == (EM.ACTIVE, PEC.DECLINED, PEC.INVITED)
    home.clock.advance(timedelta(days=4))
    worker.run_once(home.desk)
    assert case(home, ref).embargo.consent(two.party) is PEC.DECLINED
    leave(home, two.phrase, room.Consent(party=""))
    assert case(home, ref).embargo.consent(two.party) is PEC.SIGNATORY, "a late yes is welcome"


def test_a_proposal_falls_with_the_last_who_was_asked_not_with_the_first_no(home):
    ref, reporter = accepted(home)
    one, two = invited(home, ref, name="One"), invited(home, ref, name="Two")
    ends = (home.clock() + timedelta(days=10)).replace(hour=15, minute=0)
    act(home, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    leave(home, one.phrase, room.RejectEmbargo(proposal="prp_1", reason="Too early."))
    assert case(home, ref).embargo.em is EM.PROPOSED
    leave(home, two.phrase, room.AcceptEmbargo(proposal="prp_1"))
    held = case(home, ref).embargo
    assert (held.em, held.consent(two.party), held.consent(one.party)) == (EM.ACTIVE, PEC.SIGNATORY, PEC.DECLINED)
    assert held.consent("reporter") is not PEC.SIGNATORY
    leave(home, reporter, room.Consent(party="reporter"))
    assert case(home, ref).embargo.consent("reporter") is PEC.SIGNATORY


def test_a_party_that_leaves_takes_its_proposal_along_and_gets_nothing_more(home):
    ref, _ = accepted(home)
    vendor = invited(home, ref)
    ends = (home.clock() + timedelta(days=10)).replace(hour=15, minute=0)
    leave(home, vendor.phrase, room.ProposeEmbargo(proposal="emb_1", ends_at=ends))
    assert case(home, ref).embargo.em is EM.PROPOSED
    leave(home, vendor.phrase, room.LetGo(party="", reason="Not our code."))
    assert case(home, ref).embargo.em is EM.NONE
    say = cmd.Say(audience=Audience.PARTY, party=vendor.party, text=SECRET)
    refused(attempt(home, ref, say), "party-left")
    assert look(home, vendor.phrase).status.phase == "left"


def test_a_coordinator_never_gets_a_fix_and_only_who_accepted_has_one(home):
    ref, _ = accepted(home)
    coordinator = invited(home, ref, Part.COORDINATOR, name="CERT")
    refused(attempt(home, ref, pc.SetProduct(party=coordinator.party, path="VFd")), "no-fix-path")
    vendor = invited(home, ref)
    refused(attempt(home, ref, pc.SetProduct(party=vendor.party, path="VFd")), "fix-not-accepted")


def test_words_go_upstream_only_once_the_reporter_agrees(home):
    ref, reporter = accepted(home)
    upstream = invited(home, ref, name="Zlib", upstream=True)
    party = standing.party(case(home, ref), upstream.party)
    assert party
    assert (case(home, ref).rm, party.rm) == (RM.ACCEPTED, RM.START)
    say = cmd.Say(audience=Audience.PARTY, party=upstream.party, text=SECRET)
    refused(attempt(home, ref, say), "reporter-agrees-first")
    assert look(home, reporter).status.asks_to_pass_on == ((upstream.party, "Zlib"),)
    leave(home, reporter, room.PassOn(party=upstream.party))
    act(home, ref, say)
    party = standing.party(case(home, ref), upstream.party)
    assert party
    assert (party.rm, party.path) == (RM.RECEIVED, "Vfd")


def test_the_same_bug_three_ways_is_one_case_with_three_credits_and_three_threads(home):
    ref, first = accepted(home)
    second = report(
        home, given=msgspec.structs.replace(REPORT, identity=Identity(name="Kim", contact="kim@example.org"))
    )
    sam = Identity(name="Sam", credit=CreditWish.HANDLE, credit_as="s4m")
    third = report(home, given=msgspec.structs.replace(REPORT, identity=sam))
    for other in (second, third):
        merged = relating.merge(home.desk, ref, other.case, dana(home), "The same decoder.")
        assert isinstance(merged, Case), merged
    whole = case(home, ref)
    assert [each.identity.name for each in whole.reports] == ["", "Kim", "Sam"]
    assert [each.name for each in whole.credits_wished] == ["s4m"], "credits follow the wish and nothing else"
    gone = case(home, second.case)
    assert (gone.merged_into, gone.rm) == (ref, RM.DEFERRED)

    leave(home, second.phrase, room.Hear(text="It also crashes on ARM."))
    act(home, ref, cmd.Say(audience=Audience.PARTY, party=second.case, text="Thank you, Kim."))
    assert [each.text for each in look(home, second.phrase).messages][-2:] == [
        "It also crashes on ARM.",
        "Thank you, Kim.",
    ]
    assert "Kim" not in repr(look(home, third.phrase).messages)
    assert "Kim" not in repr(look(home, first).messages)
    assert look(home, third.phrase).status.phase == "accepted"
    again = relating.merge(home.desk, ref, second.case, dana(home), "Again.")
    assert isinstance(again, Case)
    assert len(again.absorbed) == 2, "merging twice is merging once"
    assert sound(home)


def test_what_was_merged_before_comes_along_with_its_credit_and_thread(home):
    ref, _ = accepted(home)
    names = (Identity(name="Kim", credit=CreditWish.NAME), Identity(name="Sam", credit=CreditWish.NAME))
    kim, sam = (report(home, given=msgspec.structs.replace(REPORT, identity=each)) for each in names)
    assert isinstance(relating.merge(home.desk, kim.case, sam.case, dana(home), "The same."), Case)
    assert isinstance(relating.merge(home.desk, ref, kim.case, dana(home), "The same decoder."), Case)
    whole = case(home, ref)
    assert [each.name for each in whole.credits_wished] == ["Kim", "Sam"]
    leave(home, sam.phrase, room.Hear(text="It also crashes on ARM."))
    act(home, ref, cmd.Say(audience=Audience.PARTY, party=sam.case, text="Thank you, Sam."))
    assert look(home, sam.phrase).messages[-1].text == "Thank you, Sam."
    assert sound(home)


def test_a_merger_takes_the_earliest_end_and_asks_who_came_without_an_embargo(home):
    ref, _ = embargoed(home)
    until = case(home, ref).embargo_until
    other = report(home)
    relating.merge(home.desk, ref, other.case, dana(home), "The same.")
    held = case(home, ref).embargo
    assert (held.em, held.ends_at, held.consent(other.case)) == (EM.ACTIVE, until, PEC.INVITED)
    say = cmd.Say(audience=Audience.PARTY, party=other.case, text=SECRET)
    refused(attempt(home, ref, say), "embargo-consent-first")
    leave(home, other.phrase, room.Consent(party=""))
    act(home, ref, say)
    assert look(home, other.phrase).messages[-1].text == SECRET


def test_a_merger_cut_short_is_completed_by_asking_again(home, monkeypatch):
    ref, _ = accepted(home)
    other = report(home)
    real = cases.handle

    def broken(desk, which, *rest, **more):
        return Refused(code="conflict", because="Busy.") if which == other.case else real(desk, which, *rest, **more)

    monkeypatch.setattr(cases, "handle", broken)
    refused(relating.merge(home.desk, ref, other.case, dana(home), "The same."), "conflict")
    monkeypatch.setattr(cases, "handle", real)
    assert case(home, other.case).merged_into == ""
    relating.merge(home.desk, ref, other.case, dana(home), "The same.")
    assert case(home, other.case).merged_into == ref
    assert len(case(home, ref).absorbed) == 1


def test_a_part_split_off_keeps_the_embargo_and_takes_its_parties_along(home):
    ref, reporter = embargoed(home)
    vendor = invited(home, ref)
    leave(home, vendor.phrase, room.Consent(party=""))
    part = relating.split(home.desk, ref, dana(home), "Two bugs.", title="Write past the end", parties=(vendor.party,))
    assert isinstance(part, Case), part
    assert (part.title, part.continues, case(home, ref).split_into) == ("Write past the end", ref, (part.ref,))
    assert (part.embargo.em, part.embargo.ends_at) == (EM.ACTIVE, case(home, ref).embargo.ends_at)
    assert part.embargo.consent(vendor.party) is PEC.SIGNATORY
    leave(home, vendor.phrase, room.Hear(text="We look at the second one."))
    assert case(home, part.ref).messages == 2
    act(home, part.ref, cmd.Say(audience=Audience.REPORTER, text="About the second bug.", plan="p", workarounds="w"))
    assert look(home, reporter).messages[-1].text == "About the second bug."
    assert look(home, reporter).case == ref
    assert sound(home)


def test_a_case_can_be_handed_to_another_project_until_it_is_accepted(home):
    ref = report(home).case
    moved = relating.transfer(home.desk, ref, dana(home), OTHER, "Their code.")
    assert isinstance(moved, Case), moved
    assert (moved.project, moved.policy) == (OTHER, home.desk.projects.get(OTHER).policy)
    assert home.desk.journal.head(ref).project == OTHER
    assert home.desk.inbox.row(ref).project == OTHER
    theirs, _ = accepted(home)
    refused(relating.transfer(home.desk, theirs, dana(home), OTHER, "Their code."), "accepted-before")


def test_no_case_is_handed_to_a_project_that_nobody_looks_after(home):
    owner = Actor(kind=ActorKind.PERSON, id=home.dana, roles=frozenset({Role.OWNER}))
    assert isinstance(archiving.archive(home.desk, owner, OTHER, "Ask them."), archiving.Archived)
    ref = report(home).case
    told = refused(relating.transfer(home.desk, ref, dana(home), OTHER, "Their code."), "archived")
    assert told.because == "This project takes no reports any more. Ask them."
    assert home.desk.journal.head(ref).project == PROJECT
    assert archiving.take_up(home.desk, owner, OTHER) is None
    assert isinstance(relating.transfer(home.desk, ref, dana(home), OTHER, "Their code."), Case)


def test_what_is_closed_goes_on_in_a_case_of_its_own(home):
    ref = report(home).case
    act(home, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known."))
    act(home, ref, cmd.Reject(rejection="not-reproducible", reason="We tried it on every supported version. " * 8))
    act(home, ref, cmd.Close(outcome="rejected", note="Nothing learned."))
    again = relating.reopen(home.desk, ref, dana(home), "It was seen on ARM.")
    assert isinstance(again, Case), again
    assert (again.continues, again.rm, case(home, ref).split_into) == (ref, RM.RECEIVED, (again.ref,))


def test_words_sent_on_show_first_what_the_readers_would_learn(home):
    ref, _ = accepted(home)
    vendor = invited(home, ref)
    with home.front.blobs.create() as writer:
        writer.write(b"x")
        kept = writer.finish()
    file = Attachment(blob=kept.id, key=kept.key, name="poc.c", size=kept.size, sha256=kept.sha256)
    known = cmd.Say(audience=Audience.PARTY, party=vendor.party, text="The decoder reads too far.")
    act(home, ref, known)
    text = "The decoder reads too far.\nReported by Kim.\nOffset 0x20."
    wrote = act(home, ref, cmd.Say(audience=Audience.REPORTER, text=text, plan="p", attachments=(file,)))
    wish = threads.Wish(
        of=wrote.seq,
        audience=Audience.PARTY,
        party=vendor.party,
        text="The decoder reads too far.\nOffset 0x20.",
        files=(),
    )
    ready = threads.prepare(home.desk, opened(home, ref), dana(home), wish)
    assert isinstance(ready, threads.Sending), ready
    shown = {(each.change, each.text) for each in ready.lines if each.text}
    assert shown == {
        (Change.KNOWN, "The decoder reads too far."),
        (Change.CUT, "Reported by Kim."),
        (Change.CUT, "p"),
        (Change.NEW, "Offset 0x20."),
    }
    assert (ready.new_files, ready.cut_files) == ((), ("poc.c",))
    act(home, ref, ready.command)
    assert look(home, vendor.phrase).messages[-1].text == "The decoder reads too far.\nOffset 0x20."
    stays = threads.everything(home.desk, opened(home, ref))[wrote.seq and -2]
    assert stays.audience is Audience.REPORTER, "a message is never moved"


def test_an_internal_note_is_never_sent_on(home):
    ref, _ = accepted(home)
    vendor = invited(home, ref)
    noted = act(home, ref, cmd.Say(audience=Audience.TEAM, text="internal"))
    for audience in (Audience.REPORTER, Audience.PARTY, Audience.DISTRIBUTORS):
        wish = threads.Wish(of=noted.seq, audience=audience, party=vendor.party)
        refused(threads.prepare(home.desk, opened(home, ref), dana(home), wish), "internal-note")


def test_distributors_are_told_together_and_others_are_not(home):
    ref, _ = accepted(home)
    refused(attempt(home, ref, cmd.Say(audience=Audience.DISTRIBUTORS, text="Soon.")), "nobody-to-tell")
    debian, redhat = (invited(home, ref, Part.DISTRIBUTOR, name=name) for name in ("Debian", "Red Hat"))
    vendor = invited(home, ref)
    told = act(home, ref, cmd.Say(audience=Audience.DISTRIBUTORS, text="Packages are ready."))
    assert [each.name for each in told.promises_met if each.at == told.updated_at] == ["distributors-told"]
    for each in (debian, redhat):
        assert [message.text for message in look(home, each.phrase).messages] == ["Packages are ready."]
    assert look(home, vendor.phrase).messages == ()


def test_more_than_half_of_the_vendors_may_release_and_fewer_are_warned_of(home):
    ref, _ = embargoed(home)
    one, two = invited(home, ref, name="One"), invited(home, ref, name="Two")
    for each in (one, two):
        leave(home, each.phrase, room.Consent(party=""))
        act(home, ref, cmd.Say(audience=Audience.PARTY, party=each.party, text="Look."))
        leave(home, each.phrase, room.MoveParty(party="", step=RMInput.ACCEPT))
    ending = cmd.EndEmbargo(why="early", reason="Ready.")
    found = opened(home, ref)
    context = cases.context_of(home.desk, found, dana(home), ending)
    assert [each.code for each in decide.cautions(found.case, ending, context)] == ["no-quorum"]
    for each in (one, two):
        leave(home, each.phrase, room.SetProduct(party="", path="VFd"))
    assert decide.cautions(case(home, ref), ending, context) == ()


def test_a_party_cannot_speak_for_another_or_make_the_projects_moves(home):
    ref, _ = accepted(home)
    one, two = invited(home, ref, name="One"), invited(home, ref, name="Two")
    party = Actor(kind=ActorKind.PARTY, id=one.party)
    for said in (
        pc.Consent(party=two.party),
        pc.Decline(party=two.party),
        pc.MoveParty(party=two.party, step=RMInput.ACCEPT),
        pc.SetProduct(party=two.party, path="VFd"),
        pc.LetGo(party=two.party, reason="They told me so."),
        pc.SetZone(party=two.party, zone="Asia/Tokyo"),
        pc.SetZone(party=REPORTER, zone="Asia/Tokyo"),
    ):
        refused(cases.handle(home.desk, ref, said, party), "not-yours")
    refused(cases.handle(home.desk, ref, cmd.Close(outcome="advisory"), party), "not-permitted")
    assert isinstance(look(home, one.phrase).status, notices.CopyStatus)


def test_after_a_deadlock_the_projects_date_binds_others_only_by_their_own_consent(home):
    ref, reporter = accepted(home)
    vendor = invited(home, ref)
    ends = (home.clock() + timedelta(days=10)).replace(hour=15, minute=0)
    for number in (1, 2):
        act(home, ref, cmd.ProposeEmbargo(proposal=f"prp_{number}", ends_at=ends))
        leave(home, vendor.phrase, room.RejectEmbargo(proposal=f"prp_{number}"))
        leave(home, reporter, room.RejectEmbargo(proposal=f"prp_{number}", reason="No."))
    decided = cmd.DecideEmbargo(proposal="prp_3", ends_at=ends, reason="We cannot agree, and users need a date.")
    act(home, ref, decided)
    held = case(home, ref).embargo
    assert (held.em, held.unilateral, held.consent(vendor.party)) == (EM.ACTIVE, True, PEC.INVITED)
    assert look(home, vendor.phrase).status.phase == "invited"
    leave(home, vendor.phrase, room.Consent(party=""))
    assert look(home, vendor.phrase).status.phase == "embargo"
