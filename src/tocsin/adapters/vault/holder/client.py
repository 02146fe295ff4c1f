# SPDX-License-Identifier: Apache-2.0
"""The ports of desk and worker, answered by a key holder: through a socket, or by one in the same process.

Case keys are not kept: each use is asked for, counted and written down. Keys of lists are kept for a few seconds,
because one page of a list needs the same one fifty times; a rotation waits longer than that before it relies on it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.place import address
from tocsin.adapters.vault.sealers import KeyRing, PublicSealer
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.keys import KeysRefused, Release, Standing
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import Limited, Tampered

Ask = Callable[[wire.Question], wire.Answer]

KEPT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0
PAGE: Final = 20_000
"""Lines of the ledger that are read at once."""


class SocketAsk:
    """Asks over a socket; keeps connections for the next question, and makes a new one when an old one has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()

    def __call__(self, question: wire.Question) -> wire.Answer:
        """Ask; raises Unavailable when nobody answers. Questions are safe to repeat: a dead connection costs a try."""
        kept = self._take()
        if kept is not None:
            with suppress(OSError, msgspec.DecodeError):
                return self._on(kept, question)
        try:
            return self._on(self._connect(), question)
        except (OSError, msgspec.DecodeError) as error:
            raise Unavailable("the key holder does not answer; “tocsin serve” starts it") from error

    def _on(self, connection: socket.socket, question: wire.Question) -> wire.Answer:
        try:
            wire.send(connection, question)
            body = wire.receive(connection)
            if body is None:
                raise ConnectionError("the key holder hung up")
            answer: wire.Answer = wire.ANSWER.decode(body)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Let go of the connections that are kept."""
        while (connection := self._take()) is not None:
            connection.close()

    def _take(self) -> socket.socket | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(ANSWER_SECONDS)
            with address(self._path) as place:
                connection.connect(place)
        except BaseException:
            connection.close()
            raise
        return connection


def answers(path: Path) -> bool:
    """Whether a key holder answers on this socket."""
    ask = SocketAsk(path)
    try:
        ask(wire.AskStanding())
    except Unavailable:
        return False
    finally:
        ask.close()
    return True


class HeldVault(PublicSealer):
    """A `Vault` whose keys are with the key holder; sealing needs the public half only and asks nobody."""

    def __init__(self, sealer: PublicSealer, ask: Ask) -> None:
        super().__init__(sealer.instance, sealer.newest)
        self._sealer = sealer
        self._ask = ask
        self._lists: dict[str, tuple[float, SymmetricKey | KeyRing]] = {}

    @property
    def newest(self) -> bytes:
        """The public key that is sealed to: what the installation's public file says now."""
        return self._sealer.newest

    def case_key(self, case: str, wrapped: bytes, actor_id: str, purpose: str) -> SymmetricKey:
        """Ask for the key of a case; see the port."""
        given = _given(self._ask(wire.AskCaseKey(case, wrapped, actor_id, purpose)))
        return SymmetricKey(given)

    def open_drop(self, sealed: bytes, ad: bytes) -> bytes:
        """Have a drop opened; see the port."""
        return _given(self._ask(wire.AskDrop(sealed, ad)))

    def open_drops(self, asked: Sequence[tuple[bytes, bytes]]) -> tuple[bytes | None, ...]:
        """Have several drops opened; see the port."""
        if not asked:
            return ()
        answer = self._ask(wire.AskDrops(tuple(asked)))
        if not isinstance(answer, wire.GivenDrops):
            raise _refusal(answer)
        return answer.opened

    def list_key(self, project: str) -> SymmetricKey | KeyRing:
        """Ask for the key of a list, at most every few seconds; see the port."""
        kept = self._lists.get(project)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        answer = self._ask(wire.AskListKey(project))
        if not isinstance(answer, wire.GivenKeys):
            raise _refusal(answer)
        key = KeyRing(answer.keys) if len(answer.keys) > 1 else SymmetricKey(answer.keys[0])
        self._lists[project] = (time.monotonic(), key)
        return key


class HeldNotary:
    """A `Notary` whose signing key is with the key holder."""

    def __init__(self, ask: Ask, use: str) -> None:
        self._ask = ask
        self._use = use
        self._public = b""

    @property
    def public(self) -> bytes:
        """Public half; see the port."""
        if not self._public:
            self._public = _given(self._ask(wire.AskPublic(self._use)))
        return self._public

    def sign(self, statement: bytes) -> bytes:
        """Detached signature; see the port."""
        return _given(self._ask(wire.AskSign(self._use, statement)))


