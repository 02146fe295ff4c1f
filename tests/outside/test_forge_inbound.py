# SPDX-License-Identifier: Apache-2.0
"""A private report on GitHub becomes one case, however often and from how many sides it is heard of (S16, S76)."""

from __future__ import annotations

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, town
from tocsin.core.case import commands as cmd
from tocsin.core.case.tables import RM
from tocsin.core.intake import CreditWish
from tocsin.core.vocabulary import Audience, Refused, RejectionClass
from tocsin.services import credentials
from tocsin.services.forge import door, links, sync
from tocsin.services.forge.door import deliver
from tocsin.services.ports.store import Conflict
from tocsin.services.ports.targets import Rejected
from tocsin.services.ports.vault import Tampered
from tocsin.testing.github import Fault
from tocsin.testing.github.double import TOKEN, signed

STEPS = "1. Start the server.\n2. Send `SELECT leak()`."
RANGE = {"package": {"ecosystem": "other", "name": "demo_ext"}, "vulnerable_version_range": ">= 7.0, < 7.1"}


@pytest.fixture
def here() -> Town:
    return town()


def reported(here: Town, **more: object) -> str:
    said = {"summary": "Out-of-bounds read in demo_ext", "description": STEPS, "vulnerabilities": [RANGE], **more}
    return here.github.world.report("finder", **said)["ghsa_id"]


def hook(here: Town, ghsa: str, action: str = "reported", delivery: str = "") -> object:
    headers, body = here.github.hook(action, ghsa, door.secret(here.house.front.tokens, PROJECT).encode(), delivery)
    return deliver(here.house.front, PROJECT, headers, body)


def test_a_webhook_becomes_a_case_with_the_reporters_own_words(here: Town) -> None:
    ghsa = reported(here, credits=[{"login": "finder", "type": "finder"}])
    assert hook(here, ghsa) == door.Taken(event="repository_advisory", taken=True)
    here.turn()
    (ref,) = here.refs()
    report = here.case(ref).report
    assert (report.title, report.reproduce, report.channel) == ("Out-of-bounds read in demo_ext", STEPS, "forge")
    assert report.version == "demo_ext >= 7.0, < 7.1"
    assert (report.identity.name, report.identity.contact) == ("finder", "https://github.com/finder")
    assert (report.identity.credit, report.identity.credit_as) == (CreditWish.HANDLE, "finder")
    found = links.of_case(here.desk, PROJECT, ref)
    assert found
    assert (found.value.ghsa, found.value.login) == (ghsa, "finder")
    assert [each.what for each in here.house.told.notices if each.what == "report.received"] == ["report.received"]


def test_the_same_webhook_a_hundred_times_in_parallel_has_one_effect(here: Town) -> None:
    ghsa = reported(here)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: hook(here, ghsa), range(100)))
    assert sorted(each.again for each in answers) == [False] + [True] * 99  # type: ignore[attr-defined]
    here.turn()
    here.look()
    assert len(here.refs()) == 1


def test_webhook_poll_and_a_delivery_under_another_name_find_the_same_case(here: Town) -> None:
    ghsa = reported(here)
    here.look()
    hook(here, ghsa, delivery="another")
    here.github.world.write(ghsa, {"description": f"{STEPS}\n3. Look."})
    hook(here, ghsa, delivery="edited")
    here.turn()
    here.look()
    assert len(here.refs()) == 1


