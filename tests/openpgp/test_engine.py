# SPDX-License-Identifier: Apache-2.0
"""Opening and sealing mail, with GnuPG and `sq` on the other side, both ways; and what must not be opened or used."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysequoia.packet import PacketPile, Tag

from tests.openpgp.foreign import Gpg, gpg, needs, sq
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.core.vocabulary import Refused
from tocsin.services.ports.openpgp import Certificate, Opened, Signed

NOW = datetime.now(UTC)
TEXT = b"Content-Type: text/plain\r\n\r\nThe planner reads past its array.\r\n" * 20
ALONE = Engine(parse, lambda: False)
"""Without GnuPG on the machine."""

BOTH = Engine(parse)


@pytest.fixture(scope="module")
def team() -> bytes:
    return BOTH.make(["WarehousePG security <security@example.org>"])


@pytest.fixture(scope="module")
def public(team: bytes) -> Certificate:
    return BOTH.public(team)


@pytest.fixture(scope="module")
def homes() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        yield Path(base)


@pytest.fixture(scope="module")
def finder(homes: Path, public: Certificate) -> Iterator[Gpg]:
    """Somebody with GnuPG, a key, and the team's."""
    person = gpg(homes / "f")
    person.key("finder@example.net")
    person("--import", given=public.body)
    yield person
    person.end()


@pytest.mark.parametrize("words", [(), ("--sign",), ("-z", "0"), ("--sign", "-z", "0")])
def test_what_gnupg_encrypts_is_opened_whether_packed_or_not(
    team: bytes, public: Certificate, finder: Gpg, words: tuple[str, ...]
) -> None:
    message = finder.encrypt(TEXT, public.fingerprint, *words)
    opened = BOTH.open([team], message, [finder.public])
    assert isinstance(opened, Opened)
    assert opened.plain == TEXT
    signed = "--sign" in words
    assert opened.signature.state is (Signed.GOOD if signed else Signed.NONE)
    assert opened.signature.by == (finder.fingerprint if signed else "")


def test_a_signature_inside_of_packed_data_is_left_unchecked_where_no_gnupg_is(
    team: bytes, public: Certificate, finder: Gpg
) -> None:
    message = finder.encrypt(TEXT, public.fingerprint, "--sign")
    opened = ALONE.open([team], message, [finder.public])
    assert isinstance(opened, Opened)
    assert (opened.plain, opened.signature.state) == (TEXT, Signed.UNCHECKED)


def test_bzip2_is_opened_by_gnupg_and_refused_with_a_reason_without(
    team: bytes, public: Certificate, finder: Gpg
) -> None:
    message = finder.encrypt(TEXT, public.fingerprint, "--compress-algo", "bzip2", "--sign")
    opened = BOTH.open([team], message, [finder.public])
    assert isinstance(opened, Opened)
    assert (opened.plain, opened.signature.state) == (TEXT, Signed.GOOD)
    assert isinstance(ALONE.open([team], message, []), Refused)


def test_a_signature_by_a_key_nobody_knows_is_said_to_be_so(team: bytes, public: Certificate, finder: Gpg) -> None:
    for words in (("--sign",), ("--sign", "-z", "0")):
        opened = BOTH.open([team], finder.encrypt(TEXT, public.fingerprint, *words), [public.body])
        assert isinstance(opened, Opened)
        assert opened.signature.state is Signed.UNKNOWN
        assert opened.signature.by == finder.fingerprint


def test_an_older_key_of_the_team_still_opens(team: bytes, public: Certificate, finder: Gpg) -> None:
    message = finder.encrypt(TEXT, public.fingerprint)
    opened = BOTH.open([BOTH.make(["new <security@example.org>"]), team], message, [])
    assert isinstance(opened, Opened)
    assert opened.plain == TEXT


def test_what_is_not_for_the_team_says_so(team: bytes, finder: Gpg) -> None:
    refused = BOTH.open([team], finder.encrypt(TEXT, finder.fingerprint), [])
    assert isinstance(refused, Refused)
    assert refused.code == "no-key"


