# SPDX-License-Identifier: Apache-2.0
"""Where a command is carried out: on the installation of this machine, or on one elsewhere, over its API.

Both seats speak `core.wire` and take moves by name, so that a command is written once. Elsewhere is named by `--url`,
or by `TOCSIN_URL` together with a token; Django and the database are then never imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import click

from tocsin.core.vocabulary import CaseRef
from tocsin.core.wire.around import Learning
from tocsin.core.wire.case import Case, Event, Message
from tocsin.core.wire.desk import Card, CasePage, Moved, Policy, Preview, Project
from tocsin.core.wire.outside import Shares
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.core.wire.publication import Board, Plan
from tocsin.core.wire.report import NewReport, Receipt
from tocsin.delivery.cli.context import meant, remote, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.outside import Distributors, Hooks


class Seat(Protocol):
    """What a command asks of an installation. Whatever is refused ends the command with the right exit code."""

    def now(self) -> datetime:
        """The current instant."""

    def public_url(self) -> str:
        """Where reporters and parties go."""

    def page(self, **asked: Any) -> CasePage:
        """One page of cases; see `client.Cases.page`."""

    def find(self, words: str, project: str) -> CasePage:
        """Cases that are called so, or say all these words."""

    def case(self, ref: CaseRef) -> Case:
        """A case."""

    def messages(self, ref: CaseRef) -> Iterator[Message]:
        """What was said in it."""

    def events(self, ref: CaseRef) -> Iterator[Event]:
        """What happened in it."""

    def move(self, ref: CaseRef, name: str, wish: dict[str, Any]) -> Moved:
        """Make a move."""

    def snooze(self, ref: CaseRef, wish: Snooze | None) -> Snoozed:
        """Put a case out of one's own sight, or with None take it back."""

    def export(self, ref: CaseRef) -> Iterator[bytes]:
        """Everything of a case, as an archive."""

    def calendar(self, ref: CaseRef, *, quiet: bool) -> bytes:
        """The dates of a case, or with "" of every open one, as iCalendar."""

    def preview(self, ref: CaseRef) -> Preview:
        """What would be published."""

    def plan(self, ref: CaseRef, at: datetime | None, summary: str) -> Plan:
        """What would go where."""

    def board(self, ref: CaseRef) -> Board:
        """How far every target of the newest order is."""

    def document(self, ref: CaseRef, format_name: str) -> bytes:
        """One document as it would be published."""

    def published(self, advisory: str, format_name: str) -> bytes:
        """One document of a published advisory, in its newest revision."""

    def would_learn(self, ref: CaseRef, wish: dict[str, Any]) -> Learning:
        """What the readers of words that are sent on would learn; nothing is sent."""

    def shares(self, ref: CaseRef) -> Shares:
        """The distributors of a case."""

    def distributors(self, project: str) -> Distributors:
        """Who is told ahead of time."""

    def hooks(self, project: str) -> Hooks:
        """Who is told by webhook."""

    def projects(self) -> Sequence[Project]:
        """Projects."""

    def policy(self, project: str) -> Policy:
        """The policy in force."""

    def advisories(self, project: str) -> Sequence[Card]:
        """Published advisories."""


class Counter(Protocol):
    """Where a report is handed in."""

    def report(self, given: NewReport, files: Sequence[Path]) -> Receipt:
        """Hand it in."""


def seat(ctx: click.Context, person: str) -> Seat:
    """Take the seat that the command line names."""
    elsewhere = remote(ctx)
    if elsewhere is None:
        from tocsin.delivery.cli.here import here

        return here(ctx, person)
    if not elsewhere.token:
        stop("a token is needed: TOCSIN_TOKEN, TOCSIN_TOKEN_FILE or --token", Exit.AUTHENTICATION)
    from tocsin.delivery.cli.there import There

    return There(elsewhere)


def counter(ctx: click.Context) -> Counter:
    """Find where the command line hands a report in: anybody may, so no token is needed."""
    elsewhere = remote(ctx)
    if elsewhere is None:
        from tocsin.delivery.cli.here import HereCounter

        return HereCounter(ctx)
    from tocsin.delivery.cli.there import There

    return There(elsewhere)


def reference(at: Seat, given: str) -> CaseRef:
    """Turn what was typed into a case reference; see `context.meant`."""
    return meant(
        given,
        lambda: (row.ref for show in ("open", "done") for row in at.page(show=show).items),
        lambda: [row.ref for row in at.page(waits_for="team", aside="out").items],
    )
