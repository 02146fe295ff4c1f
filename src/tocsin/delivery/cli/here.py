# SPDX-License-Identifier: Apache-2.0
"""The seat on this machine: the installation's own office, for the person who is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from tocsin.core.intake import MAX_FILE_BYTES, Attachment
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.core.wire.around import Learning
from tocsin.core.wire.case import Case, Event, Events, Message, Messages
from tocsin.core.wire.desk import Card, CasePage, Moved, Policy, Preview, Project, Sought
from tocsin.core.wire.outside import Shares
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.core.wire.publication import Board, Plan
from tocsin.core.wire.report import NewReport, Receipt
from tocsin.delivery import ics
from tocsin.delivery.cli.context import desk, installation, step_up, stop, who
from tocsin.delivery.cli.exits import Exit, answered
from tocsin.delivery.cli.outside import Distributors, Hooks
from tocsin.delivery.cli.outside_here import DistributorsHere, HooksHere
from tocsin.services import intake, lookalikes, reports
from tocsin.services.api_tokens import Caller
from tocsin.services.app import Front
from tocsin.services.office import MOST, Filter, Office, around, distributors
from tocsin.services.office.deeds import DEEDS, ResendMessage
from tocsin.services.office.exporting import ExportOffice
from tocsin.services.office.moves import moves
from tocsin.services.office.own import OwnOffice
from tocsin.services.office.pages import card
from tocsin.services.ports.store import Unavailable
from tocsin.services.step_up import STEPPED

CHUNK: Final = 1 << 16
MIB: Final = 1 << 20
_SHOWN: Final = {"open": True, "done": False, "all": None}


def here(ctx: click.Context, person: str) -> Here:
    """Open the local installation for somebody."""
    opened = desk(ctx)
    return Here(Office(opened, Caller(person=who(opened, person).id)))


@dataclass(frozen=True)
class Here:
    """`seat.Seat` on this machine."""

    office: Office
    _seen: dict[CaseRef, int] = field(default_factory=dict)
    """How long the journal of a case was when a command looked at it: what it then does is done on that."""

    def now(self) -> datetime:
        """The installation's clock."""
        return self.office.desk.now()

    def public_url(self) -> str:
        """Where reporters and parties go."""
        return self.office.desk.site.public_url

    def page(self, show: str = "open", **asked: Any) -> CasePage:
        """One page of cases."""
        return answered(self.office.cases(Filter(open=_SHOWN[show], **asked)))

    def find(self, words: str, project: str) -> CasePage:
        """Cases that are called so, or say these words. They are read first, because this process has just begun."""
        try:
            sought = msgspec.convert({"words": words, "project": project}, Sought)
        except msgspec.ValidationError as error:
            stop(str(error), Exit.USAGE)
        lookalikes.take_in(self.office.desk)
        return answered(self.office.find(sought))

    def case(self, ref: CaseRef) -> Case:
        """A case."""
        found = answered(self.office.case(ref))
        self._seen[ref] = found.seq
        return found

    def messages(self, ref: CaseRef) -> Iterator[Message]:
        """What was said in it."""
        return _every(lambda after: answered(self.office.messages(ref, after, MOST)))

    def events(self, ref: CaseRef) -> Iterator[Event]:
        """What happened in it."""
        return _every(lambda after: answered(self.office.events(ref, after, MOST)))

    def move(self, ref: CaseRef, name: str, wish: dict[str, Any]) -> Moved:
        """Make a move; refused where the command read the case and others changed it since, as it is elsewhere."""
        if name in DEEDS:
            return self._deed(ref, name, wish)
        try:
            asked = msgspec.convert(wish, moves()[name].wish)
        except msgspec.ValidationError as error:
            stop(str(error), Exit.USAGE)
        if name in STEPPED and not isinstance(self.office.case(ref), Refused):
            step_up(self.office.desk, self.office.caller.person)
        try:
            return answered(self.office.move(ref, name, asked, self._seen.pop(ref, None)), ref)
        except Unavailable as error:
            stop(f"nothing was written: {error}. Try again.", Exit.UPSTREAM)

    def _deed(self, ref: CaseRef, name: str, wish: dict[str, Any]) -> Moved:
        try:
            asked = msgspec.convert(wish, DEEDS[name].wish)
        except msgspec.ValidationError as error:
            stop(str(error), Exit.USAGE)
        try:
            return answered(self.office.deed(ref, name, asked), ref)
        except Unavailable as error:
            stop(f"nothing was written: {error}. Try again.", Exit.UPSTREAM)

    def snooze(self, ref: CaseRef, wish: Snooze | None) -> Snoozed:
        """Put a case out of one's own sight, or with None take it back."""
        own = OwnOffice(self.office.desk, self.office.caller)
        return answered(own.snooze(ref, wish) if wish else own.wake(ref))

    def export(self, ref: CaseRef) -> Iterator[bytes]:
        """Everything of a case, as an archive; it takes a second factor."""
        answered(self.office.case(ref))
        step_up(self.office.desk, self.office.caller.person)
        return answered(ExportOffice(self.office.desk, self.office.caller).export(ref))

    def calendar(self, ref: CaseRef, *, quiet: bool) -> bytes:
        """The dates of a case, or with "" of every open one, as iCalendar."""
        own = OwnOffice(self.office.desk, self.office.caller)
        url = own.desk.site.desk_url
        return ics.render(answered(own.dates(ref)), url, ics.host(url), own.desk.now(), quiet=quiet)

    def preview(self, ref: CaseRef) -> Preview:
        """What would be published."""
        return answered(self.office.preview(ref))

    def plan(self, ref: CaseRef, at: datetime | None, summary: str) -> Plan:
        """What would go where."""
        return answered(self.office.plan(ref, at, summary))

    def board(self, ref: CaseRef) -> Board:
        """How far every target of the newest order is."""
        return answered(self.office.board(ref))

    def document(self, ref: CaseRef, format_name: str) -> bytes:
        """One document as it would be published."""
        return answered(self.office.document(ref, format_name)).body

    def published(self, advisory: str, format_name: str) -> bytes:
        """One document of a published advisory, in its newest revision."""
        found = self.office.desk.shelf.document(advisory, format_name)
        if found is None:
            stop(f"{advisory} was not published in the format “{format_name}”", Exit.NOT_FOUND)
        return found.body

    def would_learn(self, ref: CaseRef, wish: dict[str, Any]) -> Learning:
        """What the readers of words that are sent on would learn."""
        try:
            asked = msgspec.convert(wish, ResendMessage)
        except msgspec.ValidationError as error:
            stop(str(error), Exit.USAGE)
        return answered(around.would_learn(self.office, ref, asked))

    def shares(self, ref: CaseRef) -> Shares:
        """The distributors of a case."""
        return answered(distributors.of_case(self.office, ref))

    def distributors(self, project: str) -> Distributors:
        """Who is told ahead of time."""
        return DistributorsHere(self.office, project)

    def hooks(self, project: str) -> Hooks:
        """Who is told by webhook."""
        return HooksHere(self.office, project)

    def projects(self) -> Sequence[Project]:
        """Projects."""
        return answered(self.office.projects())

    def policy(self, project: str) -> Policy:
        """The policy in force."""
        return answered(self.office.policy(project))

    def advisories(self, project: str) -> Sequence[Card]:
        """Published advisories."""
        shelf = self.office.desk.shelf
        return [card(each, shelf.documents(each.id)) for each in shelf.cards(project)]


