# SPDX-License-Identifier: Apache-2.0
"""Mail that does not arrive is told beside the words it carried, and can be sent again."""

from __future__ import annotations

from datetime import timedelta

from tests.post.conftest import FINDER, Mailed
from tests.services.acts import act
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience
from tocsin.services import cases
from tocsin.services.ports.mail_out import Delivered, Fate
from tocsin.services.post import reached


def said(mailed: Mailed, ref: str) -> tuple[Case, int]:
    """Say something to the reporter; the case, and the line."""
    act(mailed.home, ref, cmd.Say(audience=Audience.REPORTER, text="We look at it."))
    opened = cases.open_case(mailed.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case, opened.case.seq


def test_what_a_server_refused_stands_beside_the_words_and_leaves_when_it_is_sent_again(mailed: Mailed) -> None:
    ref = mailed.report()
    mailed.work()
    mailed.server.fates = [Delivered(fate=Fate.NEVER, code=550)]
    case, seq = said(mailed, ref)
    mailed.work()
    desk = mailed.home.desk
    (trouble,) = reached.troubles(desk, case, (1, seq)).values()
    assert (trouble.given_up, trouble.tries, trouble.code) == (True, 1, "never-550")
    assert reached.again(desk, case, seq)
    assert reached.troubles(desk, case, (seq,)) == {}
    mailed.work()
    assert len(mailed.server.to(FINDER)) == 1
    assert not reached.again(desk, case, seq), "what arrived is not sent again"


def test_what_still_waits_is_told_as_such(mailed: Mailed) -> None:
    ref = mailed.report()
    mailed.work()
    mailed.server.fates = [Delivered(fate=Fate.LATER, code=451)]
    case, seq = said(mailed, ref)
    mailed.work()
    assert not reached.troubles(mailed.home.desk, case, (seq,))[seq].given_up
    mailed.home.clock.advance(timedelta(minutes=10))
    mailed.work()
    assert reached.troubles(mailed.home.desk, case, (seq,)) == {}


def test_a_line_that_no_mail_was_written_for_cannot_be_sent_again(mailed: Mailed) -> None:
    case, seq = said(mailed, mailed.report())
    assert not reached.again(mailed.home.desk, case, seq + 1)
