# SPDX-License-Identifier: Apache-2.0
"""The contract of the transparency log, on every store."""

from __future__ import annotations

import msgspec
import pytest

from tests.store.stores import T0, Stores, further, grown, leaf, look, opening
from tocsin.core.log import tree
from tocsin.services.ports.log import Look, Peer
from tocsin.services.ports.store import Conflict

A, B = "WHPG-2026-k7x4m", "WHPG-2026-rrr22"


def filled(stores: Stores, count: int, batch: int = 50) -> Stores:
    """A log of `count` leaves."""
    stores.journal.commit(opening(A, leaves=tuple(map(leaf, range(count)))))
    while stores.log.grow(batch, grown):
        pass
    return stores


def test_commitments_arrive_with_their_change_and_wait(stores: Stores) -> None:
    stores.journal.commit(opening(A, leaves=(leaf(1), leaf(2))))
    assert stores.log.standing([leaf(1), leaf(2), leaf(3)]) == {leaf(1): None, leaf(2): None}
    assert stores.log.checkpoint() is None
    assert list(stores.log.leaves(0, 10)) == []


def test_a_change_that_failed_left_no_commitment(stores: Stores) -> None:
    stores.journal.commit(opening(A, leaves=(leaf(1),)))
    with pytest.raises(Conflict):
        stores.journal.commit(further(A, 7, leaves=(leaf(2),)))
    with pytest.raises(Conflict):
        stores.journal.commit(further(A, 1, drop="drp_never", leaves=(leaf(2),)))
    assert stores.log.standing([leaf(1), leaf(2)]) == {leaf(1): None}


def test_the_tree_grows_by_batches_in_order_of_arrival_and_each_has_its_checkpoint(stores: Stores) -> None:
    stores.journal.commit(opening(A, leaves=tuple(map(leaf, range(4)))))
    stores.journal.commit(opening(B, leaves=(leaf(4),)))
    assert stores.log.count() == 5
    assert [stores.log.grow(3, grown) for _ in range(3)] == [3, 2, 0]
    assert stores.log.count() == 5
    assert list(stores.log.leaves(0, 10)) == [leaf(number) for number in range(5)]
    assert list(stores.log.leaves(3, 1)) == [leaf(3)]
    assert stores.log.standing(list(map(leaf, range(6)))) == {leaf(number): number for number in range(5)}
    frontier, _ = tree.extend(tree.Frontier(), list(map(leaf, range(5))))
    assert stores.log.checkpoint() == f"5 {tree.root(frontier).hex()}"
    sizes = [size for size, _ in stores.log.checkpoints(0, 10)]
    assert sizes == [3, 5]
    assert [size for size, _ in stores.log.checkpoints(3, 10)] == [5]
    assert list(stores.log.checkpoints(0, 1)) == list(stores.log.checkpoints(0, 10))[:1]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 33])
def test_every_leaf_is_proven_from_what_is_kept(stores: Stores, count: int) -> None:
    log = filled(stores, count, batch=5).log
    frontier, _ = tree.extend(tree.Frontier(), list(map(leaf, range(count))))
    for index in range(count):
        proof = tree.at_once(lambda read, index=index: tree.inclusion(read, index, count), log.hashes)
        assert tree.verify_inclusion(tree.leaf_hash(leaf(index)), index, count, proof, tree.root(frontier))
        before, _ = tree.extend(tree.Frontier(), list(map(leaf, range(index))))
        proof = tree.at_once(lambda read, index=index: tree.consistency(read, index, count), log.hashes)
        assert tree.verify_consistency(index, tree.root(before), count, tree.root(frontier), proof)


def test_a_growth_that_fails_takes_nothing(stores: Stores) -> None:
    stores.journal.commit(opening(A, leaves=(leaf(1),)))

    def broken(frontier, commitments):
        raise RuntimeError("no signature today")

    with pytest.raises(RuntimeError):
        stores.log.grow(10, broken)
    assert stores.log.standing([leaf(1)]) == {leaf(1): None}
    assert stores.log.grow(10, grown) == 1


def test_a_commitment_that_comes_twice_stands_at_its_first_place(stores: Stores) -> None:
    stores.journal.commit(opening(A, leaves=(leaf(1), leaf(2), leaf(1))))
    stores.log.grow(10, grown)
    assert stores.log.standing([leaf(1)]) == {leaf(1): 0}
    assert len(stores.log.leaves(0, 10)) == 3


def test_hashes_that_are_not_there_are_left_out(stores: Stores) -> None:
    log = filled(stores, 3).log
    found = log.hashes([(0, 0), (0, 3), (1, 0), (1, 1), (9, 9)])
    assert set(found) == {(0, 0), (1, 0)}
    assert found[1, 0] == tree.node_hash(tree.leaf_hash(leaf(0)), tree.leaf_hash(leaf(1)))


def test_many_are_looked_up_at_once(stores: Stores) -> None:
    log = filled(stores, 700, batch=400).log
    assert len(log.standing(list(map(leaf, range(1000))))) == 700
    assert len(log.hashes([(0, place) for place in range(1000)])) == 700


def test_a_look_is_kept_with_its_commitment(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    for number in range(3):
        stores.log.note_look(look(f"lok_{number}", A, number))
    assert stores.log.standing([leaf(1)]) == {leaf(1): None}
    assert [each.id for each in stores.log.looks(A, 0, 2)] == ["lok_0", "lok_1"]
    assert list(stores.log.looks(A, 2, 9)) == [Look(id="lok_2", case=A, at=T0, body=b"look")]
    assert list(stores.log.looks(B, 0, 9)) == []


def test_a_look_at_no_case_or_kept_twice_is_a_conflict_and_leaves_no_commitment(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.log.note_look(look("lok_1", A, 1))
    for wrong in (look("lok_2", B, 2), look("lok_1", A, 2)):
        with pytest.raises(Conflict):
            stores.log.note_look(wrong)
    assert stores.log.standing([leaf(2)]) == {}


def test_other_logs_are_remembered_as_they_were_seen_last(stores: Stores) -> None:
    peer = Peer(url="https://security.example.org", key="k", at=T0, note="first")
    assert stores.peers.last(peer.url) is None
    stores.peers.keep(peer)
    stores.peers.keep(msgspec.structs.replace(peer, note="second"))
    assert stores.peers.last(peer.url) == msgspec.structs.replace(peer, note="second")
    assert stores.peers.last("elsewhere") is None
