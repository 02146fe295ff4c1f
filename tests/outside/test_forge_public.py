# SPDX-License-Identifier: Apache-2.0
"""Public issues that may be reports (S13, S24), and reports that belong in public (S24, S25)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.outside.places import PROJECT, Town, town
from tests.outside.test_forge_inbound import words_heard  # noqa: F401 - the same installation
from tocsin.core.case import commands as cmd
from tocsin.core.case.parties import PUBLIC
from tocsin.core.case.party_commands import PassOn
from tocsin.core.forge import scrub, suspects
from tocsin.core.intake import Attachment, Identity, Report
from tocsin.core.vocabulary import Actor, ActorKind, Refused, RejectionClass, ReportKind
from tocsin.services import cases, intake
from tocsin.services.forge import door, links, public, watch
from tocsin.services.forge.door import deliver
from tocsin.testing.github.double import signed

POC = "Heap buffer overflow in parse_header", "An attacker can crash it:\n```\ncurl -d @poc http://host/\n```"


@pytest.fixture
def here() -> Town:
    return town(watch_issues=True)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        POC,
        ("SQL injection in login", ""),
        ("Crash on start", "AddressSanitizer: heap-use-after-free on address 0x60"),
        ("Question", "Is CVE-2025-12345 fixed in 7.3?"),
        ("Possible security vulnerability", "I would like to report it."),
        ("Weird crash", "A malicious client can exploit this, see PoC"),
    ],
)
def test_what_looks_like_a_report_is_seen(title: str, body: str) -> None:
    assert suspects.look(title, body).likely


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Typo in the README", "It says teh."),
        ("Please add dark mode", "My eyes."),
        ("Bump cryptography from 1 to 2", "Fixes CVE-2025-1 and a vulnerability"),
        ("Slow query", "It takes ten minutes. Is there an index?"),
        ("Connection leak", "The pool leaks connections under load."),
    ],
)
def test_what_does_not_is_left_alone(title: str, body: str) -> None:
    assert not suspects.look(title, body).likely


def test_a_public_issue_is_proposed_once_and_nothing_is_done_by_itself(here: Town) -> None:
    here.github.world.open_issue("somebody", *POC)
    here.github.world.open_issue("somebody", "Typo in the README", "It says teh.")
    here.look()
    here.look()
    (proposal,) = [each.value for each in watch.waiting(here.desk, PROJECT)]
    assert (proposal.title, proposal.login) == (POC[0], "somebody")
    assert "names a fault of memory" in proposal.signs
    assert here.refs() == []
    assert [each.method for each in here.github.log if each.method != "GET"] == []


def test_a_webhook_about_a_new_issue_proposes_it_at_once(here: Town) -> None:
    issue = here.github.world.open_issue("somebody", *POC)
    secret = door.secret(here.house.front.tokens, PROJECT).encode()
    for action in ("opened", "labeled"):
        said = {"action": action, "issue": issue}
        deliver(here.house.front, PROJECT, *signed("issues", said, secret, f"issue {action}"))
    deliver(here.house.front, PROJECT, *signed("issues", {"action": "opened", "issue": 7}, secret, "odd"))
    here.turn()
    assert [each.value.number for each in watch.waiting(here.desk, PROJECT)] == [issue["number"]]
    assert here.refs() == []


def test_taking_it_up_opens_a_private_case_that_says_how_long_it_was_public(here: Town) -> None:
    issue = here.github.world.open_issue("somebody", *POC)
    here.look(minutes=7)
    here.house.clock.advance(timedelta(minutes=10))
    first = watch.take_up(here.desk, PROJECT, issue["number"], here.house.dana)
    again = watch.take_up(here.desk, PROJECT, issue["number"], here.house.li)
    assert first == again
    assert not isinstance(first, Refused)
    report = here.case(first.case).report
    assert report.kind is ReportKind.ALREADY_PUBLIC
    assert "public for 17 minutes" in report.reproduce
    assert issue["html_url"] in report.reproduce
    assert list(watch.waiting(here.desk, PROJECT)) == []


def test_the_reply_confirms_nothing_and_is_written_once(here: Town) -> None:
    issue = here.github.world.open_issue("somebody", *POC)
    here.look()
    watch.take_up(here.desk, PROJECT, issue["number"], here.house.dana)
    asked = links.forge(here.desk, PROJECT)
    assert asked
    for _ in range(2):
        watch.reply(here.desk, PROJECT, issue["number"], asked)
    (said,) = here.github.world.told[issue["number"]]
    low = said["body"].casefold()
    assert "https://security.example.org/p/warehousepg/report" in said["body"]
    for word in ("vulnerab", "overflow", "confirm", "cve", "whpg-", "exploit", "serious"):
        assert word not in low
    assert suspects.reply("X") == suspects.reply("X")


def test_an_issue_that_is_no_report_stays_away(here: Town) -> None:
    issue = here.github.world.open_issue("somebody", *POC)
    here.look()
    assert not isinstance(watch.leave(here.desk, PROJECT, issue["number"], here.house.dana), Refused)
    here.look()
    assert list(watch.waiting(here.desk, PROJECT)) == []
    assert isinstance(watch.take_up(here.desk, PROJECT, issue["number"], here.house.dana), Refused)


# ---------------------------------------------------------------------------------- a report that belongs in public

SECRETS = ("Ann Onymous", "ann@lab.example", "Example Lab", "dump.bin", "curl -d @poc", "0xdeadbeef", "secret.internal")
REPORT = Report(
    title="The tool crashes when Ann Onymous starts it without a file",
    reproduce="It ends with an error when no file is given.\n\n```\n$ curl -d @poc https://secret.internal/x\n```\n"
    "    indented 0xdeadbeef\nAnn Onymous of Example Lab saw it. Write to ann@lab.example.\n#0 0xdeadbeef in main\n",
    version="7.3.1",
    identity=Identity(name="Ann Onymous", contact="ann@lab.example", affiliation="Example Lab"),
    attachments=(Attachment(blob="blb_1", key=b"k" * 32, name="dump.bin", size=3, sha256="00" * 32),),
)


def rejected(here: Town) -> str:
    receipt = intake.receive(here.house.front, PROJECT, REPORT, b"n" * 16)
    assert not isinstance(receipt, Refused)
    here.lead(receipt.case)
    here.move(receipt.case, cmd.Reject(rejection=RejectionClass.NOT_SECURITY, reason="It is a plain bug. " * 8))
    return receipt.case


def test_the_draft_holds_neither_steps_nor_names(here: Town) -> None:
    ref = rejected(here)
    draft = public.ask(here.desk, ref, here.dana)
    assert isinstance(draft, scrub.Draft)
    text = f"{draft.title}\n{draft.body}"
    assert [each for each in (*SECRETS, ref) if each.casefold() in text.casefold()] == []
    assert "It ends with an error when no file is given." in draft.body
    assert set(draft.left_out) >= {"code", "names", "addresses", "attachments"}


def test_without_the_reporters_word_nothing_leaves(here: Town) -> None:
    ref = rejected(here)
    here.look()
    before = len(here.github.log)
    assert public.publish(here.desk, ref, here.dana) == public.NOT_AGREED
    assert len(here.github.log) == before
    assert here.github.world.issues == []


def test_the_question_stands_in_the_reporters_room_and_the_answer_opens_one_issue(here: Town) -> None:
    ref = rejected(here)
    room = here.case(ref).room
    agreed = cases.handle(here.desk, ref, PassOn(party=PUBLIC), Actor(kind=ActorKind.REPORTER, id=room))
    assert not isinstance(agreed, Refused)
    first = public.publish(here.desk, ref, here.dana)
    again = public.publish(here.desk, ref, here.dana)
    assert first == again
    (issue,) = here.github.world.issues
    assert first == issue["html_url"]
    text = f"{issue['title']}\n{issue['body']}".casefold()
    assert [each for each in (*SECRETS, ref, room) if each.casefold() in text] == []


def test_a_crash_before_the_address_is_known_opens_no_second_issue(here: Town, monkeypatch) -> None:
    ref = rejected(here)
    with monkeypatch.context() as broken:
        real = here.github.world.open_issue

        def die(*args):
            real(*args)
            raise SystemExit

        broken.setattr(here.github.world, "open_issue", die)
        with pytest.raises(SystemExit):
            public.publish(here.desk, ref, here.dana, agreed="by mail, 3 March")
    assert public.publish(here.desk, ref, here.dana) == here.github.world.issues[0]["html_url"]
    assert len(here.github.world.issues) == 1


def test_words_that_somebody_typed_back_in_are_refused(here: Town) -> None:
    ref = rejected(here)
    refused = public.publish(here.desk, ref, here.dana, body=f"See {ref}, found by Ann Onymous.", agreed="by mail")
    assert isinstance(refused, Refused)
    assert refused.code == "not-scrubbed"
    assert set(refused.missing) >= {ref, "Ann Onymous"}
    assert here.github.world.issues == []


def test_only_a_report_that_is_not_about_security_can_be_told_in_public(here: Town) -> None:
    receipt = intake.receive(here.house.front, PROJECT, REPORT, b"m" * 16)
    assert not isinstance(receipt, Refused)
    refused = public.publish(here.desk, receipt.case, here.dana, agreed="by mail")
    assert isinstance(refused, Refused)
    assert refused.code == "not-for-public"