def test_altered_ciphertext_gives_back_nothing(team: bytes, public: Certificate, finder: Gpg) -> None:
    message = finder("--recipient", public.fingerprint, "-z", "0", "--encrypt", given=TEXT)
    assert isinstance(BOTH.open([team], message, []), Opened), "the control: unaltered, it opens"
    for place in (len(message) - 40, len(message) - 400, len(message) - 5):
        changed = message[:place] + bytes([message[place] ^ 1]) + message[place + 1 :]
        refused = BOTH.open([team], changed, [])
        assert isinstance(refused, Refused), place
        assert b"planner" not in refused.because.encode()


def test_ciphertext_without_integrity_protection_is_refused(team: bytes, public: Certificate, finder: Gpg) -> None:
    """EFAIL begins by calling a protected packet an unprotected one (RFC 9580, 5.13 and 5.7)."""
    message = finder("--recipient", public.fingerprint, "-z", "0", "--encrypt", given=TEXT)
    packets = list(PacketPile.from_bytes(message))
    assert [each.tag for each in packets] == [Tag.PKESK, Tag.SEIP]
    key, data = packets
    whole = bytes(key) + b"\xd2\xff" + len(data.body).to_bytes(4, "big") + data.body
    assert isinstance(BOTH.open([team], whole, []), Opened), "the control: put together again, it opens"
    stripped = bytes(key) + b"\xc9\xff" + (len(data.body) - 1).to_bytes(4, "big") + data.body[1:]
    for engine in (BOTH, ALONE):
        refused = engine.open([team], stripped, [])
        assert isinstance(refused, Refused)
        assert "planner" not in refused.because


@pytest.mark.slow
def test_a_message_that_unpacks_to_gigabytes_ends_the_child_and_nothing_else(team: bytes, public: Certificate) -> None:
    small = BOTH.open([team], bomb_for(public, 1000), [])
    assert isinstance(small, Opened), "the control: a small one of its kind is opened"
    assert small.plain == bytes(1000)
    bomb = bomb_for(public, 600_000_000)
    assert len(bomb) < 1_000_000
    refused = ALONE.open([team], bomb, [])
    assert isinstance(refused, Refused)
    assert refused.code == "unreadable"
    assert "signal" in refused.because or "memory" in refused.because


def bomb_for(public: Certificate, size: int) -> bytes:
    """A literal packet of zeros in a compressed packet (RFC 9580, 5.6 and 5.9), encrypted."""
    pressed = zlib.compressobj(9, zlib.DEFLATED, 15)
    chunk = bytes(1 << 20)
    body = pressed.compress(b"\xcb\xff" + (size + 6).to_bytes(4, "big") + b"b" + bytes(5))
    body += b"".join(pressed.compress(chunk) for _ in range(size >> 20)) + pressed.compress(bytes(size % (1 << 20)))
    body += pressed.flush()
    return raw_encrypted(public, b"\xc8\xff" + (len(body) + 1).to_bytes(4, "big") + b"\x02" + body)


def raw_encrypted(public: Certificate, packets: bytes) -> bytes:
    """Packets encrypted as they are, without a literal packet around them: GnuPG does it with `--no-literal`."""
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        person = gpg(Path(base) / "b")
        person("--import", given=public.body)
        return person("--no-literal", "-z", "0", "--recipient", public.fingerprint, "--encrypt", given=packets)


def test_what_is_sealed_is_read_and_its_signature_checked_by_gnupg(
    team: bytes, public: Certificate, finder: Gpg
) -> None:
    sealed = BOTH.seal(team, TEXT, [finder.public], NOW)
    assert isinstance(sealed, bytes)
    text, said = finder.decrypt(sealed)
    assert text == TEXT
    assert "DECRYPTION_OKAY" in said
    assert f"VALIDSIG {public.fingerprint}" in said or "GOODSIG" in said


