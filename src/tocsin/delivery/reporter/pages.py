# SPDX-License-Identifier: Apache-2.0
"""What the templates of an open room are given: frozen views of the reporter's copy, with no key in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext

from tocsin.core import notices
from tocsin.core.intake import Attachment
from tocsin.delivery.reporter.terms import clocked, instant, told, until
from tocsin.services.queries import words

TEAM: Final = "vendor"
"""How a negotiation names the project."""


@dataclass(frozen=True)
class StepView:
    """A step of the report's way. `mark` says how to draw it: `done`, `next`, `ahead`, and a date as a diamond."""

    name: str
    mark: str
    when: str
    done: bool
    next: bool


@dataclass(frozen=True)
class FileView:
    """A file as shown: what it is called and where it can be fetched."""

    blob: str
    name: str
    size: str
    sha256: str


@dataclass(frozen=True)
class MessageView:
    """One message."""

    at: str
    mine: bool
    text: str
    plan: str
    workarounds: str
    automatic: bool
    files: tuple[FileView, ...]


@dataclass(frozen=True)
class ProposalView:
    """A date on the table, and whose it is: `mine`, the team's, or else another party's."""

    id: str
    ends: str
    mine: bool
    teams: bool
    answer_by: str
    yours: str


def steps(status: notices.CopyStatus) -> list[StepView]:
    """List the steps of a report with what is known of each."""
    first = next((step for step in status.steps if not step.done), None)
    return [_step(step, comes_next=step is first) for step in status.steps]


def _step(step: notices.Step, *, comes_next: bool) -> StepView:
    state = "done" if step.done else "next" if comes_next else "ahead"
    return StepView(
        name=told(step.name),
        mark=f"{state} date" if step.name == "Agreed date" else state,
        when=instant(step.at) if step.done else _by(step.due) or told("next" if comes_next else "to come"),
        done=step.done,
        next=comes_next,
    )


def message(copy: notices.CopyMessage) -> MessageView:
    """Show one message."""
    return MessageView(
        at=instant(copy.at),
        mine=copy.by == "you",
        text=copy.text,
        plan=copy.plan,
        workarounds=copy.workarounds,
        automatic=copy.automatic,
        files=tuple(file(each) for each in copy.attachments),
    )


def file(attachment: Attachment) -> FileView:
    """Show one file."""
    return FileView(
        blob=attachment.blob, name=attachment.name, size=words.size(attachment.size), sha256=attachment.sha256
    )


def proposal(offer: notices.OpenProposal, me: str, now: datetime, zone: str = "") -> ProposalView:
    """Show one date on the table to the side that bargains as `me` and lives by the clock of `zone`."""
    return ProposalView(
        id=offer.id,
        ends=f"{instant(offer.ends_at)} ({until(offer.ends_at, now)})",
        mine=offer.by == me,
        teams=offer.by == TEAM,
        answer_by=instant(offer.respond_by),
        yours=clocked(offer.ends_at, zone),
    )


def _by(due: datetime | None) -> str:
    return gettext("by %(due)s") % {"due": instant(due)} if due else ""
