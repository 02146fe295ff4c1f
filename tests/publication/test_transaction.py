# SPDX-License-Identifier: Apache-2.0
"""A publication goes everywhere, in order, once, never early, and is done where it was read back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from tests.publication.places import Place, case_of, down, order, places, run, served, states
from tests.services.acts import attempt, ready, report
from tocsin.core import disclosure
from tocsin.core.case import commands as cmd
from tocsin.core.case import target_commands as results
from tocsin.core.case.decide import approve
from tocsin.core.publication.events import TargetIntended
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, Refused
from tocsin.services import cases, incident, publishing, sealing
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def outside(home: House) -> dict[str, Place]:
    return places(home)


@pytest.fixture
def at_work(home: House, outside: dict[str, Place]) -> House:
    return served(home, outside)


def case_ready(house: House) -> str:
    ref = report(house).case
    ready(house, ref)
    return ref


GREEN = {"site", "feeds", "csaf", "osv", "cve", "forge", "list", "chat", "listings"}


def test_every_target_is_served_once_and_read_back(at_work, outside):
    ref = case_ready(at_work)
    assert not isinstance(order(at_work, ref), Refused)
    run(at_work, 2)
    told = states(at_work, ref)
    assert {name for name, state in told.items() if state == "readable"} == GREEN
    assert all(sum(each.writes.values()) == 1 for each in outside.values())
    run_ = case_of(at_work, ref).run
    assert run_
    assert not run_.complete or set(told) == GREEN


def test_targets_are_served_in_the_order_of_their_stages(at_work):
    ref = case_ready(at_work)
    order(at_work, ref)
    run(at_work, 2)
    lines = at_work.desk.journal.entries(ref)
    opened = cases.open_case(at_work.desk, ref, SYSTEM_ACTOR, "test")
    entries = sealing.open_entries(sealing.Places(at_work.desk.sealer.instance), opened.key, ref, lines)
    begun = [e.event.target for e in entries if isinstance(e.event, TargetIntended)]
    assert [name for name in begun if name not in ("csaf", "osv", "feeds")] == [
        "site", "cve", "forge", "list", "chat", "listings",
    ]  # fmt: skip
    assert set(begun[1:4]) == {"feeds", "csaf", "osv"}


def test_an_armed_publication_does_nothing_before_its_instant_and_everything_at_it(at_work, outside):
    ref = case_ready(at_work)
    at = at_work.clock() + timedelta(hours=6)
    order(at_work, ref, at)
    run(at_work, 359)
    assert at_work.clock() < at
    assert at_work.desk.shelf.card("WHPG-SA-2026-001") is None
    assert not any(each.turned_to for each in outside.values())
    run(at_work, 4)
    assert set(states(at_work, ref).values()) <= {"readable", "planned"}
    assert at_work.desk.shelf.card("WHPG-SA-2026-001").published_at == at
    assert all(min(when for _, when in each.turned_to) >= at for each in outside.values())


def test_an_armed_publication_is_bound_to_its_exact_bytes(at_work, outside):
    ref = case_ready(at_work)
    at = at_work.clock() + timedelta(hours=1)
    opened = cases.open_case(at_work.desk, ref, SYSTEM_ACTOR, "test")
    shown = publishing.plan(at_work.desk, opened, at)
    (cve,) = [each for each in shown.targets if each.target.name == "cve"]
    order(at_work, ref, at)
    plain = outside["cve"].preview
    outside["cve"].preview = lambda matter: msgspec.structs.replace(plain(matter), body=b"something else")
    run(at_work, 62)
    assert states(at_work, ref)["cve"] == "refused"
    assert not outside["cve"].writes
    outside["cve"].preview = plain
    attempt(at_work, ref, results.ResumeTarget(target="cve"))
    run(at_work, 2)
    assert outside["cve"].held["WHPG-SA-2026-001/1"]
    assert states(at_work, ref)["cve"] == "readable"
    assert cve.payload.body


def test_an_armed_publication_can_be_taken_back_until_it_begins(at_work, outside):
    ref = case_ready(at_work)
    at = at_work.clock() + timedelta(hours=1)
    order(at_work, ref, at)
    assert attempt(at_work, ref, results.Disarm(reason="")).code == "no-reason"
    assert not isinstance(attempt(at_work, ref, results.Disarm(reason="The fix has a fault.")), Refused)
    run(at_work, 120)
    assert at_work.desk.shelf.card("WHPG-SA-2026-001") is None
    order(at_work, ref)
    run(at_work, 1)
    assert attempt(at_work, ref, results.Disarm(reason="Too late.")).code in ("publication-begun", "not-ordered")


def test_an_instant_within_the_embargo_and_one_that_has_passed_are_refused(at_work):
    ref = case_ready(at_work)
    ends = at_work.clock() + timedelta(days=9)
    attempt(at_work, ref, cmd.ProposeEmbargo(proposal="p1", ends_at=ends, reason_class="not-well-tested", reason="x"))
    cases.handle(at_work.desk, ref, cmd.AcceptEmbargo(proposal="p1"), _reporter(at_work, ref))
    assert order(at_work, ref, ends - timedelta(minutes=1)).code == "embargo-holds"
    assert order(at_work, ref, at_work.clock() - timedelta(minutes=1)).code == "instant-past"
    assert not isinstance(order(at_work, ref, ends), Refused)


def _reporter(house: House, ref: str):
    return Actor(kind=ActorKind.REPORTER, id=house.desk.rooms.of_case(ref)[0].id)


def test_a_second_person_approves_the_whole_plan_and_no_other(at_work):
    ref = case_ready(at_work)
    opened = cases.open_case(at_work.desk, ref, SYSTEM_ACTOR, "test")
    shown = publishing.plan(at_work.desk, opened)
    wish = cmd.Publish(
        confirmation="WHPG-SA-2026-001", digest=shown.preview.digest, plan=shown.digest, targets=shown.planned
    )
    one = approve.subject(opened.case, wish)
    fewer = msgspec.structs.replace(wish, targets=wish.targets[:-1])
    assert one.digest != approve.subject(opened.case, fewer).digest
    assert ("Digest of the plan", shown.digest) in one.terms
    refused = attempt(at_work, ref, fewer)
    assert refused.code == "conflict"


def test_a_target_in_trouble_holds_the_later_ones_until_it_recovers(at_work, outside):
    ref = case_ready(at_work)
    outside["forge"].fails = down
    order(at_work, ref)
    run(at_work, 24 * 60, step=5)
    told = states(at_work, ref)
    assert (told["cve"], told["forge"], told["list"], told["chat"]) == ("readable", "intended", "planned", "planned")
    assert not outside["list"].turned_to
    outside["forge"].fails = None
    run(at_work, 15)
    assert set(states(at_work, ref).values()) <= {"readable", "planned"}
    assert all(sum(each.writes.values()) == 1 for each in outside.values())


def test_no_target_is_tried_more_than_once_a_minute(at_work, outside):
    ref = case_ready(at_work)
    outside["cve"].fails = down
    order(at_work, ref)
    for _ in range(360):
        run(at_work)
        at_work.clock.advance(timedelta(seconds=10))
    tries = [when for _, when in outside["cve"].turned_to]
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert min(gaps) >= timedelta(minutes=1)
    assert max(gaps) <= timedelta(minutes=11)


def test_what_is_not_readable_yet_is_asked_for_again_and_says_for_how_long(at_work, outside):
    ref = case_ready(at_work)
    outside["cve"].shown_after = timedelta(minutes=40)
    order(at_work, ref)
    run(at_work, 30)
    progress = case_of(at_work, ref).run.get("cve")
    assert progress.state.value == "done"
    assert progress.trouble == "it cannot be read there yet"
    assert states(at_work, ref)["chat"] == "readable", "what was accepted lets the others go on"
    run(at_work, 25)
    assert states(at_work, ref)["cve"] == "readable"


def test_a_person_lets_the_others_go_on_without_a_target_and_it_comes_later(at_work, outside):
    ref = case_ready(at_work)
    outside["forge"].fails = down
    order(at_work, ref)
    run(at_work, 5)
    assert attempt(at_work, ref, results.SkipTarget(target="forge", reason="")).code == "no-reason"
    assert attempt(at_work, ref, results.SkipTarget(target="site", reason="no")).code == "target-needed"
    attempt(at_work, ref, results.SkipTarget(target="forge", reason="It is down today.", later=True))
    run(at_work, 3)
    assert states(at_work, ref)["chat"] == "readable"
    assert states(at_work, ref)["forge"] == "intended"
    outside["forge"].fails = None
    run(at_work, 15)
    assert states(at_work, ref)["forge"] == "readable"


def test_what_a_person_left_out_stays_out_until_they_take_it_up_again(at_work, outside):
    ref = case_ready(at_work)
    outside["forge"].fails = down
    order(at_work, ref)
    run(at_work, 5)
    attempt(at_work, ref, results.SkipTarget(target="forge", reason="We left it."))
    outside["forge"].fails = None
    run(at_work, 60, step=5)
    assert states(at_work, ref)["forge"] == "skipped"
    assert not outside["forge"].writes
    attempt(at_work, ref, results.ResumeTarget(target="forge"))
    run(at_work, 2)
    assert states(at_work, ref)["forge"] == "readable"


def test_a_target_that_says_no_waits_for_a_person_who_is_told(at_work, outside, home):
    ref = case_ready(at_work)

    def no(what: str) -> None:
        raise Rejected("the record has no such product")

    outside["cve"].fails = no
    order(at_work, ref)
    run(at_work, 30)
    progress = case_of(at_work, ref).run.get("cve")
    assert (progress.state.value, progress.trouble) == ("refused", "the record has no such product")
    assert len(outside["cve"].turned_to) == 1
    assert "target.refused" in {each.what for each in home.told.notices}


def test_a_target_that_slows_us_down_is_waited_for_as_long_as_it_says_and_a_person_is_told(at_work, outside, home):
    ref = case_ready(at_work)

    def slow(what: str) -> None:
        raise Trouble("it asks us to slow down (429)", after=timedelta(hours=2), person=True)

    outside["cve"].fails = slow
    order(at_work, ref)
    run(at_work, 119)
    assert len(outside["cve"].turned_to) == 1
    assert [each.what for each in home.told.notices].count("target.troubled") == 1
    run(at_work, 3)
    assert len(outside["cve"].turned_to) == 2


def test_nothing_is_sent_twice_where_nobody_can_tell_whether_it_was_sent(home):
    outside = places(home, chat=True)
    at_work = served(home, outside)
    ref = case_ready(at_work)
    order(at_work, ref)
    outside["chat"].fails = lambda what: (_ for _ in ()).throw(SystemExit) if what == "after" else None
    with pytest.raises(SystemExit):
        run(at_work, 2)
    outside["chat"].fails = None
    run(at_work, 10)
    assert states(at_work, ref)["chat"] == "refused"
    assert sum(outside["chat"].writes.values()) == 1


def test_where_nothing_was_sent_for_certain_it_is_sent_later(home):
    outside = places(home, chat=True)
    at_work = served(home, outside)
    ref = case_ready(at_work)
    outside["chat"].fails = down
    order(at_work, ref)
    run(at_work, 20)
    assert states(at_work, ref)["chat"] == "planned"
    outside["chat"].fails = None
    run(at_work, 11)
    assert states(at_work, ref)["chat"] == "readable"
    assert sum(outside["chat"].writes.values()) == 1


def test_editing_the_draft_after_the_page_is_out_changes_nothing_elsewhere(at_work, outside):
    ref = case_ready(at_work)
    outside["cve"].fails = down
    order(at_work, ref)
    run(at_work, 2)
    draft = msgspec.structs.replace(case_of(at_work, ref).advisory, details="Something else now.")
    typed = {name: getattr(draft, name) for name in draft.__struct_fields__}
    attempt(at_work, ref, cmd.DraftAdvisory(**typed))
    outside["cve"].fails = None
    run(at_work, 11)
    assert states(at_work, ref)["cve"] == "readable"


def test_a_revision_goes_everywhere_again(at_work, outside):
    ref = case_ready(at_work)
    order(at_work, ref)
    run(at_work, 3)
    draft = msgspec.structs.replace(case_of(at_work, ref).advisory, details="It also works without a login.")
    attempt(at_work, ref, cmd.DraftAdvisory(**{name: getattr(draft, name) for name in draft.__struct_fields__}))
    order(at_work, ref)
    run(at_work, 3)
    assert outside["cve"].writes == {"WHPG-SA-2026-001/1": 1, "WHPG-SA-2026-001/2": 1}
    assert case_of(at_work, ref).revision == 2


def test_a_channel_that_nobody_serves_is_done_by_hand_and_holds_nobody_up(at_work):
    ref = case_ready(at_work)
    order(at_work, ref)
    run(at_work, 3)
    by_hand = [each.target.name for each in case_of(at_work, ref).run.targets if each.target.by_hand]
    assert by_hand
    assert attempt(at_work, ref, results.MarkTarget(target="cve", where="x")).code == "target-served"
    for name in by_hand:
        attempt(at_work, ref, results.MarkTarget(target=name, where="https://example.org/announced"))
    assert case_of(at_work, ref).run.complete


def test_only_the_installation_tells_results(at_work):
    ref = case_ready(at_work)
    order(at_work, ref)
    plan = case_of(at_work, ref).run.plan
    refused = attempt(at_work, ref, results.ReadTarget(plan=plan, target="cve", where="x"))
    assert refused.code == "not-permitted"


def test_nothing_is_cleared_before_its_instant(at_work):
    ref = case_ready(at_work)
    at = at_work.clock() + timedelta(hours=1)
    order(at_work, ref, at)
    opened = cases.open_case(at_work.desk, ref, SYSTEM_ACTOR, "test")
    shown = publishing.plan(at_work.desk, opened, at)
    early = disclosure.clear(opened.case, shown.preview.advisory, at - timedelta(seconds=1))
    assert early.code == "too-early"
    assert not isinstance(disclosure.clear(opened.case, shown.preview.advisory, at), Refused)


def test_a_page_that_cannot_be_written_is_tried_again_and_nothing_goes_before_it(at_work, outside, monkeypatch):
    ref = case_ready(at_work)
    order(at_work, ref)
    put = at_work.desk.shelf_writer.put
    monkeypatch.setattr(at_work.desk.shelf_writer, "put", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    run(at_work, 10)
    assert not any(each.turned_to for each in outside.values())
    monkeypatch.setattr(at_work.desk.shelf_writer, "put", put)
    run(at_work, 20)
    assert states(at_work, ref)["chat"] == "readable"


def test_in_a_panic_nothing_goes_on_and_afterwards_everything_does(at_work, outside, monkeypatch):
    ref = case_ready(at_work)
    order(at_work, ref)
    monkeypatch.setattr(incident, "halted", lambda desk: True)
    run(at_work, 5)
    assert states(at_work, ref)["site"] == "planned"
    monkeypatch.undo()
    run(at_work, 2)
    assert states(at_work, ref)["chat"] == "readable"


def test_the_packet_for_another_authority_is_shown_and_sent_by_a_person(at_work):
    ref = case_ready(at_work)
    opened = cases.open_case(at_work.desk, ref, SYSTEM_ACTOR, "test")
    (shown,) = [each for each in publishing.plan(at_work.desk, opened).targets if each.target.name == "cve-packet"]
    text = shown.payload.body.decode()
    assert shown.target.by_hand
    assert text.startswith("[Request for a CVE id]\n[Vulnerability type] CWE-125 Out-of-bounds Read\n")
    assert "[Reference] https://security.example.org/p/warehousepg/advisories/WHPG-SA-2026-001\n" in text