def test_a_crash_between_opening_and_remembering_opens_no_second_case(here: Town, monkeypatch) -> None:
    reported(here)
    with monkeypatch.context() as broken:
        broken.setattr("tocsin.services.forge.inbound.remember", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            here.look()
    assert len(here.refs()) == 1
    assert not list(links.links(here.desk).all(PROJECT))
    here.look(minutes=15)
    assert len(here.refs()) == 1
    assert len(list(links.links(here.desk).all(PROJECT))) == 1


def test_what_is_not_signed_is_not_taken(here: Town) -> None:
    ghsa = reported(here)
    headers, body = here.github.hook("reported", ghsa, b"another secret")
    assert isinstance(deliver(here.house.front, PROJECT, headers, body), Refused)
    headers, body = here.github.hook("reported", ghsa, door.secret(here.house.front.tokens, PROJECT).encode())
    for broken in (body + b" ", body[:-1], b""):
        assert isinstance(deliver(here.house.front, PROJECT, headers, broken), Refused)
    assert isinstance(deliver(here.house.front, "example", headers, body), Refused)
    assert isinstance(deliver(here.house.front, PROJECT, {**headers, "X-Hub-Signature-256": ""}, body), Refused)
    here.turn()
    assert here.refs() == []


@pytest.mark.parametrize("forge", ["X-GitHub-Event", "X-Gitlab-Event"])
def test_what_is_larger_than_any_delivery_is_not_taken(here: Town, forge: str) -> None:
    secret = door.secret(here.house.front.tokens, PROJECT).encode()
    for size, code in ((door.LARGEST, None), (door.LARGEST + 1, "too-large")):
        headers, body = signed("issues", {"action": "opened", "pad": ""}, secret, f"large {size}")
        body = body[:-2] + b"x" * (size - len(body)) + body[-2:]
        headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if forge != "X-GitHub-Event":
            headers = {forge: "Issue Hook", "X-Gitlab-Token": secret.decode()}
        answer = deliver(here.house.front, PROJECT, headers, body)
        assert (answer.code if isinstance(answer, Refused) else None) == code


def test_a_recorded_delivery_sent_again_under_a_new_id_changes_nothing(here: Town) -> None:
    headers, body = here.github.hook("reported", reported(here), door.secret(here.house.front.tokens, PROJECT).encode())
    deliver(here.house.front, PROJECT, headers, body)
    answer = deliver(here.house.front, PROJECT, {**headers, "X-GitHub-Delivery": "made-up"}, body)
    assert answer == door.Taken(event="repository_advisory", taken=True, again=True)


def test_a_delivery_whose_id_was_taken_is_not_taken_again_whatever_it_says_now(here: Town) -> None:
    ghsa = reported(here)
    assert hook(here, ghsa, delivery="one") == door.Taken(event="repository_advisory", taken=True)
    here.github.world.write(ghsa, {"summary": "Something else"})
    assert hook(here, ghsa, delivery="one") == door.Taken(event="repository_advisory", taken=True, again=True)
    assert hook(here, ghsa, delivery="two") == door.Taken(event="repository_advisory", taken=True)


def test_a_ping_and_what_is_of_no_interest_are_answered_and_forgotten(here: Town) -> None:
    secret = door.secret(here.house.front.tokens, PROJECT).encode()
    assert deliver(here.house.front, PROJECT, *here.github.ping(secret)) == door.Taken(event="ping")
    assert deliver(here.house.front, PROJECT, *signed("star", {"action": "created"}, secret, "s")).taken is False  # type: ignore[union-attr]
    assert here.desk.outside.arrivals.waiting(9) == []


@pytest.mark.parametrize("said", [[], {"repository_advisory": None}, {"repository_advisory": {"ghsa_id": "x"}}, 7])
def test_a_signed_delivery_that_cannot_be_read_holds_nobody_up(here: Town, said: object) -> None:
    secret = door.secret(here.house.front.tokens, PROJECT).encode()
    headers, body = signed("repository_advisory", {}, secret, "odd")
    body = msgspec.json.encode(said)
    headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    deliver(here.house.front, PROJECT, headers, body)
    hook(here, reported(here))
    here.turn()
    assert len(here.refs()) == 1


def test_accepting_says_so_on_the_forge_and_a_second_look_changes_nothing(here: Town) -> None:
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.accept(ref)
    here.look()
    assert here.github.world.advisories[ghsa]["state"] == "draft"
    assert here.github.world.advisories[ghsa]["submission"] == {"accepted": True}
    writes = [each for each in here.github.log if each.method == "PATCH"]
    assert len(writes) == 1
    here.look()
    assert [each for each in here.github.log if each.method == "PATCH"] == writes
    assert here.case(ref).rm is RM.ACCEPTED
    assert here.github.wrong == []


def test_rejecting_closes_the_report_there(here: Town) -> None:
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.lead(ref)
    here.move(ref, cmd.Reject(rejection=RejectionClass.NOT_SECURITY, reason="It crashes, and nothing leaks. " * 5))
    here.look()
    assert here.github.world.advisories[ghsa]["state"] == "closed"


def test_words_go_both_ways_once(here: Town) -> None:
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.move(ref, cmd.Say(audience=Audience.REPORTER, text="Thank you. Which build was it?"))
    here.move(ref, cmd.Say(audience=Audience.TEAM, text="Looks real to me."))
    here.look()
    there = here.github.world.comments[ghsa]
    ours = [each["body"] for each in there]
    assert any(each.startswith("Thank you. Which build was it?") for each in ours)
    assert not any("Looks real" in each for each in ours)
    here.github.world.comment(ghsa, "finder", "7.0.3, from the packages.")
    here.github.world.comment(ghsa, "stranger", "Me too.")
    here.look()
    here.look()
    assert len(here.github.world.comments[ghsa]) == len(ours) + 2
    heard = words_heard(here, ref)
    assert heard == ["7.0.3, from the packages.", "stranger wrote on the forge:\n\nMe too."]


@pytest.mark.parametrize("wrong", [Tampered(), ValueError("its journal"), Rejected("422: no")])
def test_what_is_wrong_with_one_case_keeps_no_other_reporter_from_being_heard(
    here: Town, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    ids = [reported(here, summary=f"Number {number}") for number in range(3)]
    here.look()
    spoilt = {links.find(here.desk, PROJECT, ghsa).value.case: ghsa for ghsa in ids}  # type: ignore[union-attr]
    first = next(kept.value.case for kept in links.links(here.desk).all(PROJECT))
    open_case = sync.cases.open_case

    def opens(desk: object, ref: str, *words: object) -> object:
        if ref == first:
            raise wrong
        return open_case(desk, ref, *words)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(sync.cases, "open_case", opens)
        for ghsa in ids:
            here.github.world.comment(ghsa, "finder", f"About {ghsa}.")
        here.look()
    heard = [each for ref in here.refs() if ref != first for each in words_heard(here, ref)]
    assert sorted(heard) == sorted(f"About {ghsa}." for ghsa in ids if ghsa != spoilt[first])
    here.look(30)
    assert words_heard(here, first) == [f"About {spoilt[first]}."], "and its own when that is over"


def words_heard(here: Town, ref: str) -> list[str]:
    from tocsin.core.case import events as ev
    from tocsin.services import cases, sealing

    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    places = sealing.Places(here.desk.sealer.instance)
    lines = sealing.open_entries(places, opened.key, ref, here.desk.journal.entries(ref))
    return [each.event.text for each in lines if isinstance(each.event, ev.MessageReceived)]


def test_a_comment_that_was_written_before_a_crash_is_not_written_again(here: Town, monkeypatch) -> None:
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.look()
    before = len(here.github.world.comments.get(ghsa, []))
    here.move(ref, cmd.Say(audience=Audience.REPORTER, text="Which build was it?"))
    with monkeypatch.context() as broken:
        broken.setattr("tocsin.services.forge.sync._spoken", _then_die(here, ghsa))
        with pytest.raises(SystemExit):
            here.look()
    here.look(minutes=15)
    here.look()
    assert len(here.github.world.comments[ghsa]) == before + 1


def _then_die(here: Town, ghsa: str):
    """Write the comment, and end before it is remembered."""
    real, comment = sync._spoken, here.github.world.comment

    def speak(event):
        def last(number: str, login: str, body: str):
            comment(number, login, body)
            here.github.world.comment = comment  # type: ignore[method-assign]
            raise SystemExit

        here.github.world.comment = last  # type: ignore[method-assign]
        return real(event)

    return speak


def test_without_comments_the_team_is_told_where_to_write(here: Town) -> None:
    here.github.world.comments_offered = False
    reported(here)
    here.look()
    here.look()
    (ref,) = here.refs()
    assert links.of_case(here.desk, PROJECT, ref).value.comments is False  # type: ignore[union-attr]
    assert len([each for each in notes(here, ref) if "no comments for programs" in each]) == 1


def notes(here: Town, ref: str) -> list[str]:
    from tocsin.core.case import events as ev
    from tocsin.services import cases, sealing

    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    places = sealing.Places(here.desk.sealer.instance)
    lines = sealing.open_entries(places, opened.key, ref, here.desk.journal.entries(ref))
    sent = [each.event for each in lines if isinstance(each.event, ev.MessageSent)]
    return [each.text for each in sent if each.audience is Audience.TEAM]


@pytest.mark.parametrize("fault", list(Fault))
def test_while_github_fails_it_is_asked_at_most_once_a_minute_and_read_within_a_quarter_of_an_hour_after(
    here: Town, fault: Fault
) -> None:
    with here.github.failing(fault):
        for _ in range(24 * 60):
            here.look(minutes=1)
            assert len(here.github.log) <= _ + 1
        assert here.desk.projects.get(PROJECT)
        reported(here)
    for _ in range(15):
        here.look(minutes=1)
    assert len(here.refs()) == 1
    state = links.standing(here.desk, PROJECT).value
    assert (state.trouble, state.tries) == ("", 0)


def test_the_token_is_in_no_log_and_in_no_words(here: Town, caplog) -> None:
    with caplog.at_level("DEBUG"), here.github.failing(Fault.FORBIDDEN):
        here.look()
    assert "the-token-of-the-double" not in caplog.text
    assert "the-token-of-the-double" not in repr(list(credentials.book(here.desk).all(PROJECT)))
    assert "the-token-of-the-double" not in repr(links.forge(here.desk, PROJECT))
    assert [each.kind for each in here.desk.machine.alarms.since(here.house.clock().replace(year=2000), 9)] == [
        "forge-refuses"
    ]


def test_what_goes_wrong_with_one_forge_is_its_own_matter_and_the_next_is_looked_at(here: Town, monkeypatch) -> None:
    read, forges = sync.read, here.desk.outside.forges
    monkeypatch.setattr(type(forges), "sources", lambda _: {"example": forges.named[PROJECT], **forges.named})
    monkeypatch.setattr(sync, "forge", lambda desk, project: forges.get(PROJECT, TOKEN))

    def spoilt(desk, project, asked, was):
        if project == "example":
            raise Tampered("a link of this project does not open")
        return read(desk, project, asked, was)

    monkeypatch.setattr(sync, "read", spoilt)
    assert "example" in [each.id for each in here.desk.projects.all()], "it is there, and comes first"
    assert sync.look(here.desk) == 1
    assert links.standing(here.desk, PROJECT).value.read_at == here.house.clock()


def test_a_look_that_meets_somebody_who_deals_with_a_draft_comes_again_within_a_minute(here: Town, monkeypatch) -> None:
    crowd = iter([True])
    change = sync.links

    def crowded(desk):
        if next(crowd, False):
            raise Conflict("somebody was first")
        return change(desk)

    monkeypatch.setattr(sync, "links", crowded)
    sync.look(here.desk)
    assert links.standing(here.desk, PROJECT).value.read_at is None
    here.look(minutes=1)
    assert links.standing(here.desk, PROJECT).value.read_at == here.house.clock()
