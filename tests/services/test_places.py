# SPDX-License-Identifier: Apache-2.0
"""What ties a ciphertext to its place: each part of it counts, no two kinds of place agree, and the bytes are for ever,
because what an installation sealed years ago has to open."""

from __future__ import annotations

import inspect

import pytest

from tests.support import DATA, golden
from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.services.ports.vault import Tampered
from tocsin.services.sealing import Places

VALUES: dict[str, tuple[object, object]] = {"str": ("one", "two"), "int": (1, 2), "bytes": (b"one", b"two")}


def every() -> dict[str, list[str]]:
    """Every kind of place, with the kinds of its parts."""
    found = {}
    for name, method in inspect.getmembers(Places, inspect.isfunction):
        if not name.startswith("_"):
            told = list(inspect.signature(method).parameters.values())[1:]
            found[name] = ["str" if "Ref" in str(each.annotation) else str(each.annotation) for each in told]
    return found


def place(name: str, parts: list[object], instance: str = "ins_1") -> bytes:
    made: bytes = getattr(Places(instance), name)(*parts)
    return made


def test_the_places_are_those_of_every_version() -> None:
    lines = [f"{name} {place(name, [VALUES[kind][0] for kind in kinds])!r}" for name, kinds in every().items()]
    golden(DATA / "vault" / "places.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", every())
def test_each_part_of_a_place_counts(name: str) -> None:
    parts = [VALUES[kind][0] for kind in every()[name]]
    seen = {place(name, parts), place(name, parts, "ins_2")}
    for number, kind in enumerate(every()[name]):
        seen.add(place(name, [*parts[:number], VALUES[kind][1], *parts[number + 1 :]]))
    assert len(seen) == len(parts) + 2


def test_no_two_kinds_of_place_agree() -> None:
    made = [place(name, [VALUES[kind][0] for kind in kinds]) for name, kinds in every().items()]
    assert len(set(made)) == len(made)


def test_a_ciphertext_opens_in_its_own_place_only() -> None:
    key = SymmetricKey(b"k" * 32)
    here, there = place("entry", ["one", 1]), place("entry", ["two", 1])
    sealed = key.seal(b"content", here)
    assert key.open(sealed, here) == b"content"
    for wrong in (there, place("row", ["one", 1]), place("entry", ["one", 2]), place("entry", ["one", 1], "ins_2")):
        with pytest.raises(Tampered):
            key.open(sealed, wrong)
