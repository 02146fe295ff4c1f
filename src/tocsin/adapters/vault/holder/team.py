# SPDX-License-Identifier: Apache-2.0
"""The teams' OpenPGP keys, inside the key holder: made here, kept sealed beside the ring of keys, never given out.

One file for each project, `team-PROJECT.sealed`, holds all its secret keys, the newest first: old ones open old mail.
It is sealed under a key made from the installation's ring, so that it is kept as well as the ring is (in clear, under
a passphrase, by the service manager), survives a rotation, and comes back with the recovery kit. The holder does not
know OpenPGP: the engine is handed to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.durable import replace_file
from tocsin.adapters.vault.keyfiles import read_private
from tocsin.adapters.vault.keyring import Keyring
from tocsin.adapters.vault.secret import Root, Secret
from tocsin.core.vocabulary import PROJECT_ID, ProjectId, Refused
from tocsin.services.ports.keys import KeysRefused, Release
from tocsin.services.ports.openpgp import NO_KEY, Certificate, Opened
from tocsin.services.ports.vault import Tampered, bind

MOST: Final = 10
"""Keys of one project that are kept."""

_PURPOSE: Final = b"tocsin team keys"


class Engine(Protocol):
    """OpenPGP itself (`adapters.openpgp.engine`)."""

    def make(self, users: Sequence[str]) -> bytes:
        """A new secret key."""

    def public(self, secret: bytes) -> Certificate:
        """The public half; raises ValueError for bytes that hold no secret key."""

    def sign(self, secret: bytes, body: bytes, *, clear: bool = False) -> bytes:
        """A signature in armour; raises ValueError for a key that needs a passphrase."""

    def seal(self, secret: bytes, plaintext: bytes, certificates: Sequence[bytes], now: datetime) -> bytes | Refused:
        """Encrypt and sign."""

    def open(self, secrets: Sequence[bytes], message: bytes, known: Sequence[bytes]) -> Opened | Refused:
        """Decrypt, in a limited child."""


class Ask(msgspec.Struct, frozen=True, tag_field="ask", forbid_unknown_fields=True):
    """Base of what is asked about one project's key; shows nothing of itself."""

    project: ProjectId

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Public(Ask, frozen=True, tag="public"):
    """The public half of the newest key."""


class Make(Ask, frozen=True, tag="make"):
    """A new key for these user ids."""

    users: tuple[str, ...]


class Take(Ask, frozen=True, tag="take"):
    """A key that the team has already, in place of a new one."""

    secret: bytes


class Open(Ask, frozen=True, tag="open"):
    """A message opened."""

    message: bytes
    known: tuple[bytes, ...]
    purpose: str


class Seal(Ask, frozen=True, tag="seal"):
    """A text sealed, and signed unless `project` is empty."""

    plaintext: bytes
    certificates: tuple[bytes, ...]


