# SPDX-License-Identifier: Apache-2.0
"""What lies beside the ring of keys stays with the holder's user: documents are signed through the socket, and the
recovery kit gets the small files sealed. And break-glass: nothing is released for it before two people agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.vault.conftest import NOON, holder_of, listening
from tocsin.adapters.openpgp import create_key, load_signer
from tocsin.adapters.vault import load_sealer
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.client import HeldKeys, HeldVault, held_signer
from tocsin.adapters.vault.holder.core import Holder
from tocsin.boot.holder import KeyDirectory
from tocsin.services.ports.keys import BREAK_GLASS, GRANT, KeysRefused
from tocsin.testing.world import VirtualClock

CASE = "WHPG-2026-k7x4m"
HOUR = timedelta(hours=1)


# ------------------------------------------------------------------------------------------------------------- signing


def test_documents_are_signed_through_the_socket_which_gives_away_the_public_half_only(base: Path) -> None:
    create_key(base / "keys", "Security advisories <https://security.example.org>")
    held = load_signer(base / "keys")
    assert held
    with listening(holder_of(base, beside=KeyDirectory(base / "keys")), base / "s") as ask:
        signer = held_signer(ask)
        assert signer is not None
        assert (signer.fingerprint, signer.certificate) == (held.fingerprint, held.certificate)
        assert signer.sign(b"an advisory").startswith("-----BEGIN PGP SIGNATURE-----")
        assert "PRIVATE" not in signer.certificate


def test_without_a_key_there_is_no_signer_and_signing_says_what_to_do(base: Path) -> None:
    holder = holder_of(base, beside=KeyDirectory(base / "keys"))
    assert held_signer(holder.answer) is None
    answer = holder.answer(wire.AskSignDocument(b"x"))
    assert isinstance(answer, wire.No)
    assert "no key to sign documents with" in answer.because
    create_key(base / "keys", "made later")
    assert held_signer(holder.answer) is not None


def test_a_signing_key_that_lies_openly_is_refused_in_words(base: Path) -> None:
    create_key(base / "keys", "X").chmod(0o644)
    with pytest.raises(KeysRefused, match="chmod 600"):
        held_signer(holder_of(base, beside=KeyDirectory(base / "keys")).answer)


def test_only_the_holders_own_user_gets_the_files_even_sealed(base: Path) -> None:
    holder = holder_of(base, beside=KeyDirectory(base / "keys"))
    public = load_sealer(base / "data").newest
    assert isinstance(holder.answer(wire.AskFiles(public), admin=False), wire.No)
    assert isinstance(holder.answer(wire.AskFiles(public), admin=True), wire.Given)


# --------------------------------------------------------------------------------------------------------- break-glass


def look(base: Path, holder: Holder, actor: str = "usr_admin", case: str = CASE) -> None:
    vault = HeldVault(load_sealer(base / "data"), holder.answer)
    _, wrapped = vault.new_case_key(case)
    vault.case_key(case, wrapped, actor, BREAK_GLASS + "case.read")


def test_nothing_is_released_for_break_glass_before_two_people_agreed(base: Path) -> None:
    holder = holder_of(base)
    with pytest.raises(KeysRefused, match="nobody has agreed"):
        look(base, holder)
    HeldKeys(holder.answer).grant(CASE, "usr_admin", "usr_li", NOON + HOUR)
    look(base, holder)
    lines = [(each.purpose.split()[0], each.refused) for each in HeldKeys(holder.answer).releases(NOON - HOUR)]
    assert lines == [("break-glass", "break-glass"), ("break-glass", GRANT), ("break-glass", "")]


def test_an_agreement_is_for_one_person_one_case_and_its_time(base: Path) -> None:
    clock = VirtualClock(NOON)
    holder = holder_of(base, now=clock)
    HeldKeys(holder.answer).grant(CASE, "usr_admin", "usr_li", NOON + HOUR)
    for wrong in ({"actor": "usr_li"}, {"case": "WHPG-2026-22222"}):
        with pytest.raises(KeysRefused):
            look(base, holder, **wrong)
    clock.set(NOON + HOUR)
    with pytest.raises(KeysRefused):
        look(base, holder)


@pytest.mark.parametrize(
    ("second", "until"),
    [("usr_admin", NOON + HOUR), ("", NOON + HOUR), ("usr_li", NOON), ("usr_li", NOON + timedelta(hours=9))],
)
def test_one_person_twice_and_too_long_a_time_are_no_agreement(base: Path, second: str, until: datetime) -> None:
    holder = holder_of(base)
    with pytest.raises(KeysRefused):
        HeldKeys(holder.answer).grant(CASE, "usr_admin", second, until)
    with pytest.raises(KeysRefused):
        look(base, holder)


def test_a_restart_forgets_no_agreement(base: Path) -> None:
    HeldKeys(holder_of(base).answer).grant(CASE, "usr_admin", "usr_li", NOON + HOUR)
    look(base, holder_of(base))


def test_control_another_purpose_needs_no_agreement(base: Path) -> None:
    """Negative control: without the word, the holder would give the key, so the services ask by that word."""
    vault = HeldVault(load_sealer(base / "data"), holder_of(base).answer)
    _, wrapped = vault.new_case_key(CASE)
    vault.case_key(CASE, wrapped, "usr_admin", "case.read")