def test_sq_and_the_team_read_each_other(team: bytes, public: Certificate, tmp_path: Path) -> None:
    needs("sq")
    key, other = tmp_path / "key.pgp", tmp_path / "team.pgp"
    sq(["key", "generate", "--userid", "<sq@example.net>", "--export", str(key)])
    other.write_bytes(public.body)
    certificate = sq(["key", "extract-cert", str(key)])
    message = sq(["encrypt", "--recipient-cert", str(other), "--signer-key", str(key)], TEXT)
    opened = BOTH.open([team], message, [certificate])
    assert isinstance(opened, Opened)
    assert (opened.plain, opened.signature.state) == (TEXT, Signed.GOOD)
    sealed = BOTH.seal(team, TEXT, [certificate], NOW)
    assert isinstance(sealed, bytes)
    (tmp_path / "mail.pgp").write_bytes(sealed)
    plain = sq(["decrypt", "--recipient-key", str(key), "--signer-cert", str(other), str(tmp_path / "mail.pgp")])
    assert plain == TEXT


def test_expired_and_revoked_keys_are_refused_at_the_moment_of_sending(team: bytes, homes: Path) -> None:
    old = gpg(homes / "o")
    old.key("old@example.net", at="20200101T000000", term="1y")
    signs = gpg(homes / "s")
    signs.key("signs@example.net", kind="ed25519", use="sign")
    gone = gpg(homes / "g")
    gone.key("gone@example.net")
    (good,) = _read(gone.public)
    assert isinstance(BOTH.seal(team, TEXT, [good.body], NOW), bytes), "the control: not revoked yet"
    revoked = (gone.home / "openpgp-revocs.d" / f"{gone.fingerprint}.rev").read_bytes()
    gone("--import", given=revoked[revoked.index(b":-----BEGIN") + 1 :])
    half = gpg(homes / "h")
    half.key("half@example.net", at="20200101T000000", kind="ed25519", use="sign,cert")
    half("--faked-system-time", "20200102T000000!", "--quick-add-key", half.fingerprint, "cv25519", "encr", "1y")
    expected = {old: "key-expired", half: "key-expired", signs: "no-encryption-key", gone: "key-revoked"}
    for person, code in ((each, code) for each, code in expected.items()):
        refused = BOTH.seal(team, TEXT, [person.public], NOW)
        assert isinstance(refused, Refused), person.address
        assert refused.code == code, person.address
        person.end()


def _read(body: bytes) -> tuple[Certificate, ...]:
    read = BOTH.certificates(body)
    assert not isinstance(read, Refused)
    return read


def test_what_a_key_says_of_itself_is_read_in_the_child(finder: Gpg) -> None:
    (seen,) = _read(finder.public)
    assert (seen.addresses, seen.fingerprint) == (("finder@example.net",), finder.fingerprint)
    assert seen.encrypts
    assert not seen.revoked
    for wrong in (
        b"",
        b"hello",
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabc\n-----END PGP PRIVATE KEY BLOCK-----\n",
    ):
        assert isinstance(BOTH.certificates(wrong), Refused)


def test_a_detached_signature_says_whose_it_is_and_that_a_text_was_changed(finder: Gpg) -> None:
    signature = finder("--armor", "--detach-sign", given=TEXT)
    assert BOTH.verify(TEXT, signature, [finder.public]).state is Signed.GOOD
    assert BOTH.verify(TEXT, signature, [finder.public]).by == finder.fingerprint
    assert BOTH.verify(TEXT + b"!", signature, [finder.public]).state is Signed.BAD
    assert BOTH.verify(TEXT, signature, []).state is Signed.UNKNOWN
    assert BOTH.verify(TEXT, b"nonsense", [finder.public]).state is Signed.BAD


def test_a_clear_signed_text_verifies_in_gnupg(team: bytes, public: Certificate, finder: Gpg) -> None:
    said = finder("--status-fd", "1", "--verify", given=BOTH.sign(team, b"Hello\n- dashes\n", clear=True))
    assert b"GOODSIG" in said
    assert public.fingerprint.encode() in said
