# SPDX-License-Identifier: Apache-2.0
"""Walks through the rooms as a browser without script does: by the forms that the pages hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tocsin.services import publication, worker
from tocsin.testing.house import House

PROJECT = "warehousepg"
REPORT = f"/p/{PROJECT}/report"
RETURN = f"/p/{PROJECT}/return"
ROOM = f"/p/{PROJECT}/room"

GOOD = {
    "kind": "found",
    "title": "Out-of-bounds read in the array decoder",
    "reproduce": "1. Create the extension.\r\n2. Select a crafted value.\r\nSeen: other people's bytes.",
    "version": "7.3.1",
}


@dataclass
class Page(HTMLParser):
    """What a page holds, as far as tests ask."""

    html: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self._area = ""
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        name = given.get("name") or ""
        chosen = given.get("type") not in ("radio", "checkbox", "file") or "checked" in given
        if tag == "input" and name and chosen:
            self.fields.setdefault(name, []).append(given.get("value") or "")
        if tag == "textarea":
            self._area = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._area:
            self.fields.setdefault(self._area, []).append(data.removeprefix("\n"))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a kind."""
        return [given for name, given in self.tags if name == tag]


def page(answer: Any) -> Page:
    """Read an answer's page."""
    return Page(answer.content.decode())


def named(name: str, content: bytes) -> BytesIO:
    """A file as somebody chooses it."""
    file = BytesIO(content)
    file.name = name
    return file


def fill(visitor: Client, files: tuple[BytesIO, ...] = (), **typed: str) -> HttpResponse:
    """Open the form, fill it in and press Check."""
    shown = page(visitor.get(REPORT))
    given: dict[str, Any] = {"form": shown.fields["form"][0], **GOOD, **typed, "do": "check"}
    return visitor.post(REPORT, {**given, "files": list(files)} if files else given)


def press(visitor: Client, shown: Any, word: str) -> HttpResponse:
    """Press a button of the check page or the form."""
    return visitor.post(REPORT, {**page(shown).fields, "do": word})


def send(visitor: Client, files: tuple[BytesIO, ...] = (), **typed: str) -> HttpResponse:
    """Fill in, look, send: the receipt."""
    receipt = press(visitor, fill(visitor, files, **typed), "send")
    assert receipt.status_code == 200, page(receipt).text
    return receipt


def phrase(receipt: Any) -> str:
    """The return phrase of a receipt page."""
    words = re.search(r'<ol class="words".*?</ol>', receipt.content.decode(), re.S)
    assert words
    found = re.findall(r"<li>([a-z]+) </li>", words[0])
    assert len(found) == 7
    return " ".join(found)


def come_back(visitor: Client, words: str) -> HttpResponse:
    """Type the phrase."""
    return visitor.post(RETURN, {"phrase": words})


def work(house: House) -> None:
    """Let the worker of the house do what there is to do."""
    worker.run_once(house.desk)


def publish(house: House, ref: str) -> str:
    """Order and perform the publication of a case that is ready; returns the advisory."""
    from tests.desk import story
    from tocsin.core.case import commands as cmd
    from tocsin.core.vocabulary import SYSTEM_ACTOR
    from tocsin.services import cases

    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    assert opened.case.embargo_until
    house.clock.set(opened.case.embargo_until)
    seen = publication.preview(house.desk, opened)
    assert not seen.problems, seen.problems
    story.act(house, ref, cmd.Publish(confirmation=opened.case.advisory_id, digest=seen.digest))
    work(house)
    return opened.case.advisory_id
