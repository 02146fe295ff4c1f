# SPDX-License-Identifier: Apache-2.0
"""One instance witnesses another: growth is signed for, and no second story is, however it is told."""

from __future__ import annotations

import pytest

from tests.services.acts import report
from tocsin.core.log import line, note
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli import verify_log
from tocsin.services import logbook, transparency, witness
from tocsin.testing.house import House, house

URL = "https://security.example.org"


class Pair:
    """A log, and somebody who watches it at the addresses where the public room would serve it."""

    def __init__(self) -> None:
        self.log, self.watcher = house(), house(name="watch.example.net")
        self.watcher.far.reach = self.serve

    def serve(self, address: str) -> bytes:
        front = self.log.front
        place, _, query = address.removeprefix(f"{URL}/.well-known/tocsin-log/").partition("?")
        asked = dict(pair.split("=") for pair in query.split("&") if pair)
        found = {
            "checkpoint": front.log.checkpoint,
            "key": lambda: transparency.key(front.log, front.log_key).text + "\n",
            "consistency": lambda: transparency.consistency(front.log, int(asked["old"]), int(asked["new"])),
        }[place]()
        if found is None:
            raise OSError(f"{address} answers 404")
        return found.encode()

    def grow(self, reports: int = 1) -> None:
        for _ in range(reports):
            report(self.log)
        logbook.grow(self.log.desk)

    def look(self, key: str = "") -> witness.Witnessed | Refused:
        return witness.look(self.watcher.desk, f"{URL}/", key)

    def remembered(self) -> str:
        return self.watcher.store.peers.peers[URL].note


@pytest.fixture
def pair() -> Pair:
    made = Pair()
    made.grow(2)
    return made


def restart(home: House, keep: int) -> None:
    """Rewrite the log with its own key so that it begins with only `keep` of its leaves."""
    tables = home.store.log.tables
    tables.new[:] = tables.leaves[:keep]
    for table in (tables.leaves, tables.nodes, tables.notes):
        table.clear()
    logbook.grow(home.desk)


def test_a_log_that_grows_is_signed_for_each_time(pair: Pair) -> None:
    for reports, (before, size) in ((0, (0, 4)), (0, (4, 4)), (1, (4, 6)), (5, (6, 16))):
        pair.grow(reports)
        seen = pair.look()
        assert isinstance(seen, witness.Witnessed)
        assert (seen.before, seen.size) == (before, size)


def test_the_cosignature_is_one_that_the_stand_alone_verifier_believes(pair: Pair) -> None:
    seen = pair.look()
    assert isinstance(seen, witness.Witnessed)
    own, witnessing = verify_log.read_key(seen.key), verify_log.read_key(seen.witness)
    assert verify_log.read_checkpoint(seen.note, [own, witnessing]).size == 4
    with pytest.raises(verify_log.Broken, match="does not hold"):
        verify_log.read_checkpoint(seen.note, [own])


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_a_log_that_was_rewritten_by_the_holder_of_its_key_is_caught(pair: Pair, keep: int) -> None:
    pair.look()
    before = pair.remembered()
    restart(pair.log, keep)
    pair.grow(4)
    refused = pair.look()
    assert isinstance(refused, Refused)
    assert refused.code == "log-forked"
    assert refused.missing == (before, pair.log.desk.log.checkpoint())
    assert pair.remembered() == before, "what was seen first stays the evidence"


def test_a_log_that_was_cut_is_caught(pair: Pair) -> None:
    pair.look()
    restart(pair.log, 2)
    refused = pair.look()
    assert isinstance(refused, Refused)
    assert refused.code == "log-forked"


def test_a_log_of_the_same_size_that_says_something_else_is_caught(pair: Pair) -> None:
    pair.look()
    pair.log.store.log.tables.leaves.reverse()
    restart(pair.log, 4)
    assert isinstance(pair.look(), Refused)


def test_a_log_that_takes_another_name_is_caught(pair: Pair) -> None:
    pair.look()
    pair.log = house(name="elsewhere.example.org")
    pair.grow(3)
    refused = pair.look()
    assert isinstance(refused, Refused)


