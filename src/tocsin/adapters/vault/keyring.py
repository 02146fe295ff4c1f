# SPDX-License-Identifier: Apache-2.0
"""The private keys of an installation, and the ways of keeping them: the providers.

- *file*: in clear, in a directory of their own, readable by one user (`<instance>.kek` and `.logkey`).
- *passphrase*: the same file sealed under a key made from a passphrase with argon2id (RFC 9106), asked for at start.
- *credential*: the same file sealed under a key that the service manager hands over (systemd's `LoadCredential=` and
  `LoadCredentialEncrypted=`), from the TPM or the machine's own secret.

A sealed ring is one file: rotating writes it again under the same unlocking key.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from nacl import pwhash

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.durable import create_file, replace_file
from tocsin.adapters.vault.keyfiles import (
    KekFile,
    KeyFileRefused,
    LogFile,
    OldKey,
    encode,
    kek_file,
    log_file,
    read_kek,
    read_log,
    read_private,
)
from tocsin.adapters.vault.secret import KEY_BYTES, Secret
from tocsin.services.ports.vault import Tampered, bind

CREDENTIAL: Final = "tocsin.unlock"
"""Name of the credential, in the directory that the service manager names in CREDENTIALS_DIRECTORY."""
_EFFORT: Final = {
    "passphrase": (pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE),
    "credential": (pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN),
}
"""Rounds and bytes of memory that opening takes: much for what a person can remember, and next to nothing for random
bytes, which nobody guesses."""

MIN_PASSPHRASE: Final = 12


class Keyring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All private keys; shows nothing of itself."""

    instance: str
    seed: bytes
    log: bytes
    older: tuple[OldKey, ...] = ()
    made_at: datetime | None = None

    def __repr__(self) -> str:
        return "<Keyring>"


class SealedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`<instance>.kek` where the keys do not lie in clear."""

    format: Literal["tocsin-sealed-1"] = "tocsin-sealed-1"
    instance: str
    provider: Literal["passphrase", "credential"]
    salt: bytes
    operations: int
    memory: int
    body: bytes

    def __repr__(self) -> str:
        return f"<SealedFile {self.provider}>"


class KeyStore(Secret):
    """Reads and writes the ring of one installation. `unlock` is asked for the passphrase where one is needed."""

    __slots__ = ("_path", "_unlock", "_unlocked", "provider")

    def __init__(self, path: Path, unlock: Callable[[], str] | None = None) -> None:
        self._path = path
        self._unlock = unlock
        self._unlocked: tuple[SymmetricKey, SealedFile] | None = None
        self.provider = provider(path)

    def load(self) -> Keyring:
        """Read the ring; raises KeyFileRefused when it lies badly, is damaged, or the passphrase is not the one."""
        if self.provider == "file":
            kek, log = read_kek(self._path), read_log(log_file(self._path))
            return Keyring(
                instance=kek.instance, seed=kek.seed, older=kek.older, made_at=kek.made_at, log=log.seed
            )  # fmt: skip
        sealed = _sealed(self._path)
        key = self._key(sealed)
        self._unlocked = (key, sealed)
        ring = _open(key, sealed)
        if ring is None:
            raise KeyFileRefused(f"{self._path} does not open: a wrong {sealed.provider}, or the file was altered")
        return ring

    def rotate(self, ring: Keyring, keep_until: datetime, now: datetime) -> Keyring:
        """Put a new key in front, durably; the present one is kept until `keep_until`."""
        kept = (OldKey(seed=ring.seed, until=keep_until), *ring.older)
        fresh = msgspec.structs.replace(ring, seed=os.urandom(KEY_BYTES), older=kept, made_at=now)
        self._save(fresh)
        return fresh

    def retire(self, ring: Keyring, now: datetime) -> Keyring:
        """Drop the old keys whose time is over, durably."""
        kept = tuple(old for old in ring.older if old.until > now)
        if kept == ring.older:
            return ring
        left = msgspec.structs.replace(ring, older=kept)
        self._save(left)
        return left

    def _save(self, ring: Keyring) -> None:
        if self._unlocked is None:
            replace_file(self._path, encode(_kek(ring)))
        else:
            key, sealed = self._unlocked
            replace_file(self._path, encode(_seal(ring, key, sealed)))

    def _key(self, sealed: SealedFile) -> SymmetricKey:
        if sealed.provider == "credential":
            return SymmetricKey(_derive(_credential(), sealed))
        if self._unlock is None:
            raise KeyFileRefused(f"{self._path} opens with a passphrase; run “tocsin serve” at a terminal")
        return SymmetricKey(_derive(self._unlock().encode(), sealed))


def provider(path: Path) -> str:
    """How the keys at `path` are kept: `file`, `passphrase` or `credential`; raises KeyFileRefused."""
    try:
        return _SEALED.decode(read_private(path)).provider
    except msgspec.DecodeError:
        return "file"


def seal_with(path: Path, kind: Literal["passphrase", "credential"], passphrase: str = "") -> None:
    """Turn keys that lie in clear into a sealed ring, and remove the clear files; raises KeyFileRefused.

    The old files are overwritten by name only: on a disk that keeps old blocks, rotate afterwards.
    """
    store = KeyStore(path)
    if store.provider != "file":
        raise KeyFileRefused(f"{path} is sealed already; “tocsin keys unseal” first")
    if kind == "passphrase" and len(passphrase) < MIN_PASSPHRASE:
        raise KeyFileRefused(f"a passphrase has {MIN_PASSPHRASE} characters or more; six random words are good")
    ring = store.load()
    operations, memory = _EFFORT[kind]
    empty = SealedFile(
        instance=ring.instance,
        provider=kind,
        salt=os.urandom(pwhash.argon2id.SALTBYTES),
        operations=operations,
        memory=memory,
        body=b"",
    )
    key = SymmetricKey(_derive(passphrase.encode() if kind == "passphrase" else _credential(), empty))
    replace_file(path, encode(_seal(ring, key, empty)))
    log_file(path).unlink(missing_ok=True)


def unseal(path: Path, unlock: Callable[[], str]) -> None:
    """Turn a sealed ring back into files in clear; raises KeyFileRefused."""
    ring = KeyStore(path, unlock).load()
    if not log_file(path).exists():
        create_file(log_file(path), encode(LogFile(instance=ring.instance, seed=ring.log)))
    replace_file(path, encode(_kek(ring)))


def write_ring(directory: Path, ring: Keyring) -> Path:
    """Write a recovered ring into an empty key directory, in clear; FileExistsError where there are keys."""
    path = kek_file(directory, ring.instance)
    create_file(log_file(path), encode(LogFile(instance=ring.instance, seed=ring.log)))
    create_file(path, encode(_kek(ring)))
    return path


_SEALED: Final = msgspec.json.Decoder(SealedFile)


def _kek(ring: Keyring) -> KekFile:
    return KekFile(instance=ring.instance, seed=ring.seed, older=ring.older, made_at=ring.made_at)


def _sealed(path: Path) -> SealedFile:
    return _SEALED.decode(read_private(path))


def _seal(ring: Keyring, key: SymmetricKey, sealed: SealedFile) -> SealedFile:
    return msgspec.structs.replace(sealed, body=key.seal(msgspec.msgpack.encode(ring), _place(sealed)))


def _open(key: SymmetricKey, sealed: SealedFile) -> Keyring | None:
    try:
        return msgspec.msgpack.decode(key.open(sealed.body, _place(sealed)), type=Keyring)
    except (Tampered, msgspec.DecodeError):
        return None


def _place(sealed: SealedFile) -> bytes:
    return bind(sealed.instance, "keyring", sealed.provider, "", "")


def _derive(secret: bytes, sealed: SealedFile) -> bytes:
    return pwhash.argon2id.kdf(KEY_BYTES, secret, sealed.salt, sealed.operations, sealed.memory)


def _credential() -> bytes:
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    try:
        secret = (Path(directory) / CREDENTIAL).read_bytes() if directory else b""
    except OSError as error:
        raise KeyFileRefused(f"the credential {CREDENTIAL} cannot be read: {error.strerror}") from None
    if len(secret) < KEY_BYTES:
        raise KeyFileRefused(f"the service manager hands over no credential {CREDENTIAL} of 32 bytes or more")
    return secret
