# SPDX-License-Identifier: Apache-2.0
"""Cases: lists, one opened case, and its moves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tocsin.client.http import Http
from tocsin.core.wire.around import Learning, Likeness, Looker, Looks
from tocsin.core.wire.case import Case, Event, Events, Message, Messages
from tocsin.core.wire.desk import CasePage, CaseRow, Moved, Preview, Sought, Uploaded
from tocsin.core.wire.outside import Shares
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.core.wire.publication import Board, Plan, Planning


class Cases:
    """The cases that the token may see."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def page(self, **asked: Any) -> CasePage:
        """Read one page: `project`, `show` (open, done, all), `waits_for`, `phase`, `lead`, `by`, `aside` (out, only),
        `after`, `limit`."""
        return self._http.get("/cases", CasePage, **asked)

    def list(self, **asked: Any) -> Iterator[CaseRow]:
        """Read every page, one after the other, the case that is due first on top."""
        return self._http.pages("/cases", CasePage, **asked)

    def find(self, words: str, project: str = "") -> CasePage:
        """Find cases by reference, by CVE id, or by the words of their reports."""
        return self._http.post("/search", Sought(words=words, project=project), CasePage)

    def get(self, ref: str) -> OpenCase:
        """Open a case."""
        return OpenCase(self._http, self._http.get(_path(ref), Case))


class OpenCase:
    """One case as it was read. Moves are made on what was seen: a change by somebody else meanwhile raises Conflict."""

    def __init__(self, http: Http, record: Case) -> None:
        self._http = http
        self.record = record
        self._seen = record.seq

    @property
    def ref(self) -> str:
        """Its reference."""
        return self.record.ref

    def refresh(self) -> OpenCase:
        """Read it again."""
        self.record = self._http.get(_path(self.ref), Case)
        self._seen = self.record.seq
        return self

    def move(self, name: str, /, *, trial: bool = False, **wish: Any) -> Moved:
        """Make a move by its name, with the fields that the OpenAPI document tells; `trial` writes nothing."""
        headers = {"If-Match": f'"{self._seen}"'}
        query = {"trial": "true"} if trial else {}
        done = self._http.post(f"{_path(self.ref)}/moves/{quote(name, safe='')}", wish, Moved, headers, **query)
        if not trial and done.case == self.ref:  # a split answers with the new one; this one grew too: `refresh`
            self._seen = done.seq
        return done

    def note(self, text: str, attachments: Sequence[Uploaded] = ()) -> Moved:
        """Write an internal note."""
        return self.move("say", audience="team", text=text, attachments=[each.token for each in attachments])

    def reply(self, text: str, *, plan: str = "", workarounds: str = "", attachments: Sequence[Uploaded] = ()) -> Moved:
        """Write to the reporter."""
        tokens = [each.token for each in attachments]
        return self.move("say", audience="reporter", text=text, plan=plan, workarounds=workarounds, attachments=tokens)

    def assign(self, lead: str = "me") -> Moved:
        """Give the case a lead: a name, an id, or `me`."""
        return self.move("assign", lead=lead)

    def accept(self, text: str = "", *, plan: str = "", workarounds: str = "") -> Moved:
        """Accept the report as a vulnerability of the project."""
        return self.move("accept", answer={"text": text, "plan": plan, "workarounds": workarounds})

    def reject(self, rejection: str, reason: str) -> Moved:
        """Reject the report; the reason goes to the reporter."""
        return self.move("reject", rejection=rejection, reason=reason)

    def score(self, vector: str, reason: str = "") -> Moved:
        """Score it with a CVSS vector."""
        return self.move("score", vector=vector, reason=reason)

    def propose_embargo(self, ends_at: datetime, reason: str = "", respond_by: datetime | None = None) -> Moved:
        """Propose when the embargo ends; both instants need a zone."""
        return self.move("propose-embargo", ends_at=ends_at, reason=reason, respond_by=respond_by)

    def publish(self, seen: Preview, summary: str = "") -> Moved:
        """Order publication of exactly what a preview showed."""
        return self.move("publish", confirmation=seen.advisory_id, digest=seen.digest, summary=summary)

    def invite(self, part: str, name: str, why: str, **more: Any) -> Moved:
        """Ask a party in; the answer's `phrase` opens its room, and is told this once."""
        return self.move("invite", part=part, name=name, why=why, **more)

    def export(self) -> Iterator[bytes]:
        """Read everything of it as a tar archive, piece by piece: it is in clear."""
        with self._http.stream(f"{_path(self.ref)}/export") as chunks:
            yield from chunks

    def undo(self, line: int = 0) -> Moved:
        """Take back what one did last in it, or with `line` only the act that wrote that journal line."""
        return self.move("undo", line=line)

    def snooze(self, days: int = 3, until: datetime | None = None) -> Snoozed:
        """Put it out of one's own sight; `until` needs a zone. It is no part of the case."""
        return self._http.put(f"{_path(self.ref)}/snooze", Snooze(days=days, until=until), Snoozed)

    def wake(self) -> Snoozed:
        """Take it back into one's own lists."""
        return self._http.delete(f"{_path(self.ref)}/snooze", Snoozed)

    def messages(self) -> Iterator[Message]:
        """Read what was said, oldest first."""
        return self._http.pages(f"{_path(self.ref)}/messages", Messages)

    def events(self) -> Iterator[Event]:
        """Read what happened, line by line."""
        return self._http.pages(f"{_path(self.ref)}/events", Events)

    def shares(self) -> Shares:
        """Read what distributors were given, and what they say."""
        return self._http.get(f"{_path(self.ref)}/distributors", Shares)

    def would_learn(self, **wish: Any) -> Learning:
        """Read what the readers of words that are sent on would learn, in the fields of the move `resend`."""
        return self._http.post(f"{_path(self.ref)}/would-learn", wish, Learning)

    def alike(self) -> tuple[Likeness, ...]:
        """Read what may be the same matter."""
        return self._http.get(f"{_path(self.ref)}/alike", tuple[Likeness, ...])

    def looks(self) -> Iterator[Looker]:
        """Read who looked at it while it was under embargo, oldest first."""
        return self._http.pages(f"{_path(self.ref)}/looks", Looks)

    def preview(self) -> Preview:
        """Read what would be published now."""
        return self._http.get(f"{_path(self.ref)}/advisory", Preview)

    def plan(self, at: datetime | None = None, summary: str = "") -> Plan:
        """Read what would go where, in exact bytes; `at` needs a zone."""
        return self._http.post(f"{_path(self.ref)}/plan", Planning(at=at, summary=summary), Plan)

    def board(self) -> Board:
        """Read how far every target of the newest order is."""
        return self._http.get(f"{_path(self.ref)}/publication", Board)

    def document(self, format_name: str) -> bytes:
        """Read one document as it would be published now."""
        return self._http.read(f"{_path(self.ref)}/advisory/{quote(format_name, safe='')}")

    def upload(self, path: Path) -> Uploaded:
        """Bring a file; name it in a note or a reply."""
        with path.open("rb") as source:
            return self._http.form(f"{_path(self.ref)}/files", {}, [("file", (path.name, source))], Uploaded)

    def download(self, file: str, to: Path) -> None:
        """Save an attachment, for oneself alone. A stranger sent it: open it with care."""
        with (
            self._http.stream(f"{_path(self.ref)}/files/{quote(file, safe='')}") as chunks,
            open(to, "xb", opener=_for_oneself) as target,
        ):
            target.writelines(chunks)


def _for_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _path(ref: str) -> str:
    return f"/cases/{quote(ref, safe='')}"
