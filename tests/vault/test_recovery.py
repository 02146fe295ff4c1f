# SPDX-License-Identifier: Apache-2.0
"""The recovery kit and sealed archives: any two shares, never one; whole and unaltered, or refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.conftest import from_files, holder_of
from tocsin.adapters.vault import archive, recovery
from tocsin.adapters.vault.archive import INSTANCE, RECOVERY, Header, NotAnArchive
from tocsin.adapters.vault.box import BoxKey, seal_to
from tocsin.adapters.vault.holder.client import HeldKeys
from tocsin.adapters.vault.recovery import ShareRefused
from tocsin.boot.holder import KeyDirectory
from tocsin.services.ports.vault import Tampered

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
KIT = b"kit1"
secrets = st.binary(min_size=recovery.PART, max_size=recovery.PART)


@given(secrets)
def test_any_two_shares_give_the_secret_back_in_any_order(secret: bytes) -> None:
    shares = recovery.split(secret, KIT)
    for pair in permutations(shares, 2):
        assert recovery.combine(pair) == secret
    assert recovery.combine(shares) == secret


@given(secrets, secrets)
def test_one_share_fits_every_secret(secret: bytes, other: bytes) -> None:
    """Whatever the secret, there is a second share that makes the first one belong to it: alone it says nothing."""
    for share in recovery.split(secret, KIT):
        one, two = share.parts
        third = bytes(a ^ b ^ c for a, b, c in zip(one, two, other, strict=True))
        number = share.number % recovery.SHARES + 1
        fitting = recovery.Share(KIT, number, (two, third))
        assert recovery.combine([share, fitting]) == other


def test_one_share_twice_is_one_share() -> None:
    share = recovery.split(os.urandom(recovery.PART), KIT)[0]
    with pytest.raises(ShareRefused, match="two different"):
        recovery.combine([share, share])


@given(secrets, st.integers(0, 2), st.data())
def test_a_share_survives_paper_and_a_slip_of_the_pen_is_found(secret: bytes, which: int, data: st.DataObject) -> None:
    share = recovery.split(secret, KIT)[which]
    again = recovery.parse(share.text.lower().replace("\n", " \r\n "))
    assert (again.kit, again.number, again.parts) == (share.kit, share.number, share.parts)
    lines = share.text.splitlines()
    letters = lines[1]
    at = data.draw(st.integers(0, len(letters) - 1))
    wrong = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    if letters[at] not in (" ", wrong):
        with pytest.raises(ShareRefused):
            recovery.parse("\n".join([lines[0], letters[:at] + wrong + letters[at + 1 :], *lines[2:]]))


def test_shares_of_two_kits_do_not_mix() -> None:
    one, other = (recovery.split(os.urandom(recovery.PART), kit) for kit in (b"kit1", b"kit2"))
    with pytest.raises(ShareRefused, match="different kits"):
        recovery.combine([one[0], other[1]])


def test_two_shares_bring_every_key_of_an_installation_back(tmp_path: Path) -> None:
    from_files(tmp_path)
    (tmp_path / "keys" / "desk.secret").write_bytes(b"desk secret")
    holder = holder_of(tmp_path, beside=KeyDirectory(tmp_path / "keys"))
    secret = os.urandom(recovery.PART)
    public = recovery.key(secret).public
    keys = HeldKeys(holder.answer)
    file = recovery.make(tmp_path / "data", recovery.Escrow(keys.escrow(public), keys.files(public)), public, AT)
    shares = recovery.split(secret, recovery.kit_name(public))
    for pair in combinations(shares, 2):
        ring, rest, _ = recovery.recover(file, pair)
        assert (ring, rest.files) == (holder._keys, {"desk.secret": b"desk secret"})
    assert recovery.load(tmp_path / "data") == file
    raw = (tmp_path / "data" / recovery.FILE).read_bytes()
    assert b"desk secret" not in raw
    other = recovery.split(os.urandom(recovery.PART), recovery.kit_name(public))
    with pytest.raises(ShareRefused, match="another kit"):
        recovery.recover(file, other[:2])


# ------------------------------------------------------------------------------------------------------------ archives

BOX = BoxKey(b"r" * 32)
HEADER = Header(instance="i", kind="data", made_at=AT)


def write(path: Path, content: bytes) -> None:
    with archive.writing(path, HEADER, {RECOVERY: lambda plain, ad: seal_to(BOX.public, plain, ad)}) as out:
        for at in range(0, len(content), 50_000):
            out(content[at : at + 50_000])


def unseal(header: Header) -> bytes:
    return BOX.open(archive.sealed_for(header, RECOVERY), header.place(RECOVERY))


def read(path: Path) -> bytes:
    with archive.reading(path, unseal) as plain:
        return plain.read()


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_001])
def test_an_archive_gives_back_what_was_put_in(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    write(tmp_path / "a", content)
    assert read(tmp_path / "a") == content
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_an_archive_that_was_cut_or_altered_anywhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a", b"secret words " * 9000)
    whole = (tmp_path / "a").read_bytes()
    assert b"secret words" not in whole
    for at in [*range(0, 400, 7), *range(400, len(whole), 9001), len(whole) - 1]:
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            (tmp_path / "b").write_bytes(broken)
            with pytest.raises((NotAnArchive, Tampered)):
                read(tmp_path / "b")


def test_an_archive_that_fails_half_way_leaves_no_name(tmp_path: Path) -> None:
    def fail() -> None:
        with archive.writing(tmp_path / "a", HEADER, {}) as out:
            out(b"x")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_who_is_no_recipient_is_told_so(tmp_path: Path) -> None:
    write(tmp_path / "a", b"x")
    with pytest.raises(NotAnArchive, match="not sealed to the instance"):
        archive.sealed_for(archive.read_header(tmp_path / "a"), INSTANCE)
