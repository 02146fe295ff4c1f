# SPDX-License-Identifier: Apache-2.0
"""The transparency log at work: it remembers what happened, proves it to outsiders, and tells of every falsification.

Falsifications are made as somebody would who holds the database and every key of the instance, behind its back.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from nacl.signing import VerifyKey

from tests.services.acts import PROJECT, REPORT, act, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.log import leaf, note
from tocsin.core.vocabulary import Audience, Refused
from tocsin.delivery.cli import verify_log
from tocsin.services import leaves, logbook, looks, proof, room, sealing, transparency, worker
from tocsin.services.ports.store import Unavailable
from tocsin.services.queries import case as query
from tocsin.services.verify import verify
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


def settle(home: House) -> None:
    """Let the worker do everything there is to do."""
    while not worker.run_once(home.desk).idle:
        pass


def busy(home: House) -> str:
    """A log of several checkpoints over two cases; returns the first case."""
    receipt = report(home)
    settle(home)
    act(home, receipt.case, cmd.Say(audience=Audience.TEAM, text="ok"))
    report(home)
    settle(home)
    act(home, receipt.case, cmd.Investigate(effect="Reads", criticality="high", affected_versions="7.x"))
    settle(home)
    assert verify(home.desk).findings == ()
    return receipt.case


def embargoed(home: House) -> str:
    """A case whose embargo both sides accepted."""
    receipt = report(home)
    act(home, receipt.case, cmd.Say(audience=Audience.REPORTER, text="Thanks.", plan="We look.", workarounds="None."))
    act(home, receipt.case, cmd.Investigate(effect="Reads", criticality="high", affected_versions="7.x"))
    act(home, receipt.case, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real.")))
    act(home, receipt.case, cmd.ProposeEmbargo(proposal="prp_1", ends_at=home.clock() + timedelta(days=20)))
    door = room.enter(home.front, receipt.phrase)
    (offer,) = room.look(home.front, door, PROJECT).status.proposals
    room.leave(home.front, door, room.AcceptEmbargo(proposal=offer.id))
    settle(home)
    view = query.view(home.desk, receipt.case, home.dana)
    assert view.embargoed
    return receipt.case


def opened_key(home: House, ref: str):
    head = home.desk.journal.head(ref)
    return home.desk.vault.case_key(ref, head.wrapped_key, "test", "test")


def exported(home: House) -> bytes:
    lines = logbook.export(home.desk)
    assert not isinstance(lines, Refused)
    return "".join(lines).encode()


# ------------------------------------------------------------------------------------------------------ remembering


def test_every_journal_line_and_every_receipt_has_its_leaf(home: House) -> None:
    busy(home)
    journalled = sum(head.seq for head in home.desk.journal.cases())
    assert len(home.desk.log.leaves(0, 100)) == journalled + 2
    assert transparency.standing(home.desk.log).checkpoint.size == journalled + 2


def test_a_busy_worker_lets_leaves_gather_and_an_idle_one_signs(home: House) -> None:
    report(home)
    assert worker.run_once(home.desk).logged == 0
    turn = worker.run_once(home.desk)
    assert (turn.logged, turn.idle) == (2, False)
    assert worker.run_once(home.desk).idle


def test_a_worker_that_is_never_idle_signs_when_enough_has_gathered(home, monkeypatch) -> None:
    monkeypatch.setattr(worker, "GATHERED", 4)
    report(home)
    assert worker.run_once(home.desk).logged == 0
    report(home)
    assert worker.run_once(home.desk).logged == 4


def test_the_log_keeps_its_name_when_the_instance_moves(home: House) -> None:
    busy(home)
    moved = house(name="elsewhere.example.net").desk
    desk = replace(home.desk, site=moved.site)
    report(home)
    while not worker.run_once(desk).idle:
        pass
    assert transparency.standing(desk.log).checkpoint.origin == "security.example.org/log"
    assert verify(desk).findings == ()


def test_leaves_name_nobody_and_quote_nothing(home: House) -> None:
    ref = busy(home)
    key, places = opened_key(home, ref), sealing.Places(home.desk.sealer.instance)
    for sealed in home.desk.journal.entries(ref):
        (body,) = sealing.open_bodies(places, key, ref, [sealed])
        entry = ev.decode(body)
        said = leaves.of_entry(places, key, ref, entry, body).text
        assert json.loads(said)["what"] == ev.name(entry.event)
        assert entry.actor.id not in said or entry.actor.id in ("clock", "system")
        assert REPORT.title not in said


def test_without_the_case_key_no_leaf_can_be_told_from_another(home: House) -> None:
    """What an intruder can compute without the key are texts; commitments also take a salt that is stored nowhere."""
    ref = busy(home)
    key, places = opened_key(home, ref), sealing.Places(home.desk.sealer.instance)
    (body, *_) = sealing.open_bodies(places, key, ref, home.desk.journal.entries(ref))
    shown = leaves.of_entry(places, key, ref, ev.decode(body), body)
    other, _ = home.front.sealer.new_case_key(ref)
    assert home.desk.log.standing([leaves.commitment(shown)])
    assert not home.desk.log.standing([leaf.commitment(other.salt(places.leaf("entry/1", ref)), shown.text)])
    stored = repr([home.store.log.tables.leaves, home.store.log.tables.nodes, home.store.log.tables.notes])
    assert repr(shown.salt)[2:-1] not in stored
    assert ref not in stored


# ---------------------------------------------------------------------------------------------------------- proving


def test_an_exported_log_passes_the_stand_alone_verifier(home: House, tmp_path) -> None:
    busy(home)
    said = verify_log.verify(exported(home), [transparency.key(home.front.log, home.front.log_key).text])
    assert said.endswith("all under the checkpoint of security.example.org/log")
    kept = home.desk.log.checkpoint()
    report(home)
    settle(home)
    assert verify_log.verify(exported(home), seen=[kept])


def test_an_empty_log_is_not_exported(home: House) -> None:
    assert isinstance(logbook.export(home.desk), Refused)
    assert verify(home.desk).findings == ()


def test_a_receipt_shows_its_leaf_at_once_and_proves_it_when_the_checkpoint_stands(home: House) -> None:
    receipt = report(home)
    given = receipt.proof
    assert leaf.commitment(bytes.fromhex(given.leaf_salt), given.leaf) == given.commits_to
    assert json.loads(given.leaf)["digest"] == given.commitment == proof.commitment(REPORT, bytes.fromhex(given.salt))
    door = room.enter(home.front, receipt.phrase)
    assert room.logged(home.front, room.look(home.front, door, PROJECT)) is None
    settle(home)
    file = room.logged(home.front, room.look(home.front, door, PROJECT))
    assert verify_log.verify(file.encode()).startswith("1 of 2 entries proven")
    report(home)
    settle(home)
    assert verify_log.verify(room.logged(home.front, room.look(home.front, door, PROJECT)).encode())
    assert verify_log.verify(file.encode()), "an old proof stays good"


def test_the_signed_receipt_covers_its_leaf(home: House) -> None:
    given = report(home).proof
    key = VerifyKey(bytes.fromhex(given.key))
    key.verify(proof.statement(given), bytes.fromhex(given.signature))
    other = msgspec.structs.replace(given, leaf_salt="00" * 32)
    with pytest.raises(Exception, match="forged"):
        key.verify(proof.statement(other), bytes.fromhex(given.signature))


def test_a_proof_of_somebody_elses_leaf_is_found_out(home: House) -> None:
    receipt = report(home)
    settle(home)
    door = room.enter(home.front, receipt.phrase)
    file = room.logged(home.front, room.look(home.front, door, PROJECT))
    assert receipt.case in file
    with pytest.raises(verify_log.Broken, match="not in the log"):
        verify_log.verify(file.replace(receipt.case, receipt.case[:-1] + "z").encode())


def test_anybody_gets_proofs_of_consistency_and_inclusion(home: House) -> None:
    busy(home)
    log = home.front.log
    published, checkpoint = transparency.standing(log)
    for old, _ in log.checkpoints(0, 10):
        assert transparency.consistency(log, old, checkpoint.size) is not None
    assert transparency.consistency(log, 3, checkpoint.size + 1) is None
    assert transparency.consistency(log, 4, 3) is None
    text = transparency.inclusion(log, log.leaves(3, 1)[0])
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 3\n")
    assert text.endswith(published)
    assert transparency.inclusion(log, b"\x00" * 32) is None


# ---------------------------------------------------------------------------------------------------------- looking


def test_every_look_at_an_embargoed_case_is_recorded_for_whom_it_was_shown(home: House) -> None:
    ref = embargoed(home)
    before = len(list(looks.of(home.desk, ref, opened_key(home, ref))))
    assert query.view(home.desk, ref, home.li)
    recorded = [seen for seen, _ in looks.of(home.desk, ref, opened_key(home, ref))]
    assert len(recorded) == before + 1
    assert (recorded[-1].by, recorded[-1].name, recorded[-1].purpose) == (home.li, "Li", "case.read")
    assert home.li not in repr(home.store.log.tables.looks)
    settle(home)
    assert verify(home.desk).findings == ()


def test_a_case_without_an_embargo_is_read_without_a_record(home: House) -> None:
    receipt = report(home)
    assert query.view(home.desk, receipt.case, home.dana)
    assert home.store.log.tables.looks == []


def test_nobody_who_may_not_read_leaves_a_record(home: House) -> None:
    ref = embargoed(home)
    before = list(home.store.log.tables.looks)
    assert query.view(home.desk, ref, "usr_unknown") is None
    assert home.store.log.tables.looks == before


def test_a_look_that_cannot_be_recorded_shows_nothing(home: House) -> None:
    ref = embargoed(home)
    home.store.refusal = Unavailable("the disk is full")
    with pytest.raises(Unavailable):
        query.view(home.desk, ref, home.dana)


# ------------------------------------------------------------------------------------------------------- falsifying


def what(home: House) -> str:
    return "; ".join(f"{each.case}: {each.what}" for each in verify(home.desk).findings)


def test_a_leaf_that_was_dropped_is_found(home: House) -> None:
    ref = busy(home)
    home.store.log.tables.leaves.pop(2)
    assert f"{ref}: the log does not remember journal line 2" in what(home)
    assert "log: the tree has" in what(home)
    with pytest.raises(verify_log.Broken):
        verify_log.verify(exported(home))


def test_a_leaf_that_never_came_is_found(home: House) -> None:
    receipt = report(home)
    del home.store.log.tables.new[0]
    assert what(home) == f"{receipt.case}: the log does not remember journal line 1 as it stands there"


def test_a_journal_line_that_was_changed_with_the_right_key_is_found(home: House) -> None:
    """Somebody who holds every key rewrites a team note: the journal opens and replays, and the log knows better."""
    ref = busy(home)
    key, places = opened_key(home, ref), sealing.Places(home.desk.sealer.instance)
    lines = home.store._tables.lines[ref]
    entry = ev.decode(key.open(lines[1].body, places.entry(ref, 2)))
    forged = msgspec.structs.replace(entry, event=msgspec.structs.replace(entry.event, text="no"))
    lines[1] = msgspec.structs.replace(lines[1], body=key.seal(ev.encode(forged), places.entry(ref, 2)))
    assert what(home) == f"{ref}: the log does not remember journal line 2 as it stands there"


def test_a_leaf_that_was_exchanged_is_found(home: House) -> None:
    busy(home)
    kept = home.desk.log.checkpoint()
    home.store.log.tables.leaves[1] = b"\x00" * 32
    assert "log: a hash over leaf" in what(home)
    assert "is of another tree" in what(home)
    with pytest.raises(verify_log.Broken):
        verify_log.verify(exported(home), seen=[kept])


def test_a_node_that_was_changed_is_found(home: House) -> None:
    busy(home)
    home.store.log.tables.nodes[1, 0] = b"\x00" * 32
    assert what(home) == "log: a hash over leaf 0 is not what its leaves give"


@pytest.mark.parametrize("size_changed", [False, True])
def test_a_checkpoint_that_was_rewritten_without_the_key_is_found(home: House, size_changed: bool) -> None:
    busy(home)
    notes = home.store.log.tables.notes
    size = min(notes)
    written = note.decode(notes[size])
    head = note.checkpoint(written)
    forged = msgspec.structs.replace(head, root=b"\x00" * 32) if not size_changed else head
    signature = b"\x00" * 64 if size_changed else written.signatures[0].signature
    again = note.Note(text=note.checkpoint_text(forged))
    key = transparency.key(home.front.log, home.front.log_key)
    notes[size] = note.encode(note.signed(again, key, signature))
    expected = "does not hold" if size_changed else "is of another tree"
    assert expected in what(home)
    with pytest.raises(verify_log.Broken):
        verify_log.verify(exported(home))


def test_a_log_rewritten_with_its_key_passes_and_is_found_by_whoever_kept_a_checkpoint(home: House) -> None:
    """The control of all that: against the holder of the key only a checkpoint kept elsewhere helps, and it does."""
    busy(home)
    kept = home.desk.log.checkpoint()
    tables = home.store.log.tables
    tables.new[:] = tables.leaves[1:]
    tables.leaves.clear(), tables.nodes.clear(), tables.notes.clear()
    logbook.grow(home.desk)
    assert verify_log.verify(exported(home))
    with pytest.raises(verify_log.Broken):
        verify_log.verify(exported(home), seen=[kept])
    assert "does not remember journal line" in what(home)


def test_a_record_of_a_look_that_was_altered_is_found(home: House) -> None:
    ref = embargoed(home)
    tables = home.store.log.tables
    query.view(home.desk, ref, home.li)
    settle(home)
    (*others, last) = tables.looks
    key, places = opened_key(home, ref), sealing.Places(home.desk.sealer.instance)
    body = key.open(last.body, places.look(last.id, ref))
    forged = body.replace(home.li.encode(), home.dana.encode())
    tables.looks[:] = [*others, msgspec.structs.replace(last, body=key.seal(forged, places.look(last.id, ref)))]
    assert "the log does not remember 1 looks" in what(home)
    tables.looks[:] = [*others, msgspec.structs.replace(last, body=last.body[:-1] + bytes([last.body[-1] ^ 1]))]
    assert "a record of a look does not open" in what(home)


def test_a_journal_that_was_cut_with_everything_made_to_fit_is_found(home: House) -> None:
    """Somebody with every key takes the last line of a case back, and what follows from it: the log counts."""
    ref = busy(home)
    tables = home.store._tables
    before = home.desk.journal.head(ref)
    tables.lines[ref].pop()
    tables.heads[ref] = msgspec.structs.replace(before, seq=before.seq - 1)
    assert verify(home.desk, repair=True)
    assert "log: it remembers 1 things that no journal, look or receipt tells of any more" in what(home)


def test_what_is_added_while_somebody_checks_accuses_nobody(home: House, monkeypatch) -> None:
    busy(home)
    standing, asked = transparency.standing, []

    def while_it_grows(log):
        found = standing(log)
        if not asked:
            asked.append(True)
            report(home)
            logbook.grow(home.desk)
        return found

    monkeypatch.setattr(transparency, "standing", while_it_grows)
    assert verify(home.desk).findings == ()
    assert asked


def test_a_tree_whose_checkpoints_are_behind_is_found(home: House) -> None:
    busy(home)
    notes = home.store.log.tables.notes
    newest = max(notes)
    del notes[newest]
    assert f"log: no checkpoint covers leaf {max(notes)}" in what(home)
