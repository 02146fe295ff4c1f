# SPDX-License-Identifier: Apache-2.0
"""Public issues that may be reports of a vulnerability (S13): proposed to the project's people, never decided here.

A proposal says which issue, what spoke for it and since when it is public; the words of the issue stay where they are.
Taking it up opens a private case of the kind “already public”, with the minutes counted; the neutral reply is sent only
when a person says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from tocsin.core.forge import suspects
from tocsin.core.intake import MAX_TITLE, Identity, Report
from tocsin.core.vocabulary import CaseRef, ProjectId, Refused, ReportKind
from tocsin.services import intake, radar
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.ports.forge import Forge, Issue
from tocsin.services.ports.store import Conflict


class Proposal(msgspec.Struct, frozen=True):
    """A public issue that may be a report. `answer` is "" while nobody decided, then `taken` or `left`; `reply_asked`
    says that the neutral reply goes out with the next look."""

    number: int
    url: str
    title: str
    login: str
    opened_at: datetime
    seen_at: datetime
    signs: tuple[str, ...]
    answer: str = ""
    by: str = ""
    case: CaseRef = ""
    reply_asked: bool = False
    replied: bool = False

    def minutes_public(self, now: datetime) -> int:
        """For how many minutes everybody could read it."""
        return int((now - self.opened_at).total_seconds() // 60)


_MARK: Final = "<!-- tocsin:reply -->"


class Step(StrEnum):
    """How far a proposal is."""

    WAITS = "waits"
    LEFT = "left"
    TAKEN = "taken"
    REPLY_ASKED = "reply-asked"


def proposals(desk: Desk) -> Book[Proposal]:
    """Every proposal."""
    return Book(desk, "forge-issue", Proposal, by=_step)


def _step(proposal: Proposal) -> Step:
    if proposal.reply_asked and not proposal.replied:
        return Step.REPLY_ASKED
    return Step(proposal.answer) if proposal.answer else Step.WAITS


def waiting(desk: Desk, project: ProjectId) -> Iterator[Kept[Proposal]]:
    """Proposals that nobody has decided on."""
    return proposals(desk).found(project, Step.WAITS)


def taken(desk: Desk, project: ProjectId) -> list[Proposal]:
    """Proposals that became a case, in the order of their numbers."""
    found = (each.value for step in (Step.TAKEN, Step.REPLY_ASKED) for each in proposals(desk).found(project, step))
    return sorted(found, key=lambda each: each.number)


def issue_of(payload: Any) -> Issue | None:
    """The issue of a webhook `issues` that was just opened or edited; None for every other."""
    said = payload.get("issue") if isinstance(payload, Mapping) else None
    if not isinstance(said, Mapping) or payload.get("action") not in ("opened", "edited", "reopened"):
        return None
    try:
        return Issue(
            number=int(said["number"]),
            url=str(said["html_url"]),
            title=str(said["title"]),
            body=str(said.get("body") or ""),
            login=str((said.get("user") or {}).get("login", "")),
            opened_at=datetime.fromisoformat(said["created_at"]).astimezone(UTC),
            updated_at=datetime.fromisoformat(said["updated_at"]).astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def propose(desk: Desk, project: ProjectId, issue: Issue) -> Kept[Proposal] | None:
    """Propose an issue if it looks like a report; once, whatever becomes of it later."""
    seen = suspects.look(issue.title, issue.body)
    if not seen.likely:
        return None
    proposal = Proposal(
        number=issue.number,
        url=issue.url,
        title=issue.title[:MAX_TITLE],
        login=issue.login,
        opened_at=issue.opened_at,
        seen_at=desk.now(),
        signs=seen.signs,
    )
    try:
        return proposals(desk).add(project, f"{issue.number:012d}", proposal)
    except Conflict:
        return None


def look(desk: Desk, project: ProjectId, forge: Forge, since: datetime) -> int:
    """Look through the issues that changed since; returns how many were proposed. The radar looks through them too:
    somebody may be telling in public what is still under embargo."""
    changed = list(forge.issues(since))
    radar.glance(desk, project, [(each.url, f"{each.title}\n{each.body}") for each in changed])
    return sum(propose(desk, project, each) is not None for each in changed)


def leave(desk: Desk, project: ProjectId, number: int, person: str) -> Proposal | Refused:
    """Say that an issue is no report."""
    kept = proposals(desk).get(project, f"{number:012d}")
    if kept is None or kept.value.answer:
        return _gone(number)
    answered = msgspec.structs.replace(kept.value, answer="left", by=person)
    return proposals(desk).change(kept, answered).value


def take_up(desk: Desk, project: ProjectId, number: int, person: str) -> Proposal | Refused:
    """Open a private case for an issue. The same issue taken up twice has one case."""
    kept = proposals(desk).get(project, f"{number:012d}")
    if kept is None or kept.value.answer == "left":
        return _gone(number)
    if kept.value.case:
        return kept.value
    told, now = kept.value, desk.now()
    minutes = told.minutes_public(now)
    words = (
        f"Opened in public at {told.url} by {told.login or 'somebody'} on {told.opened_at:%Y-%m-%d %H:%M} UTC: public "
        f"for {minutes} minutes when this case was opened.\nWhat spoke for it: {', '.join(told.signs)}."
    )
    report = Report(
        kind=ReportKind.ALREADY_PUBLIC,
        title=told.title or f"Public issue {number}",
        reproduce=words,
        version="unknown",
        identity=Identity(name=told.login, contact=_page(told)),
        channel="forge",
    )
    receipt = intake.receive(
        desk.outside.front, project, report, desk.tokens.mark("forge-issue", f"{project}/{number}")
    )
    if isinstance(receipt, Refused):
        return receipt
    taken = msgspec.structs.replace(told, answer="taken", by=person, case=receipt.case)
    return proposals(desk).change(kept, taken).value


def reply(desk: Desk, project: ProjectId, number: int, forge: Forge) -> Proposal | Refused:
    """Send the neutral reply, once: it is looked for before it is written. Raises Trouble and Rejected."""
    kept = proposals(desk).get(project, f"{number:012d}")
    if kept is None:
        return _gone(number)
    words = neutral(desk, project)
    if not any(_MARK in each.body for each in forge.replies(number)):
        forge.reply(number, f"{words}\n{_MARK}")
    return proposals(desk).change(kept, msgspec.structs.replace(kept.value, replied=True)).value


def _page(told: Proposal) -> str:
    """The page of whoever opened the issue, on the host of the issue."""
    host = urlsplit(told.url).netloc
    return f"https://{host}/{told.login}" if host and told.login else ""


def neutral(desk: Desk, project: ProjectId) -> str:
    """The words of the reply: the same whatever the matter."""
    return suspects.reply(f"{desk.site.public_url}/p/{project}/report")


def ask_reply(desk: Desk, project: ProjectId, number: int) -> Proposal | Refused:
    """Have the neutral reply sent with the next look at the forge."""
    kept = proposals(desk).get(project, f"{number:012d}")
    if kept is None or kept.value.answer != "taken":
        return _gone(number)
    return proposals(desk).change(kept, msgspec.structs.replace(kept.value, reply_asked=True)).value


def answer(desk: Desk, project: ProjectId, forge: Forge) -> int:
    """Send every reply that somebody asked for; returns how many. Raises Trouble and Rejected."""
    asked = list(proposals(desk).found(project, Step.REPLY_ASKED))
    for each in asked:
        reply(desk, project, each.value.number, forge)
    return len(asked)


def _gone(number: int) -> Refused:
    return Refused(code="not-found", because=f"No proposal about issue {number} waits.", rule="forge")
