# SPDX-License-Identifier: Apache-2.0
"""The tree is that of RFC 6962: its published roots, its proofs, and nothing that is not in it."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.log.tree import (
    EMPTY,
    Frontier,
    append,
    at_once,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    peaks,
    root,
    verify_consistency,
    verify_inclusion,
)

# The reference leaves and roots of the Certificate Transparency test suite.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Grown:
    """A tree with what its keeper stores, and its root after each leaf."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.frontier, self.nodes, self.roots = Frontier(), {}, [EMPTY]
        for leaf in leaves:
            self.frontier, nodes = append(self.frontier, leaf)
            self.nodes |= {(node.level, node.position): node.hash for node in nodes}
            self.roots.append(root(self.frontier))
        self.reads = 0

    def read(self, level: int, position: int) -> bytes:
        self.reads += 1
        return self.nodes[level, position]


def by_definition(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it, slowly."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def test_the_roots_are_the_published_ones() -> None:
    assert [each.hex() for each in Grown(LEAVES).roots] == ROOTS


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_appending_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert Grown(leaves).roots[-1] == by_definition(leaves)


def test_every_leaf_of_every_tree_is_proven_and_no_other_place() -> None:
    for size in range(1, 40):
        grown = Grown([b"%d" % n for n in range(size)])
        for index in range(size):
            proof = inclusion(grown.read, index, size)
            leaf = leaf_hash(b"%d" % index)
            assert verify_inclusion(leaf, index, size, proof, grown.roots[size])
            assert not verify_inclusion(leaf_hash(b"else"), index, size, proof, grown.roots[size])
            assert not verify_inclusion(leaf, index, size, (*proof, EMPTY), grown.roots[size])
            assert not proof or not verify_inclusion(leaf, index, size, proof[:-1], grown.roots[size])
            others = [other for other in range(-1, size + 1) if other != index]
            assert not any(verify_inclusion(leaf, other, size, proof, grown.roots[size]) for other in others)


def test_an_earlier_tree_proves_out_of_a_later_one() -> None:
    """A keeper who stores every complete subtree can prove against any size it ever had."""
    grown = Grown([b"%d" % n for n in range(37)])
    for size in range(1, 38):
        assert verify_inclusion(leaf_hash(b"0"), 0, size, inclusion(grown.read, 0, size), grown.roots[size])


def test_every_beginning_is_proven_and_nothing_else_is_a_beginning() -> None:
    size = 33
    grown = Grown([b"%d" % n for n in range(size)])
    forged = Grown([b"%d" % n for n in range(size - 2)] + [b"else", b"%d" % (size - 1)])
    for new in range(size + 1):
        for old in range(new + 1):
            proof = consistency(grown.read, old, new)
            assert verify_consistency(old, grown.roots[old], new, grown.roots[new], proof)
            if 0 < old < new:
                assert not verify_consistency(old, grown.roots[old - 1], new, grown.roots[new], proof)
                assert not verify_consistency(old, grown.roots[old], new, grown.roots[new - 1], proof)
                assert not verify_consistency(old, grown.roots[old], new, grown.roots[new], proof[:-1])
                assert not verify_consistency(old, grown.roots[old], new, grown.roots[new], (*proof, EMPTY))
    proof = consistency(forged.read, size - 1, size)
    assert not verify_consistency(size - 1, grown.roots[size - 1], size, forged.roots[size], proof)
    assert not verify_consistency(5, grown.roots[5], 4, grown.roots[4], ())


@pytest.mark.slow
def test_a_proof_reads_few_hashes() -> None:
    """The work is O(log n): counted, not timed."""
    size = 100_003
    grown = Grown([b"x"] * size)
    for index in (0, 1, size // 2, size - 2, size - 1):
        grown.reads = 0
        assert len(inclusion(grown.read, index, size)) <= 17
        assert grown.reads <= 34
    grown.reads = 0
    assert len(consistency(grown.read, size // 3, size)) <= 18
    assert grown.reads <= 36
    assert len(grown.frontier.peaks) <= 17
    assert len(append(grown.frontier, b"y")[1]) <= 18


@pytest.mark.deep
def test_a_million_leaves_are_proven_out_of_twenty_hashes() -> None:
    size = 1_000_000
    grown = Grown([b"x"] * size)
    proof = inclusion(grown.read, 654_321, size)
    assert len(proof) == 20
    assert verify_inclusion(leaf_hash(b"x"), 654_321, size, proof, grown.roots[size])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_there_is_no_proof_for_no_leaf(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(Grown(LEAVES).read, index, size)
    with pytest.raises(ValueError, match="no beginning"):
        consistency(Grown(LEAVES).read, size + 1, size)


def test_a_frontier_is_read_back_from_its_places() -> None:
    leaves = [b"%d" % number for number in range(70)]
    for size in range(70):
        grown = Grown(leaves[:size])
        assert Frontier(size=size, peaks=tuple(grown.read(*place) for place in peaks(size))) == grown.frontier


def test_a_proof_is_made_with_one_look_into_the_store() -> None:
    grown, looks = Grown([b"%d" % number for number in range(33)]), []

    def fetch(places):
        looks.append(places)
        return {place: grown.read(*place) for place in places}

    assert at_once(lambda read: inclusion(read, 12, 33), fetch) == inclusion(grown.read, 12, 33)
    assert at_once(lambda read: consistency(read, 12, 33), fetch) == consistency(grown.read, 12, 33)
    assert at_once(lambda read: inclusion(read, 0, 1), fetch) == ()
    assert len(looks) == 3
    assert all(len(places) == len(set(places)) <= 12 for places in looks)
