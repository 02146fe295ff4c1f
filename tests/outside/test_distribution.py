# SPDX-License-Identifier: Apache-2.0
"""Distributors (S63): who may be one, who is told of what, packages alike for nobody, and who saw what when."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from datetime import timedelta

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, writing_town
from tests.outside.test_forge_outbound import drafted
from tests.outside.test_rollout import queue
from tests.publication.places import order, run
from tests.services import acts
from tocsin.core import distribution
from tocsin.core.case import commands as cmd
from tocsin.core.case.drafting import ProductNamed
from tocsin.core.case.party_commands import Consent, LetGo, MoveParty, SetProduct
from tocsin.core.case.party_events import PartyLeft
from tocsin.core.case.tables import RMInput
from tocsin.core.distribution import EVIDENCED, Application
from tocsin.core.formats.schema import schema_violations
from tocsin.core.notices import CopyMessage
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Audience, Refused
from tocsin.core.wire.outside import Share
from tocsin.services import cases, relating, room
from tocsin.services.book import Kept, leave
from tocsin.services.distribution import door, leaving, members, packages, telling
from tocsin.services.post import writing
from tocsin.services.post.letters import Answer, Queued, book
from tocsin.services.post.writing import entries_of

PURL = "pkg:generic/warehousepg"
EVIDENCE = {each: f"see https://example.net/{each}" for each in EVIDENCED}
LINK = re.compile(r"https://security\.example\.org(/p/\S+)")


@pytest.fixture
def here() -> Town:
    return writing_town()


def applied(here: Town, name: str, purls: tuple[str, ...] = (PURL,), contact: str = "") -> str:
    """Somebody applies; returns the id."""
    terms, contact = members.current(here.house.front, PROJECT), contact or f"security@{name.lower()}.example"
    wish = Application(name=name, contact=contact, purls=purls, evidence=EVIDENCE, accepted=terms.version)
    assert members.apply(here.house.front, PROJECT, wish) is None
    here.turn()
    every = members.distributors(here.desk).all(PROJECT)
    return next(each.id for each in every if each.value.application.contact == contact)


def approved(here: Town, name: str, purls: tuple[str, ...] = (PURL,)) -> str:
    found = applied(here, name, purls)
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    members.approve(here.desk, kept, here.house.dana)
    return found


def embargoed(here: Town) -> str:
    """A case with a draft and a date that holds."""
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=PURL),))
    if here.case(ref).embargo_until is None:
        ends = here.desk.now() + timedelta(days=7)
        here.move(ref, cmd.ProposeEmbargo(proposal="emb_1", ends_at=ends))
        if here.case(ref).embargo_until is None:
            answer = Actor(kind=ActorKind.REPORTER, id=here.case(ref).room)
            done = cases.handle(here.desk, ref, cmd.AcceptEmbargo(proposal="emb_1"), answer)
            assert not isinstance(done, Refused), done
    return ref


def told(here: Town, ref: str) -> dict[str, str]:
    """Tell them; returns phrases by name."""
    done = telling.tell(here.desk, ref, here.dana)
    assert not isinstance(done, Refused), done
    return {each.name: each.phrase for each in done}


def consent(here: Town, ref: str, name: str) -> None:
    share = next(each.value for each in telling.of_case(here.desk, ref) if each.value.name == name)
    result = cases.handle(here.desk, ref, Consent(party=share.party), Actor(kind=ActorKind.PARTY, id=share.party))
    assert not isinstance(result, Refused), result


def given(here: Town, phrase: str) -> list[tuple[str, bytes]]:
    """What somebody finds in their room: names and bytes."""
    front = here.house.front
    opened = room.enter(front, phrase)
    assert opened
    seen = room.look(front, opened, PROJECT)
    found = []
    for message in seen.messages:
        assert isinstance(message, CopyMessage)
        for each in message.attachments:
            got = room.file(front, seen, each.blob)
            assert got
            found.append((each.name, b"".join(got[1])))
    return found


def unpacked(body: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        return {
            each.name.partition("/")[2]: (tar.extractfile(each) or io.BytesIO()).read() for each in tar.getmembers()
        }


def test_an_application_says_something_about_each_criterion_and_agrees_to_the_terms(here: Town, at_front) -> None:
    send = at_front(here)
    page = send("GET", f"/p/{PROJECT}/distributors")
    terms = members.current(here.house.front, PROJECT)
    assert terms.version.encode() in page.content
    assert len(distribution.CRITERIA) == 9
    full = {"name": "Acme", "mail": "sec@acme.example", "purls": PURL, "terms": terms.version, **EVIDENCE}
    for lack in (*full,):
        assert send("POST", f"/p/{PROJECT}/distributors", {**full, lack: ""}).status_code == 422, lack
    refused = send("POST", f"/p/{PROJECT}/distributors", {**full, "gives-back": "", "terms": ""})
    for words in (distribution.CRITERIA["gives-back"], "We agree to these terms"):
        assert f">{words}</a>" in refused.content.decode(), "what is missing is called what the form calls it"
    refused = send("POST", f"/p/{PROJECT}/distributors", {**full, "mail": "sec", "gives-back": ""}).content.decode()
    assert '<a href="#mail">Mail address that is watched</a>' in refused
    assert '<a href="#gives-back">' in refused, "everything that is missing is said at once"
    assert '<a href="#contact">' not in refused, "the criterion is met, the address is not"
    assert send("POST", f"/p/{PROJECT}/distributors", {**full, "terms": "0.old"}).status_code == 422
    assert send("POST", f"/p/{PROJECT}/distributors", {**full, "purls": "not a purl"}).status_code == 422
    assert send("POST", f"/p/{PROJECT}/distributors", full).status_code == 202
    here.turn()
    kept = members.find(here.desk, PROJECT, "Acme")
    assert kept
    assert (kept.value.state, kept.value.terms) == (members.State.APPLIED, terms.version)
    assert not kept.value.may_be_told(terms.version, here.desk.now())


def test_the_terms_change_with_the_promises_of_the_policy(here: Town) -> None:
    mine, others = (
        distribution.terms(here.desk.projects.policy(each.id, each.policy)) for each in here.desk.projects.all()
    )
    assert mine.version != others.version or mine.text == others.text


def test_only_who_ships_the_product_was_approved_and_agreed_is_told(here: Town) -> None:
    approved(here, "Ships")
    approved(here, "Other", ("pkg:deb/debian/curl",))
    approved(here, "Versioned", ("pkg:generic/warehousepg@7.3.1?arch=amd64",))
    applied(here, "Waiting")
    gone = members.distributors(here.desk).get(PROJECT, approved(here, "Gone"))
    assert gone
    leaving.remove(here.desk, gone, "they asked")
    old = members.distributors(here.desk).get(PROJECT, approved(here, "Old"))
    assert old
    members.distributors(here.desk).change(old, msgspec.structs.replace(old.value, terms="0.before"))
    ref = embargoed(here)
    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    assert telling.concerned(here.desk, opened)[1] == ["Old has not agreed to the present terms"]
    assert sorted(told(here, ref)) == ["Ships", "Versioned"]
    assert told(here, ref) == {}


def test_before_the_window_and_without_a_date_nobody_is_told(here: Town) -> None:
    approved(here, "Ships")
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=PURL),))
    if here.case(ref).embargo_until is None:
        refused = telling.tell(here.desk, ref, here.dana)
        assert isinstance(refused, Refused)
        assert refused.code == "no-date"


def test_one_who_consented_fetches_the_pack_and_one_who_has_not_finds_nothing(here: Town) -> None:
    approved(here, "Acme")
    approved(here, "Slow")
    ref = embargoed(here)
    phrases = told(here, ref)
    telling.give(here.desk)
    assert given(here, phrases["Acme"]) == given(here, phrases["Slow"]) == []
    consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    assert telling.give(here.desk) == 1
    ((name, body),) = given(here, phrases["Acme"])
    assert given(here, phrases["Slow"]) == []
    files = unpacked(body)
    sums = {line.split("  ")[1]: line.split("  ")[0] for line in files.pop("SHA256SUMS").decode().splitlines()}
    assert sums == {each: hashlib.sha256(content).hexdigest() for each, content in files.items()}
    assert {"README.txt"} < set(files)
    for content in files.values():
        assert b"TLP:AMBER+STRICT" in content
        assert b"For Acme only" in content
    csaf = next(content for each, content in files.items() if each.endswith(".json") and b"csaf_version" in content)
    assert msgspec.json.decode(csaf)["document"]["distribution"]["tlp"]["label"] == "AMBER"
    assert schema_violations("csaf-2.0", csaf) == ()
    here.house.clock.advance(timedelta(minutes=30))
    assert telling.give(here.desk) == 0
    assert len(given(here, phrases["Acme"])) == 1
    assert name.endswith(".tar.gz")


@pytest.mark.slow
def test_forty_distributors_get_forty_distinct_packages_each_with_its_own_mark(here: Town) -> None:
    for number in range(40):
        approved(here, f"Distro{number:02}")
    ref = embargoed(here)
    phrases = told(here, ref)
    assert len(phrases) == 40
    for name in phrases:
        consent(here, ref, name)
    here.house.clock.advance(timedelta(minutes=2))
    assert telling.give(here.desk) == 40
    bodies = {name: given(here, phrase)[0][1] for name, phrase in phrases.items()}
    assert len({hashlib.sha256(body).digest() for body in bodies.values()}) == 40
    marks = {each.value.name: each.value.mark for each in telling.of_case(here.desk, ref)}
    assert len(set(marks.values())) == 40
    for name, body in bodies.items():
        everything = b"".join(unpacked(body).values())
        assert marks[name].encode() in everything
        assert not any(mark.encode() in everything for other, mark in marks.items() if other != name)


def test_a_package_made_again_is_the_same_bytes(here: Town) -> None:
    approved(here, "Acme")
    ref = embargoed(here)
    told(here, ref)
    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    first = packages.build(here.desk, opened, "pty_1", "Acme")
    here.house.clock.advance(timedelta(hours=3))
    assert packages.build(here.desk, opened, "pty_1", "Acme") == first
    assert packages.build(here.desk, opened, "pty_2", "Acme").body != first.body


def test_a_crash_after_giving_gives_nothing_twice_and_a_new_draft_gives_a_new_package(here: Town, monkeypatch) -> None:
    approved(here, "Acme")
    ref = embargoed(here)
    phrases = told(here, ref)
    consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    with monkeypatch.context() as broken:
        broken.setattr(telling, "_sent", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            telling.give(here.desk)
    telling.give(here.desk)
    assert len(given(here, phrases["Acme"])) == 1
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=PURL),), details="Better words.")
    here.house.clock.advance(timedelta(minutes=11))
    assert telling.give(here.desk) == 1
    assert len(given(here, phrases["Acme"])) == 2


def redrafted(here: Town, ref: str, details: str = "Better words.") -> int:
    """The draft changes, and the worker looks again; how many packages were given."""
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=PURL),), details=details)
    here.house.clock.advance(timedelta(minutes=11))
    return telling.give(here.desk)


def knowing(here: Town, *names: str) -> tuple[str, dict[str, str]]:
    """A case that these distributors were told of, consented to and have their first package in; their phrases."""
    for name in names:
        approved(here, name)
    ref = embargoed(here)
    phrases = told(here, ref)
    for name in names:
        consent(here, ref, name)
    here.house.clock.advance(timedelta(minutes=2))
    assert telling.give(here.desk) == len(names)
    return ref, phrases


def ways_in(here: Town, ref: str, name: str, phrase: str) -> set[str]:
    """What somebody who knows a case can still do there, and what of it still reaches them, now and from now on."""
    share = telling.named(here.desk, ref, name)
    assert share
    party = Actor(kind=ActorKind.PARTY, id=share.party)
    before = share.sent_at
    redrafted(here, ref, f"Words after {name}.")
    here.move(ref, cmd.Say(audience=Audience.DISTRIBUTORS, text="The date may move."))
    here.turn()
    after = telling.named(here.desk, ref, name)
    later = here.desk.now() + timedelta(days=5)
    done = cases.handle(here.desk, ref, MoveParty(party=share.party, step=RMInput.ACCEPT), party)
    asked = cases.handle(here.desk, ref, cmd.ProposeEmbargo(proposal=f"emb_{name}", ends_at=later), party)
    letters = book(here.desk).all(PROJECT)
    mailed = [
        each for each in letters if name.lower() in each.value.to.address and isinstance(each.value.letter, Answer)
    ]
    found = {
        "room": room.enter(here.house.front, phrase) is not None,
        "package": after is not None and after.sent_at != before,
        "mail": bool([each for each in mailed if each.value.letter.seq > 0 and readable(here, each)]),
        "date": not isinstance(asked, Refused),
        "word": not isinstance(done, Refused),
    }
    return {way for way, open_ in found.items() if open_}


def readable(here: Town, letter: Kept[Queued]) -> bool:
    """Whether a letter that waits would go out."""
    return not isinstance(writing.drafted(here.desk, PROJECT, letter.id, letter.value), Refused)


EVERY_WAY = {"room", "package", "mail", "date", "word"}


def removed(here: Town, name: str) -> tuple[str, ...]:
    kept = members.find(here.desk, PROJECT, name)
    assert kept
    return leaving.remove(here.desk, kept, "they talked", here.house.dana)


def test_who_is_removed_is_out_everywhere_at_once_and_who_stays_is_not(here: Town) -> None:
    ref, phrases = knowing(here, "Gone", "Stays")
    assert removed(here, "Gone") == (ref,)
    assert ways_in(here, ref, "Gone", phrases["Gone"]) == set()
    assert ways_in(here, ref, "Stays", phrases["Stays"]) == EVERY_WAY


def test_a_removal_that_ended_no_part_would_be_noticed(here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, phrases = knowing(here, "Gone")
    monkeypatch.setattr(leaving, "end", lambda desk, kept: ())
    removed(here, "Gone")
    assert ways_in(here, ref, "Gone", phrases["Gone"]) == EVERY_WAY - {"package"}


def test_a_removal_stands_in_the_journal_of_each_case_and_the_ledger_keeps_what_was_given(here: Town) -> None:
    ref, _ = knowing(here, "Gone")
    other = embargoed(here)
    told(here, other)
    assert set(removed(here, "Gone")) == {ref, other}
    for each in (ref, other):
        last = entries_of(here.desk, here.opened(each))[-1]
        assert isinstance(last.event, PartyLeft)
        assert (last.actor.id, "they talked" in last.event.reason) == (here.house.dana, True)
    rows = telling.grid(here.desk, ref, here.dana)
    assert not isinstance(rows, Refused)
    assert (rows[0].name, rows[0].mark != "", rows[0].sent_at is not None) == ("Gone", True, True)
    assert rows[0].ended_at == here.desk.now()


def test_a_removal_that_is_cut_off_shuts_the_rooms_first_and_is_finished_by_the_worker(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, phrases = knowing(here, "Gone")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(leaving, "_end", cut)
        with pytest.raises(KeyboardInterrupt):
            removed(here, "Gone")
    assert room.enter(here.house.front, phrases["Gone"]) is None
    assert here.case(ref).parties[-1].here
    assert (leaving.finish(here.desk), leaving.finish(here.desk)) == (1, 0)
    assert not here.case(ref).parties[-1].here


def test_a_removal_follows_its_party_into_the_case_that_took_it_over(here: Town) -> None:
    ref, phrases = knowing(here, "Gone")
    share = telling.named(here.desk, ref, "Gone")
    assert share
    part = relating.split(here.desk, ref, here.dana, "Another matter.", title="Its own", parties=(share.party,))
    assert not isinstance(part, Refused), part
    assert removed(here, "Gone") == (part.ref,)
    assert room.enter(here.house.front, phrases["Gone"]) is None
    assert not any(each.here for each in here.case(part.ref).parties)


def test_who_is_taken_on_again_is_asked_in_anew_with_another_phrase_and_another_line_in_the_ledger(here: Town) -> None:
    ref, phrases = knowing(here, "Back")
    removed(here, "Back")
    kept = members.find(here.desk, PROJECT, "Back")
    assert kept
    members.approve(here.desk, kept, here.house.dana)
    again = told(here, ref)
    assert room.enter(here.house.front, phrases["Back"]) is None
    assert room.enter(here.house.front, again["Back"])
    assert [each.value.ended_at is None for each in sorted(telling.of_case(here.desk, ref), key=told_at)] == [
        False,
        True,
    ]
    assert telling.tell(here.desk, ref, here.dana) == ()


def told_at(kept: Kept[telling.Share]) -> object:
    return kept.value.told_at


def test_what_an_earlier_version_noted_at_the_front_still_finds_its_line_in_the_ledger(here: Town) -> None:
    ref, _ = knowing(here, "Acme")
    share = telling.named(here.desk, ref, "Acme")
    assert share
    saw = door.Saw(party=share.party, blob=share.blob, at=here.desk.now())
    assert saw.case == "", "it did not say in which case"
    leave(here.house.front, door.OPENED, PROJECT, saw)
    here.turn()
    after = telling.named(here.desk, ref, "Acme")
    assert after
    assert after.opened == (*share.opened, saw.at)


def test_once_it_is_published_no_package_follows(here: Town) -> None:
    approved(here, "Acme")
    ref = embargoed(here)
    phrases = told(here, ref)
    consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    assert telling.give(here.desk) == 1
    here.house.clock.advance(timedelta(days=8))
    order(here.house, ref)
    run(here.house, 3)
    assert here.case(ref).published_at is not None
    before = len(given(here, phrases["Acme"]))
    assert redrafted(here, ref) == 0
    assert len(given(here, phrases["Acme"])) == before


def test_nobody_is_told_before_the_window_of_the_policy_opens(here: Town) -> None:
    stated = '\n[distributors]\nown_advisories = true\nmax = "3 days"\nchoice = "as a list of distributions has it"\n'
    here.desk.projects.adopt((seed(PROJECT) or "") + stated, "test", here.desk.now())
    approved(here, "Acme")
    ref = embargoed(here)
    until = here.case(ref).embargo_until
    assert until
    opens = until - timedelta(days=3)
    here.house.clock.set(opens - timedelta(seconds=1))
    refused = telling.tell(here.desk, ref, here.dana)
    assert isinstance(refused, Refused)
    assert refused.code == "too-early"
    here.house.clock.set(opens)
    assert list(told(here, ref)) == ["Acme"]


def test_the_grid_says_who_was_told_opened_answered_and_where_they_stand(here: Town) -> None:
    approved(here, "Acme")
    approved(here, "Slow")
    ref = embargoed(here)
    told(here, ref)
    consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    telling.give(here.desk)
    share = next(each.value for each in telling.of_case(here.desk, ref) if each.value.name == "Acme")
    door.saw(here.house.front, PROJECT, ref, share.party, share.blob)
    door.saw(here.house.front, PROJECT, ref, "rom_reporter", share.blob)
    cases.handle(here.desk, ref, cmd.Hear(text="ack"), Actor(kind=ActorKind.PARTY, id=share.party))
    own = SetProduct(party=share.party, product=PURL, affected=Affectedness.AFFECTED, advisory="https://acme.example/1")
    here.move(ref, own)
    here.turn()
    acme, slow = telling.grid(here.desk, ref, here.dana)  # type: ignore[misc]
    assert (acme.consented, acme.status) == (True, {PURL: "affected"})
    assert acme.acknowledged_at == acme.opened[0] == here.desk.now()
    assert acme.advisories == ("https://acme.example/1",)
    assert (slow.consented, slow.acknowledged_at, slow.opened, slow.sent_at) == (False, None, (), None)
    stranger = Actor(kind=ActorKind.PERSON, id="usr_x")
    assert isinstance(telling.grid(here.desk, ref, stranger), Refused)
    assert isinstance(telling.tell(here.desk, ref, stranger), Refused)


def test_a_distributor_says_in_its_room_that_it_arrived_how_it_stands_and_where_its_advisory_is(here: Town) -> None:
    approved(here, "Acme", (PURL, "pkg:deb/acme/other"))
    ref = embargoed(here)
    phrases = told(here, ref)
    consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    telling.give(here.desk)
    (row,) = telling.grid(here.desk, ref, here.dana)  # type: ignore[misc]
    assert row.sent_at is not None
    assert row.acknowledged_at is None  # that it was sent, and that they consented, says nothing of its arrival
    front = here.house.front
    opened = room.enter(front, phrases["Acme"])
    assert opened
    assert [each.name for each in room.look(front, opened, PROJECT).status.products] == [PURL]

    def leave(command: room.ReporterCommand) -> Share:
        here.house.clock.advance(timedelta(minutes=1))
        room.leave(front, opened, command)
        here.turn()
        (row,) = telling.grid(here.desk, ref, here.dana)  # type: ignore[misc]
        return row

    assert leave(MoveParty(party="", step=RMInput.RECEIVE)).acknowledged_at == here.desk.now()
    fixed = leave(SetProduct(party="", product=PURL, affected=Affectedness.FIXED, advisory="https://acme.example/1"))
    assert (fixed.status, fixed.advisories) == ({PURL: "fixed"}, ("https://acme.example/1",))
    for wrong in ("http://acme.example/1", "javascript:alert(1)", "https://a/ b", "https://" + "a" * 500):
        assert leave(SetProduct(party="", product=PURL, advisory=wrong)).advisories == ("https://acme.example/1",)
    assert leave(SetProduct(party="pty_other", product=PURL, path="VFd")).status == {PURL: "fixed"}
    assert not any(each.path for each in here.case(ref).parties[-1].products)
    leave(LetGo(party="", reason="we ship it no more"))
    here.house.clock.advance(timedelta(hours=1))
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=PURL),), details="Better words.")
    assert telling.give(here.desk) == 0


def test_once_a_year_they_are_asked_and_without_a_yes_they_are_told_no_more(here: Town, at_front) -> None:
    send = at_front(here)
    found = approved(here, "Acme")
    version = members.current(here.desk, PROJECT).version
    here.house.clock.advance(timedelta(days=336))
    assert members.keep_up(here.desk) == 1
    assert members.keep_up(here.desk) == 0
    text = next(letter.text for letter in queue(here).values())
    yes, out = LINK.findall(text)
    here.house.clock.advance(timedelta(days=31))
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    assert not kept.value.may_be_told(version, here.desk.now())
    assert send("GET", yes).status_code == 200
    assert send("POST", yes, {}).status_code == 200
    here.turn()
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    assert kept.value.may_be_told(version, here.desk.now())
    assert send("POST", out, {}).status_code == 200
    here.turn()
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    assert (kept.value.state, kept.value.removed_because) == (members.State.REMOVED, leaving.OWN_WISH)
    assert send("POST", yes.replace("/confirm", "/leave"), {}).status_code == 404


def test_a_yes_to_terms_that_are_not_in_force_any_more_is_none(here: Town, at_front) -> None:
    send = at_front(here)
    kept = members.distributors(here.desk).get(PROJECT, approved(here, "Acme"))
    assert kept
    members.ask(here.desk, kept)
    yes, _ = LINK.findall(
        next(letter.text for letter in queue(here).values() if "Still a distributor" in letter.subject)
    )
    assert send("GET", yes).status_code == 200
    before = members.current(here.desk, PROJECT).version
    stated = '\n[distributors]\nown_advisories = true\nmax = "3 days"\nchoice = "as a list of distributions has it"\n'
    here.desk.projects.adopt((seed(PROJECT) or "") + stated, "test", here.desk.now())
    assert members.current(here.desk, PROJECT).version != before
    assert send("GET", yes).status_code == send("POST", yes, {}).status_code == 404


def test_letters_hold_nothing_of_the_matter(here: Town) -> None:
    approved(here, "Acme")
    ref = embargoed(here)
    phrases = told(here, ref)
    for letter in queue(here).values():
        words = f"{letter.subject} {letter.text}".casefold()
        for secret in ("out-of-bounds", "demo_ext", phrases["Acme"].casefold(), "memory is read"):
            assert secret not in words
