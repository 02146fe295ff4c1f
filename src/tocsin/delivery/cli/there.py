# SPDX-License-Identifier: Apache-2.0
"""The seat elsewhere: an installation over its API, with the exit codes that a refusal has here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from tocsin.client import Client, Conflict, Failed, NotFound, NotNow, OpenCase, Refusal, TokenRefused
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.core.wire.case import Case, Event, Message
from tocsin.core.wire.desk import Card, CasePage, Moved, Policy, Preview, Project
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.core.wire.publication import Board, Plan
from tocsin.core.wire.report import NewReport, Receipt
from tocsin.delivery.cli.context import Remote
from tocsin.delivery.cli.exits import Exit, hint, refuse

T = TypeVar("T")

_EXITS: Final[tuple[tuple[type[Failed], Exit], ...]] = (
    (TokenRefused, Exit.AUTHENTICATION),
    (NotFound, Exit.NOT_FOUND),
    (Conflict, Exit.CONFLICT),
    (Refusal, Exit.REFUSED),
    (NotNow, Exit.UPSTREAM),
)


class There:
    """`seat.Seat` and `seat.Counter` over HTTP."""

    def __init__(self, elsewhere: Remote) -> None:
        self._client = Client(elsewhere.url, elsewhere.token)
        self._opened: dict[CaseRef, OpenCase] = {}

    def now(self) -> datetime:
        """This machine's clock."""
        return datetime.now(UTC)

    def public_url(self) -> str:
        """Where reporters and parties go."""
        return _asked(self._client.me).public_url

    def page(self, **asked: Any) -> CasePage:
        """One page of cases."""
        return _asked(lambda: self._client.cases.page(**asked))

    def find(self, words: str, project: str) -> CasePage:
        """Cases that are called so, or say all these words."""
        return _asked(lambda: self._client.cases.find(words, project))

    def case(self, ref: CaseRef) -> Case:
        """A case."""
        return _asked(lambda: self._open(ref)).record

    def messages(self, ref: CaseRef) -> Iterator[Message]:
        """What was said in it."""
        return _asked(lambda: iter([*self._open(ref).messages()]))

    def events(self, ref: CaseRef) -> Iterator[Event]:
        """What happened in it."""
        return _asked(lambda: iter([*self._open(ref).events()]))

    def move(self, ref: CaseRef, name: str, wish: dict[str, Any]) -> Moved:
        """Make a move; the case is read again when it is asked for."""
        done = _asked(lambda: self._open(ref).move(name, **wish), ref)
        del self._opened[ref]
        return done

    def snooze(self, ref: CaseRef, wish: Snooze | None) -> Snoozed:
        """Put a case out of one's own sight, or with None take it back."""
        return _asked(lambda: self._open(ref).snooze(wish.days, wish.until) if wish else self._open(ref).wake())

    def export(self, ref: CaseRef) -> Iterator[bytes]:
        """Everything of a case, as an archive, as it comes."""
        found = _asked(lambda: self._open(ref))
        try:
            yield from found.export()
        except Failed as error:
            ended(error)

    def calendar(self, ref: CaseRef, *, quiet: bool) -> bytes:
        """The dates of a case, or with "" of every open one, as iCalendar."""
        return _asked(lambda: self._client.calendar_file(ref, quiet=quiet))

    def preview(self, ref: CaseRef) -> Preview:
        """What would be published."""
        return _asked(lambda: self._open(ref).preview())

    def plan(self, ref: CaseRef, at: datetime | None, summary: str) -> Plan:
        """What would go where."""
        return _asked(lambda: self._open(ref).plan(at, summary))

    def board(self, ref: CaseRef) -> Board:
        """How far every target of the newest order is."""
        return _asked(lambda: self._open(ref).board())

    def document(self, ref: CaseRef, format_name: str) -> bytes:
        """One document as it would be published."""
        return _asked(lambda: self._open(ref).document(format_name))

    def published(self, advisory: str, format_name: str) -> bytes:
        """One document of a published advisory, in its newest revision."""
        return _asked(lambda: self._client.document(advisory, format_name))

    def projects(self) -> Sequence[Project]:
        """Projects."""
        return _asked(self._client.projects)

    def policy(self, project: str) -> Policy:
        """The policy in force."""
        return _asked(lambda: self._client.policy(project))

    def advisories(self, project: str) -> Sequence[Card]:
        """Published advisories."""
        return _asked(lambda: self._client.advisories(project))

    def report(self, given: NewReport, files: Sequence[Path]) -> Receipt:
        """Hand a report in."""
        return _asked(lambda: self._client.report(**msgspec.structs.asdict(given), attach=files))

    def _open(self, ref: CaseRef) -> OpenCase:
        if ref not in self._opened:
            self._opened[ref] = self._client.cases.get(ref)
        return self._opened[ref]


def _asked(act: Callable[[], T], ref: CaseRef = "") -> T:
    try:
        return act()
    except Failed as error:
        hint(error.problem.code, ref)
        ended(error)


def ended(error: Failed) -> NoReturn:
    """Say why not as a refusal here would be said, and end with the same exit code."""
    problem = error.problem
    mistakes = tuple(f"{each.where}: {each.message}" for each in problem.mistakes)
    told = Refused(
        code=problem.code,
        because=problem.detail,
        rule=problem.rule,
        cite=problem.cite,
        missing=(*problem.missing, *mistakes),
    )
    malformed = Exit.USAGE if problem.status == 400 else Exit.FAILED
    refuse(told, next((code for kind, code in _EXITS if isinstance(error, kind)), malformed))
