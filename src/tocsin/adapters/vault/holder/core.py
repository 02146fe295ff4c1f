# SPDX-License-Identifier: Apache-2.0
"""What the key holder answers, whether it is asked through a socket or in the same process.

Each release of a case key is counted and written to the ledger before it is given; what cannot be written down is not
given. A person who has opened as many different cases as one may is refused, and that is an alarm.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from tocsin.adapters.vault.box import seal_to
from tocsin.adapters.vault.holder import signing, wire
from tocsin.adapters.vault.holder.glass import Glass
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.adapters.vault.holder.limits import DAY, HOUR, Counter, Limits
from tocsin.adapters.vault.holder.team import Teams
from tocsin.adapters.vault.keyring import Keyring, KeyStore
from tocsin.adapters.vault.notary import LOG, WITNESS, SigningNotary
from tocsin.adapters.vault.sealers import LocalVault
from tocsin.adapters.vault.secret import KEY_BYTES, Secret
from tocsin.services.ports.keys import KeysRefused, Release, Standing
from tocsin.services.ports.vault import Tampered, bind

ALARM: Final = "key-limit"
"""Purpose under which running into a limit stands in the ledger, once an hour, for those who look after alarms."""

_ADMIN: Final = (wire.AskRotate, wire.AskEscrow, wire.AskFiles)
"""What only the holder's own user asks for. Old keys whose time is over may be ended by whoever knows that nothing
stands under them any more: by this clock, never sooner."""


_log = logging.getLogger("tocsin.holder")


class Holder(Secret):
    """The keys of one installation, and the rules of giving them out. Safe to share between threads."""

    __slots__ = (
        "_beside", "_counter", "_glass", "_keys", "_ledger", "_limits", "_lock", "_now", "_signers", "_store", "_teams",
        "_vault",
    )  # fmt: skip

    def __init__(
        self,
        store: KeyStore,
        ledger: Ledger,
        limits: Limits,
        now: Callable[[], datetime],
        beside: signing.KeyDirectory | None = None,
        teams: Teams | None = None,
    ) -> None:
        self._store, self._ledger, self._limits, self._now, self._beside = store, ledger, limits, now, beside
        self._teams = teams
        self._lock = threading.Lock()
        self._counter = Counter(limits)
        self._glass = Glass()
        self._take(store.load())
        for release in ledger.since(now() - DAY):
            self._glass.note(release)
            if not release.refused:
                self._counter.note(release.actor, release.case, release.at)

    def _take(self, keys: Keyring) -> None:
        self._keys = keys
        self._vault = LocalVault(keys.instance, keys.seed, [old.seed for old in keys.older])
        self._signers = {use.decode(): SigningNotary(keys.log, use) for use in (LOG, WITNESS)}

    def answer(self, question: wire.Question, *, admin: bool = True) -> wire.Answer:
        """Answer one question; refusals are answers too. `admin` says whether the caller may change keys."""
        if isinstance(question, _ADMIN) and not admin:
            return wire.No("refused", "only the key holder's own user changes keys: run this as that user or as root")
        try:
            return self._team(question, admin=admin) if isinstance(question, wire.AskTeam) else self._answer(question)
        except Tampered:
            return wire.No("tampered")
        except KeysRefused as refused:
            return wire.No("refused", str(refused))
        except OSError as error:
            return wire.No("unavailable", f"the ledger of releases cannot be written: {error.strerror}")

    def _answer(self, question: wire.Question) -> wire.Answer:
        match question:
            case wire.AskCaseKey():
                return self._release(question)
            case wire.AskDrop() | wire.AskDrops():
                return self._open(question)
            case wire.AskListKey(project=project):
                return wire.GivenKeys(self._vault.list_keys(project))
            case wire.AskSign(use=use, statement=statement):
                return wire.Given(self._signer(use).sign(statement))
            case wire.AskPublic(use=use):
                return wire.Given(self._signer(use).public)
            case wire.AskRewrap(case=case, wrapped=wrapped):
                return wire.Given(self._vault.rewrap(case, wrapped))
            case wire.AskReleases(since=since, actor=actor, limit=limit):
                with self._lock:
                    return wire.GivenReleases(tuple(islice(self._ledger.since(since, actor), limit)))
            case _:
                return self._administer(question)

    def _open(self, question: wire.AskDrop | wire.AskDrops) -> wire.Answer:
        if isinstance(question, wire.AskDrops):
            return wire.GivenDrops(tuple(self._vault.open_drops(question.asked)))
        return wire.Given(self._vault.open_drop(question.sealed, question.ad))

    def _team(self, question: wire.AskTeam, *, admin: bool) -> wire.Answer:
        if self._teams is None:
            raise KeysRefused("this key holder keeps no keys of teams")
        return wire.Given(self._teams.answer(question.body, self._keys, self._note, admin=admin))

    def _note(self, line: Release) -> None:
        with self._lock:
            self._ledger.append(line)

    def _grant(self, question: wire.AskGrant) -> wire.Answer:
        """Write an agreement down; from then on it holds, also after a restart."""
        now = self._now()
        with self._lock:
            line = self._glass.line(question, now)
            self._ledger.append(line)
            self._glass.note(line)
        return wire.Given(b"")

    def _administer(self, question: wire.Question) -> wire.Answer:
        match question:
            case wire.AskCertificate() | wire.AskSignDocument() | wire.AskFiles():
                return signing.answer(self._beside, self._keys.instance, question)
            case wire.AskGrant():
                return self._grant(question)
            case wire.AskRotate(keep_until=keep_until):
                with self._lock:
                    self._take(self._store.rotate(self._keys, keep_until, self._now()))
            case wire.AskRetire(now=now):
                with self._lock:
                    kept = self._store.retire(self._keys, min(now, self._now()))
                    gone = len(self._keys.older) - len(kept.older)
                    self._take(kept)
                return wire.GivenNumber(gone)
            case wire.AskEscrow(public=public):
                plain = msgspec.msgpack.encode(self._keys)
                return wire.Given(seal_to(public, plain, bind(self._keys.instance, "recovery", "keys", "", "")))
        return wire.GivenStanding(self.standing())

    def standing(self) -> Standing:
        """Which keys there are; all of it is public."""
        return Standing(
            instance=self._keys.instance,
            public=self._vault.publics,
            log_key=self._signers["log"].public,
            made_at=self._keys.made_at,
            provider=self._store.provider,
        )

    def _release(self, question: wire.AskCaseKey) -> wire.Answer:
        key = self._vault.unwrap(question.case, question.wrapped)
        if len(key) != KEY_BYTES:
            raise Tampered
        now = self._now()
        with self._lock:
            if not self._glass.open(question, now):
                self._write(question, now, "break-glass")
                raise KeysRefused("nobody has agreed to this, or its time is over: ask for it with break-glass")
            counted = self._counter.count(question.actor, question.case, now)
            because = "" if counted.refused_until is None else self._words(counted.refused_until)
            self._write(question, now, "limit" if because else "")
            if counted.alarm:
                self._write(msgspec.structs.replace(question, purpose=ALARM), now, "alarm")
        if because:
            return wire.No("limited", because)
        _log.info("case key released: case=%s actor=%s purpose=%s", question.case, question.actor, question.purpose)
        return wire.Given(key)

    def _write(self, question: wire.AskCaseKey, now: datetime, refused: str) -> None:
        release = Release(
            at=now, case=question.case, actor=question.actor, purpose=question.purpose, refused=refused
        )  # fmt: skip
        self._ledger.append(release)

    def _words(self, until: datetime) -> str:
        often = f"{self._limits.hour} different cases an hour and {self._limits.day} a day"
        return (
            f"One person opens at most {often}; the next one opens at {until:%H:%M} UTC. The cases' leads and the "
            "auditors were told. An administrator sets keys.cases_per_hour and keys.cases_per_day."
        )

    def _signer(self, use: str) -> SigningNotary:
        signer = self._signers.get(use)
        if signer is None:
            raise KeysRefused(f"there is no signing key named {use}")
        return signer


__all__ = ["ALARM", "HOUR", "Holder"]
