# SPDX-License-Identifier: Apache-2.0
"""The main job, played over HTTP without a person: a real vulnerability from private report to published advisory.

Three browsers take part: the reporter's, Dana's and Li's. Every step is a page that a person could open and a form that
a person could send; what was seen is told, one line a step. A story stops at the first step that does not hold.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from tocsin.boot.demo import abroad, tables
from tocsin.boot.demo.browser import Browser
from tocsin.boot.demo.matter import Matter
from tocsin.boot.demo.originals import compare
from tocsin.boot.demo.page import Page, Unexpected
from tocsin.boot.demo.place import Place
from tocsin.boot.demo.stage import REPLAY, working_day
from tocsin.core.formats import FORMATS, schema_violations

PATIENCE: Final = 60.0
"""Seconds that the worker has to take something up."""

PAUSE: Final = 0.15
"""Seconds between two looks while waiting."""

ADVISORY: Final = re.compile(r"\b[A-Z][A-Z0-9]+-SA-\d{4}-\d{3,}\b")
PHRASE_WORDS: Final = 7
PRIVATE: Final = "INTERNAL"
"""Begins the team's note, and must never be read by anybody else."""

OK: Final = 200

_ANSWER: Final = ("proposal", "do")
"""Fields of the form with which a reporter answers a proposed date."""

Act = Callable[[], Any]


class Step(msgspec.Struct, frozen=True):
    """One step of the story: its name, whether it held, how long it took, and what was seen."""

    step: str
    ok: bool
    seconds: float
    seen: Any


def take(name: str, act: Act) -> Step:
    """Take one step; whatever the server answered otherwise than expected is what was seen."""
    started = time.perf_counter()
    try:
        seen, held = act(), True
    except Unexpected as error:
        seen, held = str(error), False
    except OSError as error:
        seen, held = f"no answer: {error}", False
    return Step(step=name, ok=held, seconds=round(time.perf_counter() - started, 3), seen=seen)


class Team:
    """Dana and Li, each signed in with a browser of their own for as long as the demo runs."""

    def __init__(self, desk: str, links: Mapping[str, str]) -> None:
        self.desk, self._links = desk, links
        self.dana, self.li = Browser(), Browser()

    def sign_in(self) -> Any:
        """Use each link once; the second time it must be worth nothing."""
        for browser, name in ((self.dana, "Dana"), (self.li, "Li")):
            page = browser.get(self._links[name])
            end = urlsplit(page.url).path
            browser.send(page, end, {})
            Browser().refused(page, end, {})
        return {"signed_in": list(self._links), "used_links": "refused"}

    def close(self) -> None:
        """Close the browsers."""
        self.dana.close()
        self.li.close()