class Sign(Ask, frozen=True, tag="sign"):
    """A text signed."""

    body: bytes
    clear: bool


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The answer; what does not apply is empty."""

    data: bytes = b""
    opened: Opened | None = None
    certificate: Certificate | None = None
    refused: Refused | None = None

    def __repr__(self) -> str:
        return "<Told>"


Question = Public | Make | Take | Open | Seal | Sign
QUESTION: Final = msgspec.msgpack.Decoder(Question)
TOLD: Final = msgspec.msgpack.Decoder(Told)
ENCODER: Final = msgspec.msgpack.Encoder()
_SECRETS: Final = msgspec.msgpack.Decoder(tuple[bytes, ...])
_ADMIN: Final = (Make, Take)


class Teams(Secret):
    """The keys of all teams of one installation. Safe to share between threads."""

    __slots__ = ("_directory", "_engine", "_lock", "_now", "_secrets")

    def __init__(self, directory: Path, engine: Engine, now: Callable[[], datetime]) -> None:
        self._directory, self._engine, self._now = directory, engine, now
        self._lock = threading.Lock()
        self._secrets: dict[ProjectId, tuple[bytes, ...]] = {}

    def answer(self, body: bytes, ring: Keyring, write: Callable[[Release], None], *, admin: bool) -> bytes:
        """Answer one question, each opening after it was written down; raises KeysRefused for one that the caller may
        not ask, Tampered, and OSError where nothing can be written."""
        question = QUESTION.decode(body)
        if isinstance(question, _ADMIN) and not admin:
            raise KeysRefused("only the key holder's own user makes keys: run this as that user or as root")
        if question.project and not PROJECT_ID.fullmatch(question.project):
            raise KeysRefused("this is no project")
        if isinstance(question, Open):  # what cannot be written down is not opened
            write(Release(at=self._now(), case=question.project, actor="system", purpose=question.purpose))
        return ENCODER.encode(self._told(question, ring))

    def _told(self, question: Question, ring: Keyring) -> Told:
        match question:
            case Make(project=project, users=users):
                return self._add(ring, project, self._engine.make(users))
            case Take(project=project, secret=secret):
                return self._add(ring, project, self._checked(secret))
            case Seal(project="", plaintext=plaintext, certificates=certificates):
                return _outcome(self._engine.seal(b"", plaintext, certificates, self._now()))
        secrets = self._of(ring, question.project)
        if not secrets:
            return Told() if isinstance(question, Public) else Told(refused=_no_key(question.project))
        return self._with(question, secrets)

    def _with(self, question: Public | Open | Seal | Sign, secrets: tuple[bytes, ...]) -> Told:
        match question:
            case Open(message=message, known=known):
                opened = self._engine.open(secrets, message, known)
                return Told(refused=opened) if isinstance(opened, Refused) else Told(opened=opened)
            case Seal(plaintext=plaintext, certificates=certificates):
                return _outcome(self._engine.seal(secrets[0], plaintext, certificates, self._now()))
            case Sign(body=body, clear=clear):
                return Told(data=self._engine.sign(secrets[0], body, clear=clear))
            case Public():
                return Told(certificate=self._engine.public(secrets[0]))

    def _add(self, ring: Keyring, project: ProjectId, secret: bytes) -> Told:
        with self._lock:
            kept = (secret, *(each for each in self._load(ring, project) if each != secret))[:MOST]
            sealed = _key(ring).seal(ENCODER.encode(kept), _place(ring, project))
            replace_file(self._path(project), sealed)
            self._secrets[project] = kept
        return Told(certificate=self._engine.public(secret))

    def _checked(self, secret: bytes) -> bytes:
        try:
            self._engine.public(secret)
            self._engine.sign(secret, b"")
        except (ValueError, RuntimeError):
            raise KeysRefused(
                "this is no OpenPGP secret key, or it still needs a passphrase; export it without one"
            ) from None  # fmt: skip
        return secret

    def _of(self, ring: Keyring, project: ProjectId) -> tuple[bytes, ...]:
        with self._lock:
            if project not in self._secrets:
                self._secrets[project] = self._load(ring, project)
            return self._secrets[project]

    def _load(self, ring: Keyring, project: ProjectId) -> tuple[bytes, ...]:
        path = self._path(project)
        if not path.exists():
            return ()
        try:
            return _SECRETS.decode(_key(ring).open(read_private(path), _place(ring, project)))
        except msgspec.DecodeError:
            raise Tampered from None

    def _path(self, project: ProjectId) -> Path:
        return self._directory / f"team-{project}.sealed"


def _outcome(sealed: bytes | Refused) -> Told:
    return Told(refused=sealed) if isinstance(sealed, Refused) else Told(data=sealed)


def _no_key(project: ProjectId) -> Refused:
    because = f"{project} has no OpenPGP key; “tocsin mail key create {project}” makes one."
    return Refused(code=NO_KEY, because=because, rule="key holder")


def _key(ring: Keyring) -> SymmetricKey:
    return SymmetricKey(Root(ring.log).derive(_PURPOSE))


def _place(ring: Keyring, project: ProjectId) -> bytes:
    return bind(ring.instance, "team", "secrets", project, "")
