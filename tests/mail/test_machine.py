# SPDX-License-Identifier: Apache-2.0
"""A machine in trouble loses no mail and concludes nothing from its own trouble; what no machine reads is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.mail import post
from tocsin.core.mail.message import Message
from tocsin.services import arrivals
from tocsin.services.mail import reading
from tocsin.services.ports.child import Failed
from tocsin.services.ports.store import Unavailable
from tocsin.services.stuck import Stuck
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


@pytest.mark.parametrize("again", [True, False])
def test_a_mail_that_no_process_could_look_at_waits_and_is_no_unread_report(home: House, again: bool) -> None:
    assert home.desk.mail
    parse, tries = home.desk.mail.parse, 0

    def short_of_processes(content: bytes) -> Message | Failed:
        nonlocal tries
        tries += 1
        return Failed(because="no process could be started", again=again) if tries < 3 else parse(content)

    home.desk = replace(home.desk, mail=replace(home.desk.mail, parse=short_of_processes))
    post.arrive(home, post.mail())
    stuck = Stuck(home.clock)
    for _ in range(3):
        arrivals.take_up(home.desk, stuck)
        home.clock.advance(timedelta(hours=1))
        stuck.let_go()
    (ref,) = post.refs(home)
    title = post.look(home, ref).case.title
    assert title == ("Crash in the executor" if again else "A mail that could not be taken apart")


def test_a_mail_whose_commit_got_no_answer_is_there_when_it_was_kept_all_the_same(home: House) -> None:
    leave = home.front.arrivals.leave

    class Lost:
        """A store that keeps what it is given, and whose answer does not arrive."""

        waiting, done = home.front.arrivals.waiting, home.front.arrivals.done

        def leave(self, *given: object) -> bool:
            leave(*given)  # type: ignore[arg-type]
            raise Unavailable("the connection was closed")

    whole = home.front
    home.front = replace(whole, arrivals=Lost())  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        post.arrive(home, post.mail())
    home.front = whole
    assert not post.arrive(home, post.mail()), "the sender tries again: it was kept before"
    post.work(home)
    (ref,) = post.refs(home)
    assert post.look(home, ref).case.title == "Crash in the executor"


@pytest.mark.parametrize("kind", ["application/pkcs7-mime; smime-type=enveloped-data", "application/octet-stream"])
def test_a_report_in_smime_says_why_it_has_no_words_and_is_kept_whole(home: House, kind: str) -> None:
    headers = (f"Content-Type: {kind}; name=smime.p7m", "Content-Transfer-Encoding: base64")
    post.deliver(home, post.mail("MIIB", headers=headers))
    (ref,) = post.refs(home)
    case = post.look(home, ref).case
    assert case.title == "Crash in the executor"
    told = " ".join(str(entry.event) for entry in post.entries(home, ref))
    assert (reading.SMIME in told) is ("pkcs7" in kind), "the control: any other file is a file"
    assert ("original.eml" in told) is True
