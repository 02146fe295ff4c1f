# SPDX-License-Identifier: Apache-2.0
"""A page as a browser without pictures sees it: its words, its forms with what stands in them, its marked places."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_NOT_TYPED: Final = frozenset(("file", "submit", "button", "image", "reset"))


class Unexpected(Exception):
    """The server answered something else than the story needs; says what was asked and what came."""


@dataclass
class Form:
    """One form of a page: where it goes, what stands in its fields, which names it has, and what can be ticked."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    boxes: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Page:
    """One page as it arrived."""

    url: str
    status: int
    text: str
    headers: dict[str, str]
    words: str
    forms: list[Form]
    places: dict[str, str]

    def form(self, end: str, names: Collection[str] = ()) -> Form:
        """Return the first form whose address ends so and that has these fields.

        Raises Unexpected, naming what there is, where the page has none.
        """
        there = [form for form in self.forms if urljoin(self.url, form.action).split("?")[0].endswith(end)]
        if not there:
            actions = ", ".join(form.action for form in self.forms) or "none"
            raise Unexpected(f"{self.url} has no form {end}; it has {actions}")
        for form in there:
            if form.names.issuperset(names):
                return form
        unknown = sorted(set(names) - there[0].names)
        raise Unexpected(f"{end} has no field {', '.join(unknown)}; it has {', '.join(sorted(there[0].names))}")

    def place(self, mark: str) -> str:
        """Return the words of the first element with this class; raises Unexpected where there is none."""
        if mark not in self.places:
            raise Unexpected(f"{self.url} shows no {mark}: {self.words[:200]}")
        return self.places[mark]


@dataclass
class _Open:
    """An element that has begun: its name, its classes, and the words inside it so far."""

    tag: str
    marks: tuple[str, ...]
    words: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects forms, words and the words of every class."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.places: dict[str, str] = {}
        self._url = url
        self._open: list[_Open] = []
        self._form: Form | None = None
        self._select = ""
        self._chosen = False
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, and a form's fields."""
        has = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(_Open(tag, tuple(has.get("class", "").split())))
        if tag == "form":
            self._form = Form(action=has.get("action") or self._url, method=has.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is not None:
            self._field(self._form, tag, has)

    def _field(self, form: Form, tag: str, has: dict[str, str]) -> None:
        name = has.get("name", "")
        if name and tag in ("input", "textarea", "select", "button"):
            form.names.add(name)
        if tag == "input":
            self._input(form, name, has)
        elif tag == "textarea":
            self._area = name
            form.fields[name] = [""]
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select and ("selected" in has or not self._chosen):
            # Without a chosen option a browser sends the first one.
            if "selected" in has or self._select not in form.fields:
                form.fields[self._select] = [has.get("value", "")]
            self._chosen = "selected" in has

    def _input(self, form: Form, name: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text").lower()
        if not name or kind in _NOT_TYPED:
            return
        if kind in ("checkbox", "radio"):
            form.boxes.setdefault(name, []).append(has.get("value", "on"))
            if "checked" in has:
                form.fields.setdefault(name, []).append(has.get("value", "on"))
        else:
            form.fields.setdefault(name, []).append(has.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close the element and what was left open in it."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = None
        if not any(each.tag == tag for each in self._open):
            return
        while True:
            closed = self._open.pop()
            for mark in closed.marks:
                self.places.setdefault(mark, " ".join(" ".join(closed.words).split()))
            if closed.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Collect words, and the content of a text area."""
        if self._area is not None and self._form is not None:
            # A line break right after the tag is not content (HTML, 4.10.11).
            begun = self._form.fields[self._area][0]
            self._form.fields[self._area] = [begun + (data if begun else data.removeprefix("\n"))]
        elif data.strip():
            self.words.append(data.strip())
            for each in self._open:
                each.words.append(data.strip())