def test_a_checkpoint_under_another_key_is_refused(pair: Pair) -> None:
    pair.look()
    stranger = house(name="stranger.example.org").desk
    written = note.decode(pair.log.desk.log.checkpoint())
    key = transparency.key(pair.log.front.log, stranger.log_notary.public)
    again = note.signed(note.Note(text=written.text), key, stranger.log_notary.sign(written.text.encode()))
    pair.log.store.log.tables.notes[4] = note.encode(again)
    refused = pair.look()
    assert isinstance(refused, Refused)
    assert refused.code == "log-malformed"


def test_a_pinned_key_is_the_only_one_that_counts(pair: Pair) -> None:
    right = transparency.key(pair.log.front.log, pair.log.front.log_key).text
    wrong = transparency.key(pair.log.front.log, house(name="x.example.org").front.log_key).text
    refused = pair.look(wrong)
    assert isinstance(refused, Refused)
    assert isinstance(pair.look(right), witness.Witnessed)
    assert isinstance(pair.look(wrong), Refused), "nor later, in place of the one it was seen under"


@pytest.mark.parametrize("shown", [b"", b"hello", b"\xff\xfe", b"a\n1\nb\n\n"])
def test_what_is_no_checkpoint_is_refused(pair: Pair, shown: bytes) -> None:
    key = transparency.key(pair.log.front.log, pair.log.front.log_key).text
    pair.watcher.far.reach = lambda address: shown
    refused = pair.look(key)
    assert isinstance(refused, Refused)
    assert refused.code == "log-malformed"


def test_a_log_that_cannot_be_reached_is_nobodys_fault(pair: Pair) -> None:
    pair.look()
    before = pair.remembered()

    def gone(address: str) -> bytes:
        raise OSError("gone")

    pair.watcher.far.reach = gone
    with pytest.raises(OSError, match="gone"):
        pair.look()
    assert pair.remembered() == before


@pytest.mark.parametrize("proof", [b"", b"!\n", b"AAAA\n", b"\xff"])
def test_a_proof_that_proves_nothing_is_no_continuation(pair: Pair, proof: bytes) -> None:
    pair.look()
    pair.grow()

    def lying(address: str) -> bytes:
        return proof if "consistency" in address else pair.serve(address)

    pair.watcher.far.reach = lying
    refused = pair.look()
    assert isinstance(refused, Refused)
    assert refused.code == "log-forked"


def folded(pair: Pair) -> str:
    """The line that a digest sent today would end with."""
    return line.fold(pair.log.front.log.checkpoint() or "")


def test_a_line_kept_from_a_mail_holds_the_log_to_what_it_said(pair: Pair) -> None:
    mail = f"Hello,\n> quoted\n\n{folded(pair)}\n"
    assert len(folded(pair)) < 250
    pair.grow(3)
    seen = witness.kept(pair.watcher.desk, URL, mail)
    assert isinstance(seen, witness.Witnessed), seen
    restart(pair.log, keep=1)
    fresh = Pair()
    fresh.log = pair.log
    refused = witness.kept(fresh.watcher.desk, URL, mail)
    assert isinstance(refused, Refused)
    assert refused.code == "log-forked"


def test_a_line_that_was_changed_or_made_up_is_no_evidence(pair: Pair) -> None:
    good = folded(pair)
    origin, size, root, signature = good.removeprefix(f"{line.MARK} ").split()
    for bad in (
        f"{line.MARK} {origin} {int(size) + 1} {root} {signature}",
        f"{line.MARK} {origin} {size} {root}",
        "no line at all",
    ):
        refused = witness.kept(pair.watcher.desk, URL, bad)
        assert isinstance(refused, Refused)
        assert refused.code == "log-malformed"


def test_folding_and_unfolding_give_the_checkpoint_of_the_log_itself(pair: Pair) -> None:
    published = pair.log.front.log.checkpoint() or ""
    assert line.unfold(folded(pair)) == published
    assert line.fold("nothing") == ""
