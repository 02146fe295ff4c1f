# SPDX-License-Identifier: Apache-2.0
"""The seat elsewhere: an installation over its API, with the exit codes that a refusal has here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tocsin.client import Client, Failed, OpenCase
from tocsin.core.vocabulary import CaseRef
from tocsin.core.wire.around import Learning
from tocsin.core.wire.case import Case, Event, Message
from tocsin.core.wire.desk import Card, CasePage, Moved, Policy, Preview, Project
from tocsin.core.wire.outside import Shares
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.core.wire.publication import Board, Plan
from tocsin.core.wire.report import NewReport, Receipt
from tocsin.delivery.cli.context import Remote
from tocsin.delivery.cli.failed import answered, ended
from tocsin.delivery.cli.outside import Distributors, Hooks
from tocsin.delivery.cli.outside_there import DistributorsThere, HooksThere


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
        return answered(self._client.me).public_url

    def page(self, **asked: Any) -> CasePage:
        """One page of cases."""
        return answered(lambda: self._client.cases.page(**asked))

    def find(self, words: str, project: str) -> CasePage:
        """Cases that are called so, or say all these words."""
        return answered(lambda: self._client.cases.find(words, project))

    def case(self, ref: CaseRef) -> Case:
        """A case."""
        return answered(lambda: self._open(ref)).record

    def messages(self, ref: CaseRef) -> Iterator[Message]:
        """What was said in it."""
        return answered(lambda: iter([*self._open(ref).messages()]))

    def events(self, ref: CaseRef) -> Iterator[Event]:
        """What happened in it."""
        return answered(lambda: iter([*self._open(ref).events()]))

    def move(self, ref: CaseRef, name: str, wish: dict[str, Any]) -> Moved:
        """Make a move; the case is read again when it is asked for."""
        done = answered(lambda: self._open(ref).move(name, **wish), ref)
        del self._opened[ref]
        return done

    def snooze(self, ref: CaseRef, wish: Snooze | None) -> Snoozed:
        """Put a case out of one's own sight, or with None take it back."""
        return answered(lambda: self._open(ref).snooze(wish.days, wish.until) if wish else self._open(ref).wake())

    def export(self, ref: CaseRef) -> Iterator[bytes]:
        """Everything of a case, as an archive, as it comes."""
        found = answered(lambda: self._open(ref))
        try:
            yield from found.export()
        except Failed as error:
            ended(error)

    def calendar(self, ref: CaseRef, *, quiet: bool) -> bytes:
        """The dates of a case, or with "" of every open one, as iCalendar."""
        return answered(lambda: self._client.calendar_file(ref, quiet=quiet))

    def preview(self, ref: CaseRef) -> Preview:
        """What would be published."""
        return answered(lambda: self._open(ref).preview())

    def plan(self, ref: CaseRef, at: datetime | None, summary: str) -> Plan:
        """What would go where."""
        return answered(lambda: self._open(ref).plan(at, summary))

    def board(self, ref: CaseRef) -> Board:
        """How far every target of the newest order is."""
        return answered(lambda: self._open(ref).board())

    def document(self, ref: CaseRef, format_name: str) -> bytes:
        """One document as it would be published."""
        return answered(lambda: self._open(ref).document(format_name))

    def published(self, advisory: str, format_name: str) -> bytes:
        """One document of a published advisory, in its newest revision."""
        return answered(lambda: self._client.document(advisory, format_name))

    def projects(self) -> Sequence[Project]:
        """Projects."""
        return answered(self._client.projects)

    def policy(self, project: str) -> Policy:
        """The policy in force."""
        return answered(lambda: self._client.policy(project))

    def advisories(self, project: str) -> Sequence[Card]:
        """Published advisories."""
        return answered(lambda: self._client.advisories(project))

    def would_learn(self, ref: CaseRef, wish: dict[str, Any]) -> Learning:
        """What the readers of words that are sent on would learn."""
        return answered(lambda: self._open(ref).would_learn(**wish), ref)

    def shares(self, ref: CaseRef) -> Shares:
        """The distributors of a case."""
        return answered(lambda: self._open(ref).shares())

    def distributors(self, project: str) -> Distributors:
        """Who is told ahead of time."""
        return DistributorsThere(self._client.distributors(project))

    def hooks(self, project: str) -> Hooks:
        """Who is told by webhook."""
        return HooksThere(self._client.webhooks(project))

    def report(self, given: NewReport, files: Sequence[Path]) -> Receipt:
        """Hand a report in."""
        return answered(lambda: self._client.report(**msgspec.structs.asdict(given), attach=files))

    def _open(self, ref: CaseRef) -> OpenCase:
        if ref not in self._opened:
            self._opened[ref] = self._client.cases.get(ref)
        return self._opened[ref]
