# SPDX-License-Identifier: Apache-2.0
"""The main job, played over HTTP without a person: a real vulnerability from private report to published advisory.

Three browsers take part: the reporter's, Dana's and Li's. Every step is a page that a person could open and a form that
a person could send; what each saw is told, one line a step. The story stops at the first step that does not hold.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.boot.demo.browser import Browser, Page, Unexpected
from tocsin.boot.demo.matter import Line, Matter
from tocsin.boot.demo.originals import compare
from tocsin.core.formats import FORMATS, schema_violations

PATIENCE: Final = 20.0
"""Seconds that the worker has to take something up."""

ADVISORY: Final = re.compile(r"\b[A-Z][A-Z0-9]+-SA-\d{4}-\d{3,}\b")


class Step(msgspec.Struct, frozen=True):
    """One step of the story: its name, whether it held, how long it took, and what was seen."""

    step: str
    ok: bool
    seconds: float
    seen: Any


class Story:
    """One matter on its way through one running instance."""

    def __init__(self, public: str, desk: str, links: tuple[str, str], matter: Matter, out: Path | None) -> None:
        self._public, self._desk, self._links = public, desk, links
        self._matter, self._out = matter, out
        self._reporter, self._dana, self._li = Browser(), Browser(), Browser()
        self.case = self.phrase = self.advisory = ""
        self._room: Page | None = None

    def play(self) -> Iterator[Step]:
        """Take the steps in order; the last one yielded tells how it ended."""
        for act in self._acts():
            started = time.perf_counter()
            name = f"{self._matter.id}: {act.__name__.strip('_').replace('_', ' ')}"
            try:
                seen = act()
            except Unexpected as error:
                yield Step(step=name, ok=False, seconds=_since(started), seen=str(error))
                return
            yield Step(step=name, ok=True, seconds=_since(started), seen=seen)

    def _acts(self) -> tuple[Callable[[], Any], ...]:
        return (
            self._report, self._sign_in, self._see_it_in_the_inbox, self._acknowledge_with_a_plan,
            self._reporter_reads_the_answer, self._investigate_and_accept, self._score, self._state_the_lines,
            self._fix_and_confirm, self._propose_an_embargo, self._reporter_agrees, self._write_the_advisory,
            self._publication_waits_for_the_embargo, self._end_the_embargo_by_agreement, self._publish,
            self._read_the_public_pages, self._compare_with_the_original, self._reporter_sees_the_end,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------- the reporter

    def _at(self, path: str) -> str:
        return f"{self._public}/p/{self._matter.project}/{path}"

    def _report(self) -> Any:
        matter = self._matter
        page = self._reporter.get(self._at("report"))
        typed: dict[str, Any] = {
            "kind": "found",
            "title": matter.title,
            "reproduce": matter.reproduce,
            "version": matter.version,
            "effects": matter.effects,
            "do": "check",
        }
        if matter.reporter:
            typed |= {"name": matter.reporter, "credit": "name"}
        page = self._reporter.send(page, "/report", typed, {"files": ("proof-of-concept.txt", matter.attachment)})
        page = self._reporter.send(page, "/report", {"do": "send"})
        self.case = _between(page.text, '<strong class="ref">', "</strong>")
        self.phrase = " ".join(_between(page.text, 'translate="no">', "</p>").replace("<span>", "").split("</span>"))
        self.phrase = " ".join(self.phrase.split())
        if len(self.phrase.split()) != 7:
            raise Unexpected(f"the receipt shows no return phrase: {page.words[:200]}")
        return {"case": self.case, "receipt": page.url, "attachment_bytes": len(matter.attachment)}

    def _enter(self) -> Page:
        page = self._reporter.get(self._at("return"))
        page = self._reporter.send(page, "/return", {"phrase": self.phrase})
        if self.case not in page.text:
            raise Unexpected("the return phrase does not open the room")
        return page

    def _reporter_reads_the_answer(self) -> Any:
        page = self._until("the answer in the room", self._enter, lambda p: self._matter.plan in p.words)
        if "INTERNAL" in page.text:
            raise Unexpected("an internal note reached the reporter")
        return {"plan_shown": True, "internal_note_shown": False}

    def _reporter_agrees(self) -> Any:
        page = self._until("the proposal in the room", self._enter, lambda p: "Agree to this date" in p.words)
        self._reporter.send(page, "/room/act", {"do": "accept"})
        page = self._until("the embargo in the room", self._enter, lambda p: "both sides keep quiet" in p.words)
        return {"embargo": _between(page.text, '<p class="instant">until ', "<").strip()}

    def _reporter_sees_the_end(self) -> Any:
        page = self._until("publication in the room", self._enter, lambda p: self.advisory in p.text)
        return {"advisory_linked": self.advisory, "room": page.status}

    # ----------------------------------------------------------------------------------------------------- the desk

    def _sign_in(self) -> Any:
        seen = []
        for browser, link in zip((self._dana, self._li), self._links, strict=True):
            if not link:
                continue
            page = browser.get(link)
            page = browser.send(page, page.forms[0].action.rsplit("/", 1)[-1], {})
            seen.append(page.url)
        stranger = Browser()
        outside = stranger.get(f"{self._desk}/c/{self.case}")
        if self.case in outside.words or self._matter.title in outside.text:
            raise Unexpected("somebody who is not signed in sees the case")
        return {"signed_in": len(seen), "stranger_sees": outside.words[:40]}

    def _tab(self, tab: str, browser: Browser | None = None) -> Page:
        return (browser or self._dana).get(f"{self._desk}/c/{self.case}/{tab}")

    def _do(self, tab: str, name: str, typed: dict[str, Any], browser: Browser | None = None) -> Page:
        person = browser or self._dana
        return person.send(self._tab(tab, person), f"/do/{name}", typed)

    def _see_it_in_the_inbox(self) -> Any:
        page = self._dana.get(f"{self._desk}/inbox?project={self._matter.project}")
        page = page if self.case in page.text else self._dana.get(f"{self._desk}/inbox?tab=open")
        case = self._dana.get(f"{self._desk}/c/{self.case}")
        if self._matter.title not in case.words:
            raise Unexpected("the case page does not show the report's title")
        return {"in_inbox": self.case in page.text, "title": self._matter.title}

    def _acknowledge_with_a_plan(self) -> Any:
        self._do("talk", "note", {"text": "INTERNAL: looks like the bug class of last year."})
        page = self._do(
            "talk",
            "reply",
            {"text": "Thank you. We are on it.", "plan": self._matter.plan, "workarounds": self._matter.workarounds},
        )
        return {"first_feedback": "kept" if "kept" in page.words else "sent"}

    def _investigate_and_accept(self) -> Any:
        matter = self._matter
        self._do(
            "decide",
            "investigate",
            {
                "effect": matter.effects,
                "criticality": matter.criticality,
                "affected_versions": matter.version,
                "cwe": ", ".join(matter.cwe),
            },
        )
        words = {"text": "We can confirm it.", "plan": matter.plan, "workarounds": matter.workarounds}
        self._do("decide", "accept", words)
        page = self._tab("publish")
        found = ADVISORY.search(page.words)
        self.advisory = found[0] if found else ""
        if not self.advisory:
            raise Unexpected("the accepted case has no advisory id")
        return {"advisory": self.advisory}

    def _score(self) -> Any:
        for vector in self._matter.vectors:
            self._do("score", "score", {"vector": vector})
        if self._matter.cve_id:
            self._do(
                "score",
                "set-cve",
                {
                    "cve_id": self._matter.cve_id,
                    "assigner": self._matter.assigner,
                    "assigner_name": self._matter.assigner_name,
                },
            )
        return {"vectors": list(self._matter.vectors), "cve": self._matter.cve_id}

    def _state_the_lines(self) -> Any:
        missing = list(self._matter.lines)
        for _ in range(len(missing) + 1):
            page = self._tab("lines")
            typed, missing = _rows(page, missing)
            self._dana.send(page, "/do/set-lines", typed)
            if not missing:
                break
        return {line.line or "all": f"{line.state} {line.fixed_in}".strip() for line in self._matter.lines}

    def _fix_and_confirm(self) -> Any:
        self._do("fix", "set-fix", {"author": "Dana", "reference": self._matter.fix})
        page = self._do("fix", "confirm-fix", {"note": "The reproducer no longer works."}, browser=self._li)
        return {"confirmed_by": "Li", "page": page.status}

    def _propose_an_embargo(self) -> Any:
        ends = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=7)
        typed: dict[str, Any] = {"ends_at": ends.strftime("%Y-%m-%dT%H:%M"), "reason": "So that every line is ready."}
        page = self._tab("embargo")
        options = page.form("/do/propose-embargo").fields
        if "reason_class" in options and self._matter.hold_reason:
            typed["reason_class"] = self._matter.hold_reason
        self._dana.send(page, "/do/propose-embargo", typed)
        return {"proposed": ends.isoformat()}

    def _end_the_embargo_by_agreement(self) -> Any:
        reason = "Reporter and team agree that every line is ready: the demo does not wait a week."
        typed = {"why": "early", "reason": reason}
        self._do("embargo", "end-embargo", typed)
        return {"ended": "early"}

    def _write_the_advisory(self) -> Any:
        matter = self._matter
        typed: dict[str, Any] = {
            "title": matter.title,
            "summary": matter.summary,
            "details": matter.details,
            "impact": matter.effects,
            "mitigation": matter.mitigation,
            "product": matter.product,
            "vendor": matter.vendor,
            "scheme": matter.scheme,
            "ecosystem": matter.ecosystem,
            "package": matter.package,
            "purl": matter.purl,
            "collection": matter.collection,
            "repository": matter.repository,
            "cwe": ", ".join(matter.cwe),
        }
        if not matter.mitigation:
            typed["no_mitigation_known"] = "on"
        for number, reference in enumerate(matter.references):
            typed |= {f"references-{number}-type": reference.type, f"references-{number}-url": reference.url}
        for number, credit in enumerate(matter.credits):
            typed |= {
                f"credits-{number}-name": credit.name,
                f"credits-{number}-type": credit.type,
                f"credits-{number}-organization": credit.organization,
                f"credits-{number}-consent": "on",
            }
        page = self._tab("advisory")
        self._dana.send(page, "/do/draft-advisory", _fitting(page, "/do/draft-advisory", typed, self._more))
        return {"mitigation": matter.mitigation or "none known"}

    def _more(self, typed: dict[str, Any]) -> Page:
        """Save what fits into the rows shown, so that the page offers more."""
        return self._dana.send(self._tab("advisory"), "/do/draft-advisory", typed)

    def _publication_waits_for_the_embargo(self) -> Any:
        try:
            self._order()
        except Unexpected as error:
            if "embargo" in str(error).lower():
                return {"refused": str(error).split(":", 2)[-1].strip()[:160]}
            raise
        raise Unexpected("publication was accepted while the embargo holds")

    def _order(self) -> Page:
        return self._do("publish", "publish", {"confirmation": self.advisory})

    def _publish(self) -> Any:
        self._order()
        address = self._at(f"advisories/{self.advisory}")

        def there() -> int:
            return self._reporter.fetch(address)[0]

        self._until("the public page", there, lambda status: status == 200)
        return {"page": address}

    # --------------------------------------------------------------------------------------------------- the public

    def _read_the_public_pages(self) -> Any:
        base = self._at(f"advisories/{self.advisory}")
        seen: dict[str, Any] = {}
        self.documents: dict[str, bytes] = {}
        for each in FORMATS:
            status, headers, body = self._reporter.fetch(base + each.suffix)
            if status != 200:
                raise Unexpected(f"{base}{each.suffix} answered {status}")
            wrong = schema_violations(each.schema, body) if each.schema else ()
            if wrong:
                raise Unexpected(f"{each.name}: {wrong[0].path} {wrong[0].message}")
            self.documents[each.name] = body
            media = headers.get("content-type", "")
            seen[each.name] = {"bytes": len(body), "type": media, "schema": each.schema or "-"}
            self._keep(each.name, f"{self.advisory}{each.suffix}", body)
        for name in ("advisories/", "advisories.atom"):
            status, _, body = self._reporter.fetch(self._at(name))
            if status != 200 or self.advisory.encode() not in body:
                raise Unexpected(f"{name} does not show {self.advisory}")
            self._keep(name, "advisories.atom" if name.endswith("atom") else "advisories.html", body)
        status, _, body = self._reporter.fetch(f"{self._public}/.well-known/security.txt")
        if status != 200 or b"Contact:" not in body or b"Expires:" not in body:
            raise Unexpected("security.txt has no Contact and Expires")
        self._keep("security.txt", "security.txt", body)
        _, _, page = self._reporter.fetch(base)
        self._keep("page", f"{self.advisory}.html", page)
        return seen

    def _compare_with_the_original(self) -> Any:
        return compare(self._matter, self.documents)

    # ------------------------------------------------------------------------------------------------------- helpers

    def _keep(self, name: str, file: str, body: bytes) -> None:
        if self._out:
            folder = self._out / self._matter.id
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(body)

    def _until(self, what: str, look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = look()
            if holds(seen):
                return seen
            if time.monotonic() > deadline:
                raise Unexpected(f"{what} did not appear within {PATIENCE:.0f} s")
            time.sleep(0.2)

    def close(self) -> None:
        """Close the browsers."""
        for browser in (self._reporter, self._dana, self._li):
            browser.close()


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def _between(text: str, start: str, end: str) -> str:
    """Return what stands between two marks; raises Unexpected where they are not there."""
    _, found, rest = text.partition(start)
    if not found:
        raise Unexpected(f"the page does not hold {start!r}")
    return rest.partition(end)[0]


def _rows(page: Page, lines: list[Line]) -> tuple[dict[str, Any], list[Line]]:
    """Fill the rows of the lines' table: those that are there by name, then empty ones; returns what did not fit."""
    fields = page.form("/do/set-lines").fields
    number = 0
    typed: dict[str, Any] = {}
    left = list(lines)
    while f"rows-{number}-line" in fields:
        there = fields[f"rows-{number}-line"][0]
        row = next((line for line in left if line.line == there), None) if there else (left[0] if left else None)
        if row is not None:
            left.remove(row)
            for name in ("line", "state", "introduced", "fixed_in", "last_affected", "reason"):
                typed[f"rows-{number}-{name}"] = getattr(row, name)
            typed[f"rows-{number}-supported"] = "on"
        number += 1
    return typed, left


def _fitting(page: Page, end: str, typed: dict[str, Any], more: Callable[[dict[str, Any]], Page]) -> dict[str, Any]:
    """Leave out table rows that the page does not offer yet, saving as often as it takes until all of them fit."""
    while True:
        names = page.form(end).names
        fits = {name: value for name, value in typed.items() if name in names}
        if len(fits) == len(typed):
            return typed
        saved = len(fits)
        more(fits)
        page = more(fits)
        if len({name for name in typed if name in page.form(end).names}) <= saved:
            raise Unexpected(f"the form has no field {', '.join(sorted(set(typed) - set(fits)))}")
