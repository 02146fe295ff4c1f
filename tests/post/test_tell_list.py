# SPDX-License-Identifier: Apache-2.0
"""linux-distros: shown byte for byte, then exactly that is signed, encrypted to the list's key and sent, once."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from pysequoia import Tsk

from tests.post.conftest import PROJECT, Mailed, decrypted, person, public
from tests.services.acts import act, ready, report
from tests.services.test_parties import leave
from tocsin.core.case import commands as cmd
from tocsin.core.mail_out.lists import rules
from tocsin.core.mail_out.model import File
from tocsin.core.vocabulary import Refused
from tocsin.services import room
from tocsin.services.ports.mail_out import Delivered, Fate
from tocsin.services.post import list_keys, tell_list
from tocsin.services.queries import case as query
from tocsin.testing.post import read

LIST = "linux-distros"
ADDRESS = rules(LIST).address
DAYS = rules(LIST).max_days


@pytest.fixture
def key() -> Tsk:
    return person(ADDRESS)


def given(mailed: Mailed, key: Tsk) -> None:
    fingerprint = str(key.extract_certificate().fingerprint)
    taken = list_keys.give(mailed.home.desk, PROJECT, LIST, public(key), fingerprint, mailed.home.dana)
    assert not isinstance(taken, Refused), taken


def embargoed(mailed: Mailed, days: int = 10) -> str:
    """A case that is ready, with an agreed date."""
    home = mailed.home
    receipt = report(home)
    ready(home, receipt.case)
    ends = home.clock() + timedelta(days=days, hours=-1)
    act(home, receipt.case, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    leave(home, receipt.phrase, room.AcceptEmbargo(proposal="prp_1"))
    mailed.work()
    return receipt.case


def opened(mailed: Mailed, ref: str, who: str = ""):
    found = query.authorised(mailed.home.desk, ref, who or mailed.home.dana, "test")
    assert found
    return found


def show(mailed: Mailed, ref: str, **more: object) -> tell_list.Shown | Refused:
    return tell_list.show(mailed.home.desk, opened(mailed, ref)[1], LIST, **more)  # type: ignore[arg-type]


def tell(mailed: Mailed, ref: str, word: str, **more: object) -> Delivered | Refused:
    actor, found = opened(mailed, ref)
    return tell_list.tell(mailed.home.desk, found, actor, LIST, word, **more)  # type: ignore[arg-type]


def sent(mailed: Mailed) -> list[EmailMessage]:
    return mailed.server.to(ADDRESS)


def test_what_was_shown_is_what_the_list_decrypts_and_the_case_notes_it(mailed: Mailed, key: Tsk) -> None:
    team = mailed.teams.make(PROJECT, ["WarehousePG security <security@warehousepg.org>"])
    given(mailed, key)
    ref = embargoed(mailed)
    files = (File(name="../fix 7.4 (final).patch", body=b"--- a\n+++ b\n"),)
    shown = show(mailed, ref, files=files)
    assert isinstance(shown, tell_list.Shown), shown
    assert sent(mailed) == [], "showing sends nothing"
    mailed.home.clock.advance(timedelta(minutes=20))
    done = tell(mailed, ref, shown.word, files=files)
    assert isinstance(done, Delivered), done
    (mail,) = sent(mailed)
    assert mail["Subject"] == "[vs] WarehousePG"
    (wire,) = [each.body for each in mailed.server.sent if each.to == ADDRESS]
    inside, signers = decrypted(key, wire, team.body)  # type: ignore[union-attr]
    assert inside == shown.body.decode()
    assert signers == [team.fingerprint]  # type: ignore[union-attr]
    assert "Subject: [vs] WarehousePG: Out-of-bounds read" in inside
    assert "UNDER EMBARGO until 2026-03-1" in inside
    assert 'filename="fix_7.4_final_.patch"' in inside
    assert b"Out-of-bounds" not in wire
    assert ("linux-distros-posted", mailed.home.clock()) in [
        (each.name, each.at) for each in opened(mailed, ref)[1].case.recorded
    ]
    again = show(mailed, ref)
    assert isinstance(again, tell_list.Shown)
    refused = tell(mailed, ref, again.word)
    assert isinstance(refused, Refused)
    assert "was told already" in refused.because
    assert len(sent(mailed)) == 1


@pytest.mark.parametrize("days", [DAYS, DAYS + 2])
def test_no_longer_than_the_lists_days(mailed: Mailed, key: Tsk, days: int) -> None:
    given(mailed, key)
    shown = show(mailed, embargoed(mailed, days))
    assert isinstance(shown, Refused) is (days > DAYS), shown


def test_without_the_lists_key_nothing_leaves(mailed: Mailed) -> None:
    ref = embargoed(mailed)
    shown = show(mailed, ref)
    assert isinstance(shown, tell_list.Shown)
    refused = tell(mailed, ref, shown.word)
    assert isinstance(refused, Refused)
    assert refused.code == "no-list-key"
    assert sent(mailed) == []


def test_another_key_than_the_one_named_is_not_taken(mailed: Mailed, key: Tsk) -> None:
    desk, other = mailed.home.desk, str(person(ADDRESS).extract_certificate().fingerprint)
    assert list_keys.give(desk, PROJECT, LIST, public(key), other, "x") == list_keys.OTHER
    assert isinstance(list_keys.give(desk, PROJECT, "oss-security", public(key), other, "x"), Refused)
    assert isinstance(list_keys.usable(desk, PROJECT, LIST), Refused)


def test_what_changed_since_it_was_shown_or_is_old_does_not_leave(mailed: Mailed, key: Tsk) -> None:
    given(mailed, key)
    ref = embargoed(mailed)
    shown = show(mailed, ref)
    assert isinstance(shown, tell_list.Shown)
    assert tell(mailed, ref, shown.word, files=(File(name="more.patch", body=b"x"),)) == tell_list.CHANGED
    assert tell(mailed, ref, "yesterday") == tell_list.CHANGED
    mailed.home.clock.advance(timedelta(hours=2))
    assert tell(mailed, ref, shown.word) == tell_list.CHANGED
    assert sent(mailed) == []


def test_what_the_server_did_not_take_is_not_noted(mailed: Mailed, key: Tsk) -> None:
    given(mailed, key)
    ref = embargoed(mailed)
    shown = show(mailed, ref)
    assert isinstance(shown, tell_list.Shown)
    mailed.server.fates = [Delivered(fate=Fate.LATER, code=451)]
    assert tell(mailed, ref, shown.word) == Delivered(fate=Fate.LATER, code=451)
    assert not [each for each in opened(mailed, ref)[1].case.recorded if each.name == rules(LIST).moment]
    assert isinstance(tell(mailed, ref, shown.word), Delivered)
    first = read(mailed.server.sent[-1].body)["Message-ID"]
    assert first == f"<{shown.made.mail.id}>"


def test_a_public_list_is_written_to_by_publishing_alone(mailed: Mailed) -> None:
    ref = report(mailed.home).case
    ready(mailed.home, ref)
    actor, found = opened(mailed, ref)
    shown = tell_list.show(mailed.home.desk, found, "oss-security")
    assert isinstance(shown, tell_list.Shown), shown
    refused = tell_list.tell(mailed.home.desk, found, actor, "oss-security", shown.word)
    assert isinstance(refused, Refused)
    assert "is public" in refused.because
