# SPDX-License-Identifier: Apache-2.0
"""Contract of `Sealer`, `Vault` and `CaseKey`: what is sealed opens in its own place, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PublicKey, SealedBox

from tocsin.adapters.vault import LocalVault, PublicSealer, aead, box
from tocsin.adapters.vault.secret import Root
from tocsin.services.ports.vault import CaseKey, Tampered, bind
from tocsin.testing.vault import Sealing, in_memory

CASE = "WHPG-2026-k7x4m"
OTHER = "WHPG-2026-vq3rh"
PLACE = ("instance", "message", "body", "17", CASE)
MEMORY = in_memory()
KEY, WRAPPED = MEMORY.sealer.new_case_key(CASE)

places = st.tuples(*[st.text(max_size=12)] * 5)


def opens(action: Callable[..., object], *args: object) -> bool:
    try:
        action(*args)
    except Tampered:
        return False
    return True


# ------------------------------------------------------------------------------------------------------ where it stands


@given(places, places)
def test_two_places_share_associated_data_only_when_they_are_one(here: tuple[str, ...], there: tuple[str, ...]) -> None:
    assert (bind(*here) == bind(*there)) == (here == there)


@given(st.lists(st.sampled_from(["a", "b", "ab", "", "aa"]), min_size=5, max_size=5))
def test_moving_letters_between_parts_is_another_place(parts: list[str]) -> None:
    shifted = [parts[0] + parts[1], "", *parts[2:]]
    assert (bind(*parts) == bind(*shifted)) == (parts == shifted)


def neighbours() -> Iterator[tuple[str, ...]]:
    """Every place that differs from `PLACE` in one part, and every order of its parts."""
    for index in range(len(PLACE)):
        yield (*PLACE[:index], PLACE[index] + "x", *PLACE[index + 1 :])
    yield from (order for order in permutations(PLACE) if order != PLACE)


def swaps_that_open(seal: Callable[[bytes, bytes], bytes], unseal: Callable[[bytes, bytes], bytes]) -> list[object]:
    sealed = seal(b"content", bind(*PLACE))
    assert unseal(sealed, bind(*PLACE)) == b"content"
    return [there for there in neighbours() if opens(unseal, sealed, bind(*there))]


def test_content_moved_to_another_row_column_table_case_or_instance_is_tampered(sealing: Sealing) -> None:
    key, _ = sealing.sealer.new_case_key(CASE)
    phrase = sealing.receipts.issue(b"n" * 16)
    reporter = sealing.receipts.key(phrase)

    def seal_to_reporter(plain: bytes, ad: bytes) -> bytes:
        return sealing.sealer.seal_to_reporter(reporter.public, plain, ad)

    assert swaps_that_open(key.seal, key.open) == []
    assert swaps_that_open(sealing.vault.list_key("p").seal, sealing.vault.list_key("p").open) == []
    assert swaps_that_open(sealing.sealer.seal_drop, sealing.vault.open_drop) == []
    assert swaps_that_open(seal_to_reporter, reporter.open) == []


def test_control_without_binding_the_swaps_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "bind", lambda *place: b"everywhere")
    assert len(swaps_that_open(KEY.seal, KEY.open)) == len(list(neighbours()))


def test_control_without_comparing_the_bound_hash_the_swaps_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "compare_digest", lambda left, right: True)
    assert len(swaps_that_open(MEMORY.sealer.seal_drop, MEMORY.vault.open_drop)) == len(list(neighbours()))


# ---------------------------------------------------------------------------------------------------------- round trips


@given(st.binary(max_size=4096), st.binary(max_size=64))
def test_a_case_key_gives_back_what_it_sealed(plain: bytes, ad: bytes) -> None:
    sealed = KEY.seal(plain, ad)
    assert KEY.open(sealed, ad) == plain
    assert len(sealed) == len(plain) + aead.OVERHEAD
    assert KEY.seal(plain, ad) != sealed


@given(st.binary(max_size=4096), st.binary(max_size=64))
def test_a_drop_gives_back_what_was_sealed(plain: bytes, ad: bytes) -> None:
    sealed = MEMORY.sealer.seal_drop(plain, ad)
    assert MEMORY.vault.open_drop(sealed, ad) == plain
    assert len(sealed) == len(plain) + box.OVERHEAD


@given(st.data())
def test_one_changed_bit_anywhere_is_tampered(data: st.DataObject) -> None:
    for seal, unseal in ((KEY.seal, KEY.open), (MEMORY.sealer.seal_drop, MEMORY.vault.open_drop)):
        sealed = bytearray(seal(b"plain text", b"ad"))
        bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
        sealed[bit // 8] ^= 1 << bit % 8
        assert not opens(unseal, bytes(sealed), b"ad")


@given(st.binary(max_size=200))
def test_bytes_that_were_never_sealed_are_tampered(junk: bytes) -> None:
    for prefix in (b"", b"\x01", b"\x01" + box.key_id(MEMORY.vault.public)):  # type: ignore[attr-defined]
        assert not opens(KEY.open, prefix + junk, b"ad")
        assert not opens(MEMORY.vault.open_drop, prefix + junk, b"ad")


def test_every_prefix_and_every_extension_is_tampered(sealing: Sealing) -> None:
    key, _ = sealing.sealer.new_case_key(CASE)
    for seal, unseal in ((key.seal, key.open), (sealing.sealer.seal_drop, sealing.vault.open_drop)):
        sealed = seal(b"plain text", b"ad")
        for end in range(len(sealed)):
            assert not opens(unseal, sealed[:end], b"ad")
        assert not opens(unseal, sealed + b"\0", b"ad")


# ---------------------------------------------------------------------------------------------------------------- keys


def test_a_wrapped_key_opens_what_its_case_sealed(sealing: Sealing) -> None:
    key, wrapped = sealing.sealer.new_case_key(CASE)
    sealed = key.seal(b"report", b"ad")
    assert sealing.vault.case_key(CASE, wrapped, "ada", "case.read").open(sealed, b"ad") == b"report"


def test_a_wrapped_key_is_worth_nothing_beside_another_case(sealing: Sealing) -> None:
    _, wrapped = sealing.sealer.new_case_key(CASE)
    with pytest.raises(Tampered):
        sealing.vault.case_key(OTHER, wrapped, "ada", "case.read")


def test_a_wrapped_key_and_a_drop_are_worth_nothing_on_another_instance(sealing: Sealing, elsewhere: Sealing) -> None:
    _, wrapped = sealing.sealer.new_case_key(CASE)
    drop = sealing.sealer.seal_drop(b"plain", b"ad")
    assert not opens(elsewhere.vault.case_key, CASE, wrapped, "ada", "case.read")
    assert not opens(elsewhere.vault.open_drop, drop, b"ad")


def test_a_drop_passed_off_as_a_wrapped_key_is_tampered(sealing: Sealing) -> None:
    """Anybody with the public half can make drops; none of them becomes a case key, whatever its bytes."""
    place = bind(sealing.sealer.instance, "message", "body", CASE, CASE)
    drop = sealing.sealer.seal_drop(b"k" * 32, place)
    assert not opens(sealing.vault.case_key, CASE, drop, "ada", "case.read")
    right_place = bind(sealing.sealer.instance, "case-key", "wrapped", CASE, CASE)
    no_key = sealing.sealer.seal_drop(b"k" * 31, right_place)
    assert not opens(sealing.vault.case_key, CASE, no_key, "ada", "case.read")


def test_a_plain_sealed_box_without_binding_is_tampered() -> None:
    public: bytes = MEMORY.vault.public  # type: ignore[attr-defined]
    bare = b"\x01" + box.key_id(public) + SealedBox(PublicKey(public)).encrypt(b"x" * 64)
    assert not opens(MEMORY.vault.open_drop, bare, b"ad")


def test_the_key_of_one_case_opens_nothing_of_another(sealing: Sealing) -> None:
    one, _ = sealing.sealer.new_case_key(CASE)
    two, _ = sealing.sealer.new_case_key(OTHER)
    assert not opens(two.open, one.seal(b"plain", b"ad"), b"ad")


def test_list_keys_are_stable_and_each_project_has_its_own(sealing: Sealing, elsewhere: Sealing) -> None:
    row = sealing.vault.list_key("warehousepg").seal(b"row", b"ad")
    assert sealing.vault.list_key("warehousepg").open(row, b"ad") == b"row"
    assert not opens(sealing.vault.list_key("community").open, row, b"ad")
    assert not opens(elsewhere.vault.list_key("warehousepg").open, row, b"ad")


def test_every_release_of_a_case_key_is_logged_with_actor_and_purpose_and_nothing_else(
    sealing: Sealing, caplog: pytest.LogCaptureFixture
) -> None:
    _, wrapped = sealing.sealer.new_case_key(CASE)
    with caplog.at_level(logging.DEBUG):
        sealing.vault.case_key(CASE, wrapped, "ada", "case.read")
    assert [record.getMessage() for record in caplog.records] == [
        f"case key released: case={CASE} actor=ada purpose=case.read"
    ]


@pytest.mark.parametrize("public", [b"", b"x" * 31, b"x" * 33, bytes(32), b"\x01" + bytes(31)])
def test_a_public_key_that_keeps_no_secret_is_refused(public: bytes) -> None:
    """Wrong lengths, and points of small order (RFC 7748, section 6.1)."""
    with pytest.raises(ValueError, match="public key"):
        MEMORY.sealer.seal_to_reporter(public, b"plain", b"ad")


# ------------------------------------------------------------------------------------------------------------ rotation


def test_after_a_rotation_everything_older_opens_and_only_the_newest_seals() -> None:
    first, second, third = (LocalVault("i", bytes([n]) * 32) for n in (1, 2, 3))
    now = LocalVault("i", bytes([3]) * 32, older=(bytes([2]) * 32, bytes([1]) * 32))
    assert (now.public, now.newest, now.publics) == (
        third.public,
        third.public,
        (third.public, second.public, first.public),
    )
    for before in (first, second):
        key, wrapped = before.new_case_key(CASE)
        sealed, row = key.seal(b"report", b"ad"), before.list_key("p").seal(b"row", b"ad")
        assert now.case_key(CASE, wrapped, "ada", "case.read").open(sealed, b"ad") == b"report"
        assert now.open_drop(before.seal_drop(b"drop", b"ad"), b"ad") == b"drop"
        assert now.list_key("p").open(row, b"ad") == b"row"
        assert not opens(third.list_key("p").open, row, b"ad")
        again = now.rewrap(CASE, wrapped)
        assert third.case_key(CASE, again, "ada", "case.read").open(sealed, b"ad") == b"report"
        assert now.rewrap(CASE, again) == again, "what is under the newest stays as it is"
        assert not opens(now.rewrap, OTHER, wrapped)
        assert not opens(now.rewrap, OTHER, again)
    assert third.list_key("p").open(now.list_key("p").seal(b"row", b"ad"), b"ad") == b"row"
    assert third.open_drop(now.seal_drop(b"drop", b"ad"), b"ad") == b"drop"
    assert now.list_key("p").salt(b"ad") == third.list_key("p").salt(b"ad") != second.list_key("p").salt(b"ad")


def test_a_sealer_names_its_instance_and_a_vault_nothing() -> None:
    assert repr(PublicSealer("ins_1", MEMORY.vault.public)) == "<PublicSealer ins_1>"  # type: ignore[attr-defined]
    assert repr(LocalVault("ins_1", bytes(32))) == "<LocalVault>"


def test_one_generation_of_two_rotated_opens_what_the_other_sealed_and_nothing_of_a_third() -> None:
    now = LocalVault("i", bytes([2]) * 32, older=(bytes([1]) * 32,))
    assert now.list_key("p").open(LocalVault("i", bytes([1]) * 32).list_key("p").seal(b"row", b"ad"), b"ad") == b"row"
    foreign = LocalVault("i", bytes([9]) * 32)
    assert not opens(now.list_key("p").open, foreign.list_key("p").seal(b"row", b"ad"), b"ad")
    assert not opens(now.open_drop, foreign.seal_drop(b"drop", b"ad"), b"ad")
    assert not opens(now.case_key, CASE, foreign.new_case_key(CASE)[1], "ada", "case.read")


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_no_key(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        aead.SymmetricKey(bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        Root(bytes(length))


def test_a_case_key_and_a_list_key_are_the_same_kind_of_thing(sealing: Sealing) -> None:
    keys: list[CaseKey] = [sealing.sealer.new_case_key(CASE)[0], sealing.vault.list_key("p")]
    assert all(key.open(key.seal(b"", b"ad"), b"ad") == b"" for key in keys)


def test_a_salt_is_the_same_for_the_same_key_and_place_only(sealing: Sealing) -> None:
    key, wrapped = sealing.sealer.new_case_key(CASE)
    again = sealing.vault.case_key(CASE, wrapped, "ada", "case.read")
    other, _ = sealing.sealer.new_case_key(CASE)
    assert key.salt(b"ad") == again.salt(b"ad")
    assert len({key.salt(b"ad"), key.salt(b"da"), other.salt(b"ad")}) == 3
    assert len(key.salt(b"ad")) == 32