class HeldSigner:
    """A `site.Signer` whose key is with the key holder; `held_signer` makes one."""

    def __init__(self, ask: Ask, fingerprint: str, certificate: str) -> None:
        self._ask = ask
        self._fingerprint, self._certificate = fingerprint, certificate

    def __repr__(self) -> str:
        return f"<HeldSigner {self._fingerprint}>"

    @property
    def fingerprint(self) -> str:
        """Of the certificate; see the port."""
        return self._fingerprint

    @property
    def certificate(self) -> str:
        """Public half; see the port."""
        return self._certificate

    def sign(self, body: bytes) -> str:
        """Detached signature; see the port."""
        return _given(self._ask(wire.AskSignDocument(body))).decode("ascii")


def held_signer(ask: Ask) -> HeldSigner | None:
    """The signer of published documents; None where there is no such key. Raises KeysRefused and Unavailable."""
    answer = ask(wire.AskCertificate())
    if not isinstance(answer, wire.GivenCertificate):
        raise _refusal(answer)
    return HeldSigner(ask, answer.fingerprint, answer.armour) if answer.armour else None


def team_carrier(ask: Ask) -> Callable[[bytes], bytes]:
    """What `team_client` carries its questions with. Raises what `_refusal` says."""
    return lambda body: _given(ask(wire.AskTeam(body)))


class HeldKeys:
    """The `KeyKeeper` of the port, and the escrow for the recovery kit."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def standing(self) -> Standing:
        """Which keys there are; see the port."""
        return _standing(self._ask(wire.AskStanding()))

    def releases(self, since: datetime, actor: str = "") -> Sequence[Release]:
        """The ledger; see the port."""
        lines: list[Release] = []
        while True:
            answer = self._ask(wire.AskReleases(since, actor, PAGE))
            if not isinstance(answer, wire.GivenReleases):
                raise _refusal(answer)
            fresh = answer.lines if not lines else answer.lines[_overlap(lines, answer.lines) :]
            lines += fresh
            if len(answer.lines) < PAGE or not fresh:
                return lines
            since = lines[-1].at

    def rewrap(self, case: CaseRef, wrapped: bytes) -> bytes:
        """A case's key under the newest key; see the port."""
        return _given(self._ask(wire.AskRewrap(case, wrapped)))

    def rotate(self, keep_until: datetime) -> Standing:
        """A new key; see the port."""
        return _standing(self._ask(wire.AskRotate(keep_until)))

    def retire(self, now: datetime) -> int:
        """The end of old keys; see the port."""
        answer = self._ask(wire.AskRetire(now))
        if not isinstance(answer, wire.GivenNumber):
            raise _refusal(answer)
        return answer.number

    def grant(self, case: CaseRef, actor: str, second: str, until: datetime) -> None:
        """Break-glass; see the port."""
        _given(self._ask(wire.AskGrant(case, actor, second, until)))

    def files(self, public: bytes) -> bytes:
        """The small files beside the keys, sealed to the recovery kit's public key; raises KeysRefused."""
        return _given(self._ask(wire.AskFiles(public)))

    def escrow(self, public: bytes) -> bytes:
        """All keys sealed to the recovery kit's public key; raises KeysRefused for callers that may not."""
        return _given(self._ask(wire.AskEscrow(public)))


def _overlap(lines: list[Release], page: Sequence[Release]) -> int:
    """How many lines at the beginning of a page were read before: those of the instant at which the last one ended."""
    return sum(1 for line in page if line.at == lines[-1].at and line in lines[-len(page) :])


def _given(answer: wire.Answer) -> bytes:
    if isinstance(answer, wire.Given):
        return answer.data
    raise _refusal(answer)


def _standing(answer: wire.Answer) -> Standing:
    if isinstance(answer, wire.GivenStanding):
        return answer.standing
    raise _refusal(answer)


def _refusal(answer: wire.Answer) -> Exception:
    """What to raise for an answer that is not the one that was asked for."""
    if not isinstance(answer, wire.No):
        return Unavailable("the key holder speaks another language; restart the whole server")
    if answer.code == "tampered":
        return Tampered()
    if answer.code == "limited":
        return Limited(answer.because)
    return Unavailable(answer.because) if answer.code == "unavailable" else KeysRefused(answer.because)