def _every(page: Callable[[int], Messages | Events]) -> Iterator[Any]:
    after = 0
    while True:
        found = page(after)
        yield from found.items
        if not (after := found.next):
            return


@dataclass(frozen=True)
class HereCounter:
    """`seat.Counter` on this machine: the same intake as the web form's."""

    ctx: click.Context

    def report(self, given: NewReport, files: Sequence[Path]) -> Receipt:
        """Hand a report in."""
        front: Front = installation(self.ctx.obj.front)
        for path in files:
            if path.stat().st_size > MAX_FILE_BYTES:
                stop(f"{path} is over {MAX_FILE_BYTES // MIB} MiB; send it in parts, or only a part", Exit.USAGE)
        sealed = tuple(_seal(front, path) for path in files)
        try:
            found = intake.receive(front, given.project, reports.said(given, sealed, "cli"), front.mint.nonce())
        except Unavailable as error:
            stop(f"nothing was taken: {error}. Try again.", Exit.UPSTREAM)
        return reports.receipt(front, answered(found))


def _seal(front: Front, path: Path) -> Attachment:
    with path.open("rb") as source, front.blobs.create() as writer:
        while chunk := source.read(CHUNK):
            writer.write(chunk)
        blob = writer.finish()
    return Attachment(blob=blob.id, key=blob.key, name=path.name, size=blob.size, sha256=blob.sha256)
