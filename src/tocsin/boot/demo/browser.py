# SPDX-License-Identifier: Apache-2.0
"""A browser without pictures: fetches pages, fills in their forms by field name and sends them, as a person would.

It knows nothing of Tocsin: hidden fields, chosen options and tokens are taken from the page as a browser takes them, so
a form that a person could not send cannot be sent by the demo either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin

import httpx2

Files = dict[str, tuple[str, bytes]]

_TIMEOUT: Final = 30.0


class Unexpected(Exception):
    """The server answered something else than the story needs; says what was asked and what came."""


@dataclass
class Form:
    """One form of a page with what its fields hold."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


@dataclass
class Page:
    """One page as it arrived."""

    url: str
    status: int
    text: str
    headers: dict[str, str]
    words: str
    forms: list[Form]

    def form(self, end: str) -> Form:
        """Return the form whose address ends so; raises Unexpected where the page has none."""
        for form in self.forms:
            if urljoin(self.url, form.action).split("?")[0].endswith(end):
                return form
        actions = ", ".join(form.action for form in self.forms) or "none"
        raise Unexpected(f"{self.url} has no form {end}; it has {actions}")


class _Reader(HTMLParser):
    """Collects forms and visible words."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._url = url
        self._form: Form | None = None
        self._select = ""
        self._chosen = False
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(action=has.get("action") or self._url, method=has.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        name = has.get("name", "")
        if name and tag in ("input", "textarea", "select", "button"):
            self._form.names.add(name)
        if tag == "input":
            self._input(self._form, name, has)
        elif tag == "textarea":
            self._area = name
            self._form.fields[name] = [""]
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select and ("selected" in has or not self._chosen):
            self._chosen = "selected" in has
            self._form.fields[self._select] = [has.get("value", "")]

    def _input(self, form: Form, name: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text").lower()
        if not name or kind in ("file", "submit", "button", "image", "reset"):
            return
        if kind in ("checkbox", "radio"):
            if "checked" in has:
                form.fields.setdefault(name, []).append(has.get("value", "on"))
        else:
            form.fields.setdefault(name, []).append(has.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Collect words, and the content of a text area."""
        if self._area is not None and self._form is not None:
            # A line break right after the tag is not content (HTML, 4.10.11).
            begun = self._form.fields[self._area][0]
            self._form.fields[self._area] = [begun + (data if begun else data.removeprefix("\n"))]
        elif data.strip():
            self.words.append(data.strip())


class Browser:
    """One person's browser, with cookies of its own."""

    def __init__(self) -> None:
        self._client = httpx2.Client(timeout=_TIMEOUT, follow_redirects=True)

    def get(self, url: str) -> Page:
        """Fetch a page; raises Unexpected for anything but 200."""
        return self._read(self._client.get(url), "GET")

    def fetch(self, url: str) -> tuple[int, dict[str, str], bytes]:
        """Fetch any document as it is: status, headers, bytes."""
        answer = self._client.get(url)
        return answer.status_code, dict(answer.headers), answer.content

    def send(self, page: Page, end: str, typed: dict[str, Any], files: Files | None = None) -> Page:
        """Fill in the form whose address ends with `end` and send it; raises Unexpected for anything but 200.

        A list is sent once per element. Naming a field that the form does not have is Unexpected too.
        """
        form = page.form(end)
        unknown = [name for name in (*typed, *(files or {})) if name not in form.names]
        if unknown:
            raise Unexpected(f"{form.action} has no field {', '.join(unknown)}; it has {', '.join(sorted(form.names))}")
        data: dict[str, Any] = {**form.fields, **typed}
        answer = self._client.post(
            urljoin(page.url, form.action),
            data=data,
            files=files,
            headers={"Origin": "/".join(page.url.split("/")[:3]), "Referer": page.url},
        )
        return self._read(answer, "POST")

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _read(self, answer: httpx2.Response, method: str) -> Page:
        reader = _Reader(str(answer.url))
        reader.feed(answer.text)
        words = " ".join(reader.words)
        if answer.status_code != httpx2.codes.OK:
            raise Unexpected(f"{method} {answer.url} answered {answer.status_code}: {words[:400]}")
        return Page(
            url=str(answer.url),
            status=answer.status_code,
            text=answer.text,
            headers=dict(answer.headers),
            words=words,
            forms=reader.forms,
        )
