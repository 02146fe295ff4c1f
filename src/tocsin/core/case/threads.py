# SPDX-License-Identifier: Apache-2.0
"""Who has which words of a case, and what somebody would learn from words that are sent on to them.

A message belongs to one audience for ever; it can be sent on, whole or cut, and then stands in the other thread as a
message of its own. Nothing here decides whether it may be (`core.case.decide.parties`).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from tocsin.core.case import events as ev
from tocsin.core.case import party_events as pe
from tocsin.core.case.model import REPORTER
from tocsin.core.intake import Attachment, Report
from tocsin.core.vocabulary import Audience


class Words(NamedTuple):
    """Words of one journal line and who has them: an audience and, for `PARTY`, its id. `by` wrote them."""

    seq: int
    audience: Audience
    party: str
    text: str
    attachments: tuple[Attachment, ...] = ()


class Change(StrEnum):
    """What becomes of one line of words that are sent on."""

    NEW = "new"
    KNOWN = "known"
    CUT = "cut"


class DiffLine(NamedTuple):
    """One line of what is sent on: new to them, known to them already, or cut out of the original."""

    change: Change
    text: str


def words(entry: ev.Entry) -> Words | None:
    """Return the words of a journal line, plan and workarounds with them; None for one that says nothing to anybody."""
    match entry.event:
        case ev.ReportReceived(report=report):
            return Words(entry.seq, Audience.REPORTER, "", report_text(report), report.attachments)
        case ev.MessageSent() as sent:
            text = "\n\n".join(part for part in (sent.text, sent.plan, sent.workarounds) if part.strip())
            return Words(entry.seq, sent.audience, sent.party, text, sent.attachments)
        case ev.MessageReceived() as heard:
            audience = Audience.PARTY if heard.party else Audience.REPORTER
            return Words(entry.seq, audience, heard.party, heard.text, heard.attachments)
        case pe.MessageResent() as again:
            return Words(entry.seq, again.audience, again.party, again.text, again.attachments)
        case _:
            return None


def report_text(report: Report) -> str:
    """The words of a report that describe the matter: never who sent it, nor how to reach them."""
    blocks = (
        ("", report.title),
        ("How to make it happen", report.reproduce),
        ("Version", report.version),
        ("Effects and configuration", report.effects),
        ("Attack surface", report.attack_surface),
    )
    return "\n\n".join(f"{head}:\n{body}" if head else body for head, body in blocks if body.strip())


def has(each: Words, audience: Audience, party: str) -> bool:
    """Say whether an audience has these words already: its own, or what went to all distributors it is among."""
    if audience is Audience.PARTY and party == REPORTER:
        return each.audience is Audience.REPORTER
    return each.audience is audience and each.party == party


def diff(original: str, sent: str, known: Iterable[str]) -> tuple[DiffLine, ...]:
    """Compare what is sent on with the original and with all that its readers have: what they get that they had not.

    Lines are compared without the space around them; an empty line is known to everybody.
    """
    had = {line.strip() for text in known for line in text.splitlines()} | {""}
    before, after = original.splitlines(), sent.splitlines()
    lines: list[DiffLine] = []
    for what, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what in ("delete", "replace"):
            lines += [DiffLine(Change.CUT, line) for line in before[start:end]]
        if what != "delete":
            lines += [DiffLine(Change.KNOWN if line.strip() in had else Change.NEW, line) for line in after[first:last]]
    return tuple(lines)
