# SPDX-License-Identifier: Apache-2.0
"""Shredding a case: two people, exactly one state of it, after everything in it has ended; then nobody reads it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import msgspec
import pytest

from tests.desk import story
from tocsin.core.case import commands as cmd
from tocsin.core.case.approval import ALONE
from tocsin.core.case.decide import custody as rules
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, Refused, RejectionClass, Role
from tocsin.services import cases, logbook, rotation, sealing, shredding, verify, worker
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.ports.store import Drop
from tocsin.services.queries import case as queries
from tocsin.services.queries import inbox
from tocsin.services.room import Left
from tocsin.testing.house import House, house

REASON = "The reporter asked us to erase what they had sent."


@pytest.fixture
def home() -> House:
    return house()


def person(home: House, one: str = "") -> Actor:
    actor = home.desk.people.actor(one or home.dana, story.PROJECT)
    assert actor
    return actor


def closed(home: House) -> str:
    """A rejected case that is closed, and in which no clock runs any more."""
    ref = story.report(home)
    story.answered(home, ref)
    story.act(home, ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(home, ref, cmd.Close(outcome="rejected"))
    return ref


def wish(home: House, ref: str) -> cmd.Shred:
    opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return shredding.wish(opened, REASON)


def ask(home: House, ref: str, command: cmd.Command) -> str:
    done = cases.handle(home.desk, ref, cmd.AskApproval(wish=cmd.encode(command)), person(home))
    assert isinstance(done, Case), done
    return done.asks[-1].asked.digest


def approve(home: House, ref: str, digest: str, by: str = "") -> Case | Refused:
    return cases.handle(home.desk, ref, cmd.Approve(digest=digest), person(home, by or home.li))


def work(home: House) -> None:
    while not worker.run_once(home.desk).idle:
        pass


def shredded(home: House) -> str:
    ref = closed(home)
    done = approve(home, ref, ask(home, ref, wish(home, ref)))
    assert isinstance(done, Case), done
    work(home)
    return ref


def test_two_people_shred_a_closed_case_and_nobody_reads_it_any_more(home: House) -> None:
    ref = shredded(home)
    assert cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test") is None
    assert queries.authorised(home.desk, ref, home.dana, "case.read") is None
    assert story.PLPERL.title not in repr(inbox.page(home.desk, home.dana, tab="done"))
    assert home.desk.rooms.of_case(ref) == []


def test_words_that_were_left_at_the_moment_of_shredding_go_with_the_case_and_hold_nobody_up(home: House) -> None:
    ref = closed(home)
    (room,) = home.desk.rooms.of_case(ref)
    shredding_now = ask(home, ref, wish(home, ref))
    done = approve(home, ref, shredding_now)
    assert isinstance(done, Case), done
    assert shredding.perform(home.desk, ref) == ""
    places = sealing.Places(home.desk.sealer.instance)
    for number in range(worker.BATCH + 1):
        name, left = f"drp_{number:03}", msgspec.json.encode(Left(room=room.id, command=cmd.Hear(text="SECRETWORD")))
        body = home.desk.sealer.seal_drop(left, places.drop(name, ref))
        home.desk.drops.leave(Drop(id=name, case=ref, at=home.clock(), body=body), None)
    other = story.report(home)
    work(home)
    assert home.desk.drops.waiting(99) == []
    assert not any(each and each.body for each in home.store._tables.drops.values())
    assert home.desk.inbox.row(other)


def test_what_remains_is_a_tombstone_with_two_names_and_a_digest(home: House) -> None:
    ref = closed(home)
    asked = wish(home, ref)
    approve(home, ref, ask(home, ref, asked))
    work(home)
    told = shredding.tombstone(home.desk, ref)
    assert told is not None
    assert (told.asked_by, told.agreed_by, told.digest) == ("Dana", "Li", asked.digest)
    assert told.lost_at == told.at + rotation.KEPT
    assert shredding.tombstones(home.desk, [story.PROJECT]) == (told,)
    assert shredding.tombstones(home.desk, ["elsewhere"]) == ()
    assert shredding.tombstone(home.desk, story.report(home)) is None


def test_the_transparency_log_stays_valid(home: House) -> None:
    ref = shredded(home)
    logbook.grow(home.desk)
    assert logbook.audit(home.desk) == []
    verdict = verify.verify(home.desk)
    assert verdict.findings == ()
    assert home.desk.journal.head(ref) is not None


def test_its_files_are_gone_from_the_store(home: House) -> None:
    attached = story.file(home)
    ref = story.report(home, msgspec.structs.replace(story.PLPERL, attachments=(attached,)))
    story.answered(home, ref)
    story.act(home, ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(home, ref, cmd.Close(outcome="rejected"))
    approve(home, ref, ask(home, ref, wish(home, ref)))
    work(home)
    with pytest.raises(BlobMissing):
        home.desk.blobs.open(attached.blob, attached.key)


def test_one_person_alone_shreds_nothing(home: House) -> None:
    ref = closed(home)
    answer = cases.handle(home.desk, ref, wish(home, ref), person(home))
    assert isinstance(answer, Refused)
    assert answer.code == "needs-approval"
    digest = ask(home, ref, wish(home, ref))
    own = approve(home, ref, digest, home.dana)
    assert isinstance(own, Refused)
    assert own.code == "approval-own"
    work(home)
    assert cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")


def test_a_lone_maintainer_waits_a_day(home: House) -> None:
    ref = closed(home)
    home.desk.people.add("Li", "li@example.org", {story.PROJECT: frozenset({Role.TRIAGER})})
    digest = ask(home, ref, wish(home, ref))
    early = approve(home, ref, digest, home.dana)
    assert isinstance(early, Refused)
    assert early.code == "approval-waits"
    home.clock.advance(ALONE)
    assert isinstance(approve(home, ref, digest, home.dana), Case)


def test_the_yes_is_for_the_case_as_it_was_and_for_no_other(home: House) -> None:
    ref = closed(home)
    digest = ask(home, ref, wish(home, ref))
    story.hear(home, ref, cmd.Hear(text="One more thing."))
    answer = approve(home, ref, digest)
    assert isinstance(answer, Refused)
    assert answer.code == "approval-stale"


@pytest.mark.parametrize("state", ["new", "accepted", "embargo"])
def test_nothing_is_shredded_while_it_is_open_or_under_embargo(home: House, state: str) -> None:
    ref = story.report(home)
    {"new": lambda *_: None, "accepted": story.accepted, "embargo": story.embargoed}[state](home, ref)
    answer = cases.handle(home.desk, ref, cmd.AskApproval(wish=cmd.encode(wish(home, ref))), person(home))
    assert isinstance(answer, Refused)
    assert answer.code == "shred-open"


def promise(name: str, due_at: datetime) -> SimpleNamespace:
    return SimpleNamespace(name=name, title="Roll-out", due_at=due_at, rule="rollout", cite="SECURITY.md:9")


def test_a_clock_that_runs_keeps_it_unless_the_policys_retention_says_that_its_time_is_over(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = closed(home)
    now = home.clock()
    runs, later, over = (
        promise("rollout", now + timedelta(days=9)),
        promise("erase-rejected", now + timedelta(days=300)),
        promise("erase-rejected", now - timedelta(hours=1)),
    )
    for waiting, code in (((runs,), "shred-clock"), ((runs, later), "shred-clock"), ((later,), ""), ((runs, over), "")):
        monkeypatch.setattr(rules, "due", lambda policy, case, waiting=waiting: waiting)
        answer = cases.handle(home.desk, ref, wish(home, ref), person(home))
        assert isinstance(answer, Refused)
        assert answer.code == (code or "needs-approval"), waiting


def test_a_token_cannot_agree(home: House) -> None:
    ref = closed(home)
    digest = ask(home, ref, wish(home, ref))
    by_token = msgspec.structs.replace(person(home, home.li), via="tok_1")
    answer = cases.handle(home.desk, ref, cmd.Approve(digest=digest), by_token)
    assert isinstance(answer, Refused)
    assert answer.code == "not-by-token"


def test_between_agreement_and_destruction_nothing_else_happens_in_it(home: House) -> None:
    ref = closed(home)
    approve(home, ref, ask(home, ref, wish(home, ref)))
    answer = cases.handle(home.desk, ref, cmd.Observe(bit="P"), person(home))
    assert isinstance(answer, Refused)
    assert answer.code == "case-shredded"
    home.clock.advance(timedelta(days=30))
    work(home)
    assert cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test") is None


def test_control_the_worker_shreds_nothing_that_nobody_agreed_to(home: House) -> None:
    ref = closed(home)
    assert shredding.perform(home.desk, ref) == shredding.NOT_AGREED
    assert cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")


def test_the_digest_changes_with_the_case_and_not_with_wishes(home: House) -> None:
    ref = closed(home)
    before = wish(home, ref).digest
    ask(home, ref, wish(home, ref))
    assert wish(home, ref).digest == before
    story.act(home, ref, cmd.Observe(bit="P"))
    assert wish(home, ref).digest != before
    assert len(before) == 64
