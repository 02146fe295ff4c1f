# SPDX-License-Identifier: Apache-2.0
"""What comes in by form, mail and forge at once: none of it is lost (S6), and one bug that comes by all three doors
becomes one case with every credit and every thread (S76)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.mail import post
from tests.mail.test_main_path import address
from tests.outside.places import PROJECT, Town, town
from tests.outside.test_forge_inbound import hook, reported, words_heard
from tocsin.core.case import commands as cmd
from tocsin.core.case.tables import RM
from tocsin.core.intake import Identity, Report
from tocsin.core.vocabulary import Audience, Refused
from tocsin.services import intake, lookalikes, relating, room
from tocsin.services.intake import Receipt

COUNT = 1000
TITLE = "Out-of-bounds read in demo_ext"
STEPS = "1. Start the server.\n2. Send `SELECT leak()`, then read what demo_ext_read() in demo_ext/reader.c gives back."


@pytest.fixture
def here() -> Town:
    made = town()
    assert made.desk.mail
    made.desk = replace(made.desk, mail=replace(made.desk.mail, trusted=post.TRUSTED))
    made.house = replace(made.house, desk=made.desk)
    return made


@dataclass
class Crowd:
    """People who write all the time, by whichever door; `refused` counts what was sent back with a reason."""

    here: Town
    chance: random.Random
    refused: int = 0
    phrase: str = ""
    address: str = ""

    def form(self, number: int, **more: str) -> None:
        said = {"title": f"Crash {number}", "reproduce": f"Run query {number}.", "version": "7.3.1", **more}
        house = self.here.house
        got = intake.receive(house.front, PROJECT, Report(**said), house.front.mint.nonce(), f"192.0.2.{number % 9}")
        self.refused += isinstance(got, Refused)

    def nothing_said(self, number: int) -> None:
        self.form(number, title=" ", reproduce="")

    def from_the_room(self, number: int) -> None:
        door = room.enter(self.here.house.front, self.phrase)
        assert door
        room.leave(self.here.house.front, door, room.Hear(text=f"More of it: {number}."))

    def mail(self, number: int, **more: object) -> None:
        said = {"text": f"It stops at row {number}.", "subject": f"Stop {number}", "message_id": f"m{number}@e", **more}
        to = str(said.get("to", post.BOX))
        post.arrive(self.here.house, post.mail(**said), to=to)  # type: ignore[arg-type]

    def answer(self, number: int) -> None:
        self.mail(number, subject="Re: First", to=self.address)

    def bounce(self, number: int) -> None:
        self.mail(number, sender="MAILER-DAEMON@example.net", headers=("Auto-Submitted: auto-replied",))

    def out_of_office(self, number: int) -> None:
        self.mail(number, headers=("Auto-Submitted: auto-replied", "Precedence: bulk"))

    def two_senders(self, number: int) -> None:
        self.mail(number, sender="a@example.net, b@example.net")

    def noise(self, number: int) -> None:
        post.arrive(self.here.house, self.chance.randbytes(400) + str(number).encode(), via="feed", sender=None)

    def forge(self, number: int) -> None:
        self.here.github.world.report("finder", summary=f"Leak {number}", description=f"See row {number}.")

    def doors(self) -> dict[Callable[[int], None], int]:
        """Every way to write, by how often it is taken."""
        return {
            self.form: 8, self.nothing_said: 3, self.from_the_room: 4, self.mail: 6, self.answer: 3, self.bounce: 1,
            self.out_of_office: 1, self.two_senders: 1, self.noise: 1, self.forge: 2,
        }  # fmt: skip


def heard(here: Town) -> int:
    """Words in the threads of all cases, beside what opened them."""
    return sum(len(words_heard(here, ref)) for ref in here.refs())


@pytest.mark.slow
def test_of_a_thousand_of_all_kinds_every_one_is_a_case_words_in_a_case_held_or_refused(here: Town) -> None:
    crowd = Crowd(here, random.Random(6))
    said = Report(title="First", reproduce="Run it.", version="7.3.1")
    first = intake.receive(here.house.front, PROJECT, said, here.house.front.mint.nonce())
    assert isinstance(first, Receipt)
    crowd.phrase = first.phrase
    post.deliver(here.house, post.mail(subject="First", message_id="first@e"))
    by_mail = next(ref for ref in here.refs() if ref != first.case)
    crowd.address = address(here.house, by_mail)
    before = len(here.refs())

    ways = crowd.doors()
    for number in range(COUNT):
        crowd.chance.choices(list(ways), list(ways.values()))[0](number)
        if number % 100 == 99:
            post.work(here.house)
            here.look()
    while here.desk.outside.arrivals.waiting(1):
        post.work(here.house)
    here.look()

    held = post.quarantine(here.house)
    found = Counter(cases=len(here.refs()) - before, words=heard(here), held=len(held), refused=crowd.refused)
    assert found.total() == COUNT, found
    assert min(found.values()) > COUNT // 50, "of every kind there were some"
    assert all(each.because for each in held)


def test_one_bug_by_form_mail_and_forge_is_seen_as_such_and_becomes_one_case_with_three_threads(here: Town) -> None:
    said = Report(
        title=TITLE, reproduce=STEPS, version="7.0.3", identity=Identity(name="Kim", contact="kim@example.org")
    )
    receipt = intake.receive(here.house.front, PROJECT, said, here.house.front.mint.nonce())
    assert isinstance(receipt, Receipt)
    post.deliver(here.house, post.mail(STEPS, subject=TITLE))
    ghsa = reported(here, description=STEPS)
    hook(here, ghsa)
    here.turn()
    by_form = receipt.case
    channels = {here.case(ref).report.channel: ref for ref in here.refs()}
    assert set(channels) == {"web", "mail", "forge"}

    lookalikes.catch_up(here.desk)
    here.turn()
    alike = lookalikes.alike(here.desk, here.house.dana, by_form, PROJECT, here.case(by_form).report)
    assert {channels["mail"], channels["forge"]} <= {each.id for each in alike}, "it is suggested"

    here.accept(by_form)
    for other in (channels["mail"], channels["forge"]):
        merged = relating.merge(here.desk, by_form, other, here.dana, "The same read past the end.")
        assert not isinstance(merged, Refused), merged
    case = here.case(by_form)
    assert [each.identity.name for each in case.reports] == ["Kim", "Ann Lee", "finder"]
    assert {here.case(ref).rm for ref in (channels["mail"], channels["forge"])} == {RM.DEFERRED}

    here.github.world.comment(ghsa, "finder", "Also on ARM.")
    here.look()
    post.deliver(here.house, post.mail("Also on PPC.", subject=f"Re: {TITLE}", message_id="m2@e"),
                 to=address(here.house, channels["mail"]))  # fmt: skip
    door = room.enter(here.house.front, receipt.phrase)
    assert door
    room.leave(here.house.front, door, room.Hear(text="Also on x86."))
    here.turn()
    assert sorted(words_heard(here, by_form)) == ["Also on ARM.", "Also on PPC.", "Also on x86."]
    for ref, name in ((channels["mail"], "Ann"), (channels["forge"], "finder")):
        here.move(by_form, cmd.Say(audience=Audience.PARTY, party=ref, text=f"Thank you, {name}."))
    here.look()
    assert any("Thank you, finder." in each["body"] for each in here.github.world.comments[ghsa])
    assert not any("Thank you, Ann." in each["body"] for each in here.github.world.comments[ghsa])