class Story:
    """One matter on its way through one running instance."""

    def __init__(self, place: Place, team: Team, matter: Matter, out: Path | None) -> None:
        self._public, self._outside = place.public, place.outside
        self._team, self._matter, self._out = team, matter, out
        self._reporter, self._dana, self._li = Browser(), team.dana, team.li
        self.case = self.phrase = self.advisory = ""
        self.documents: dict[str, bytes] = {}

    def play(self) -> Iterator[Step]:
        """Take the steps in order; the last one yielded tells how it ended."""
        for act in self._acts():
            step = take(f"{self._matter.id}: {act.__name__.strip('_').replace('_', ' ')}", act)
            yield step
            if not step.ok:
                return

    def _acts(self) -> tuple[Act, ...]:
        return (
            self._report, self._strangers_see_nothing, self._see_it_in_the_inbox, self._acknowledge_with_a_plan,
            self._reporter_reads_the_answer, self._investigate_and_accept, self._score, self._state_the_lines,
            self._fix_and_confirm, self._propose_an_embargo, self._reporter_agrees, self._write_the_advisory,
            self._publication_waits_for_the_embargo, self._end_the_embargo_by_agreement, self._publish,
            self._read_back_outside, self._read_the_public_pages, self._compare_with_the_original,
            self._reporter_sees_the_end,
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
        proof = matter.attachment.encode()
        page = self._reporter.send(page, "/report", typed, {"files": ("proof-of-concept.txt", proof)})
        if matter.title not in page.words:
            raise Unexpected(f"the check page does not give the title back: {page.words[:200]}")
        page = self._reporter.send(page, "/report", {"do": "send"})
        self.case, self.phrase = page.place("ref"), page.place("words")
        if len(self.phrase.split()) != PHRASE_WORDS:
            raise Unexpected(f"the receipt's return phrase has not {PHRASE_WORDS} words")
        return {"case": self.case, "return_phrase_words": PHRASE_WORDS, "attachment_bytes": len(proof)}

    def _enter(self) -> Page:
        page = self._reporter.get(self._at("return"))
        page = self._reporter.send(page, "/return", {"phrase": self.phrase})
        if self.case not in page.text:
            raise Unexpected("the return phrase does not open the room")
        return page

    def _reporter_reads_the_answer(self) -> Any:
        page = self._until("the answer in the room", self._enter, lambda page: self._matter.plan in page.words)
        if PRIVATE in page.text:
            raise Unexpected("an internal note reached the reporter")
        return {"plan_shown": True, "internal_note_shown": False}

    def _reporter_agrees(self) -> Any:
        page = self._until("the proposal in the room", self._enter, _asks_for_an_answer)
        self._reporter.send(page, "/room/act", {"proposal": _proposal(page), "do": "accept"})
        page = self._until("the embargo in the room", self._enter, lambda page: "embargo" in page.places)
        return {"embargo": page.place("instant")}

    def _reporter_sees_the_end(self) -> Any:
        page = self._until("publication in the room", self._enter, lambda page: self.advisory in page.text)
        return {"room_links": self.advisory, "says": page.place("lead")}

    # ----------------------------------------------------------------------------------------------------- the desk

    def _strangers_see_nothing(self) -> Any:
        stranger = Browser()
        address = f"{self._team.desk}/c/{self.case}"
        page = stranger.get(address)
        if self.case in page.words or self._matter.title in page.text:
            raise Unexpected("somebody who is not signed in sees the case")
        stranger.close()
        return {"asked_for": address, "shown": page.words[:60]}

    def _tab(self, tab: str, browser: Browser | None = None) -> Page:
        return (browser or self._dana).get(f"{self._team.desk}/c/{self.case}/{tab}")

    def _do(self, tab: str, name: str, typed: dict[str, Any], browser: Browser | None = None) -> Page:
        person = browser or self._dana
        page = person.send(self._tab(tab, person), f"/do/{name}", typed)
        # The policy may want something known first: a person reads it, ticks it and sends the form again.
        known = _to_be_known(page, f"/do/{name}")
        page = person.send(page, f"/do/{name}", {**typed, "known": known}) if known else page
        if left := _to_be_known(page, f"/do/{name}"):
            raise Unexpected(f"{name} asks again for what was ticked: {', '.join(left)}")
        return page

    def _together(self, tab: str, name: str, typed: dict[str, Any]) -> Page:
        """Dana asks for what takes two people, and cannot say yes herself; Li reads what it is and approves it."""
        page = self._tab(tab)
        page = self._dana.offer(page, f"/do/{name}", typed)
        if known := _to_be_known(page, f"/do/{name}"):
            page = self._dana.refused(page, f"/do/{name}", {**typed, "known": known})
        if "second person" not in page.place("refusal"):
            raise Unexpected(f"{name} was refused for another reason: {page.place('refusal')}")
        if any(form.action.endswith("/do/approve") for form in self._tab("approve").forms):
            raise Unexpected(f"Dana is offered to approve her own {name}")
        return self._do("approve", "approve", {}, browser=self._li)

    def _see_it_in_the_inbox(self) -> Any:
        inbox = self._dana.get(f"{self._team.desk}/inbox?project={self._matter.project}")
        if self.case not in inbox.words:
            raise Unexpected("the inbox does not show the case")
        page = self._dana.get(f"{self._team.desk}/c/{self.case}")
        if self._matter.title not in page.words or "proof-of-concept.txt" not in page.words:
            raise Unexpected("the case page does not show the report's title and its file")
        return {"inbox": self.case, "title": self._matter.title}

    def _acknowledge_with_a_plan(self) -> Any:
        self._do("talk", "note", {"text": f"{PRIVATE}: {REPLAY.format(id=self._matter.id)}"})
        words = {"plan": self._matter.plan, "workarounds": self._matter.workarounds}
        page = self._do("talk", "reply", {"text": "Thank you. We are on it.", **words})
        return {"said": page.place("done")}

    def _investigate_and_accept(self) -> Any:
        matter = self._matter
        found = {
            "effect": matter.effects,
            "criticality": matter.criticality,
            "affected_versions": matter.version,
            "cwe": ", ".join(matter.cwe),
            "reproduced": "on",
        }
        self._do("decide", "investigate", found)
        words = {"text": "We can confirm it.", "plan": matter.plan, "workarounds": matter.workarounds}
        self._do("decide", "accept", words)
        found_id = ADVISORY.search(self._tab("publish").words)
        if found_id is None:
            raise Unexpected("the accepted case has no advisory id")
        self.advisory = found_id[0]
        return {"advisory": self.advisory}

    def _score(self) -> Any:
        matter = self._matter
        for vector in matter.vectors:
            self._do("score", "score", {"vector": vector})
        told = {"cve_id": matter.cve_id, "assigner": matter.assigner, "assigner_name": matter.assigner_name}
        page = self._do("score", "set-cve", told)
        if matter.cve_id not in page.words:
            raise Unexpected("the case does not show its CVE id")
        return {"vectors": list(matter.vectors) or "never scored", "cve": matter.cve_id}

    def _state_the_lines(self) -> Any:
        tables.fill_lines(self._dana, lambda: self._tab("lines"), self._matter.lines)
        return {line.line: f"{line.state} {line.fixed_in}".strip() for line in self._matter.lines}

    def _fix_and_confirm(self) -> Any:
        self._do("fix", "set-fix", {"author": "Dana", "reference": self._matter.fix})
        told = {"note": "The steps of the report no longer work."}
        page = self._do("fix", "confirm-fix", told, browser=self._li)
        return {"author": "Dana", "confirmed_by": "Li", "said": page.place("done")}

    def _propose_an_embargo(self) -> Any:
        ends = working_day(datetime.now(UTC) + timedelta(days=7))
        typed = {"ends_at": ends.strftime("%Y-%m-%dT%H:%M"), "reason": "So that every line is tested."}
        if self._matter.hold_reason:
            typed["reason_class"] = self._matter.hold_reason
        self._do("embargo", "propose-embargo", typed)
        return {"proposed": ends.isoformat()}

    def _end_the_embargo_by_agreement(self) -> Any:
        reason = "Reporter and team agree that every line is ready: the demo does not wait a week."
        page = self._together("embargo", "end-embargo", {"why": "early", "reason": reason})
        return {"asked_by": "Dana", "approved_by": "Li", "said": page.place("done")}

    def _write_the_advisory(self) -> Any:
        tables.write(self._dana, lambda: self._tab("advisory"), self._matter)
        gates = self._tab("publish").place("gates")
        return {"mitigation": self._matter.mitigation or "none known", "gates": gates}

    def _publication_waits_for_the_embargo(self) -> Any:
        page = self._tab("publish")
        refusal = self._dana.refused(page, "/do/publish", {"confirmation": self.advisory}).place("refusal")
        if "embargo" not in refusal.lower():
            raise Unexpected(f"publication was refused for another reason: {refusal}")
        if self._reporter.fetch(self._at(f"advisories/{self.advisory}"))[0] == OK:
            raise Unexpected("the advisory is public while the embargo holds")
        if self._reporter.fetch(abroad.record(self._outside, self._matter))[0] == OK:
            raise Unexpected("the CVE record is public while the embargo holds")
        return {"refused": refusal}

    def _publish(self) -> Any:
        self._together("publish", "publish", {"confirmation": self.advisory})
        address = self._at(f"advisories/{self.advisory}")
        self._until("the public page", lambda: self._reporter.fetch(address)[0], lambda status: status == OK)
        return {"asked_by": "Dana", "approved_by": "Li", "page": address}

    def _read_back_outside(self) -> Any:
        page = self._until("every target on the board", lambda: self._tab("publish"), abroad.settled)
        return abroad.read(self._reporter, page, self._outside, self._matter)

    # --------------------------------------------------------------------------------------------------- the public

    def _read_the_public_pages(self) -> Any:
        base = self._at(f"advisories/{self.advisory}")
        seen: dict[str, Any] = {}
        for each in FORMATS:
            body = self._published(base + each.suffix, f"{self.advisory}{each.suffix}")
            wrong = schema_violations(each.schema, body) if each.schema else ()
            if wrong:
                raise Unexpected(f"{each.name}: {wrong[0].path} {wrong[0].message}")
            self.documents[each.name] = body
            seen[each.name] = {"bytes": len(body), "schema": each.schema or "none"}
        self._published(base, f"{self.advisory}.html", self._matter.title)
        self._published(self._at("advisories/"), "advisories.html", self.advisory)
        self._published(self._at("advisories.atom"), "advisories.atom", self.advisory)
        self._published(f"{self._public}/.well-known/security.txt", "security.txt", "Contact:", "Expires:")
        return seen | {"also": ["page", "list", "Atom feed", "security.txt"]}

    def _published(self, address: str, file: str, *holds: str) -> bytes:
        """Fetch what is public as anybody would, hold it to what it must say, and keep it."""
        status, _, body = self._reporter.fetch(address)
        if status != OK:
            raise Unexpected(f"{address} answered {status}")
        missing = [words for words in holds if words.encode() not in body]
        if missing:
            raise Unexpected(f"{address} does not hold {missing[0]!r}")
        if PRIVATE.encode() in body:
            raise Unexpected(f"an internal note stands in {address}")
        if self._out:
            folder = self._out / self._matter.id
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(body)
        return body

    def _compare_with_the_original(self) -> Any:
        return {"compared": sorted(self._matter.original), "differences": compare(self._matter, self.documents)}

    # ------------------------------------------------------------------------------------------------------- helpers

    def _until(self, what: str, look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = look()
            if holds(seen):
                return seen
            if time.monotonic() > deadline:
                raise Unexpected(f"{what} did not appear within {PATIENCE:.0f} s")
            time.sleep(PAUSE)

    def close(self) -> None:
        """Close the reporter's browser."""
        self._reporter.close()


def _to_be_known(page: Page, end: str) -> list[str]:
    """What has to be ticked before a move is carried out."""
    forms = [form for form in page.forms if urlsplit(form.action).path.endswith(end)]
    return [code for form in forms for code in form.boxes.get("known", ())]


def _asks_for_an_answer(page: Page) -> bool:
    return any(form.names.issuperset(_ANSWER) for form in page.forms)


def _proposal(page: Page) -> str:
    """The proposal that the page asks the reporter about."""
    return page.form("/room/act", _ANSWER).fields["proposal"][0]
