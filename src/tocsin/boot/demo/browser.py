# SPDX-License-Identifier: Apache-2.0
"""A browser without pictures: fetches pages, fills in their forms by field name and sends them, as a person would.

It knows nothing of Tocsin: hidden fields, chosen options and tokens are taken from the page as a browser takes them, so
a form that a person could not send cannot be sent by the demo either.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urljoin

import httpx2

from tocsin.boot.demo.page import Page, Reader, Unexpected

Files = dict[str, tuple[str, bytes]]

_TIMEOUT: Final = 60.0
_SAID: Final = 600
"""Characters of a page's words that a failure quotes."""


class Browser:
    """One person's browser, with cookies of its own."""

    def __init__(self) -> None:
        self._client = httpx2.Client(timeout=_TIMEOUT, follow_redirects=True)

    def get(self, url: str) -> Page:
        """Fetch a page; raises Unexpected for anything but 200."""
        return _held(self._client.get(url), "GET")

    def fetch(self, url: str) -> tuple[int, dict[str, str], bytes]:
        """Fetch any document as it is: status, headers, bytes."""
        answer = self._client.get(url)
        return answer.status_code, dict(answer.headers), answer.content

    def send(self, page: Page, end: str, typed: dict[str, Any], files: Files | None = None) -> Page:
        """Fill in the form whose address ends with `end` and send it; raises Unexpected for anything but 200.

        A list is sent once per element, None leaves a field out as an unticked box does. Naming a field that the form
        does not have is Unexpected too.
        """
        answer = self._submit(page, end, typed, files)
        return _held(answer, "POST")

    def offer(self, page: Page, end: str, typed: dict[str, Any]) -> Page:
        """Send a form and take whatever answer comes."""
        return _read(self._submit(page, end, typed, None))

    def refused(self, page: Page, end: str, typed: dict[str, Any]) -> Page:
        """Send a form that must be refused; raises Unexpected when it is taken."""
        answer = self._submit(page, end, typed, None)
        if answer.status_code == httpx2.codes.OK:
            raise Unexpected(f"POST {answer.url} was taken, and had to be refused")
        return _read(answer)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _submit(self, page: Page, end: str, typed: dict[str, Any], files: Files | None) -> httpx2.Response:
        form = page.form(end, (*typed, *(files or {})))
        data = {name: value for name, value in {**form.fields, **typed}.items() if value is not None}
        return self._client.post(
            urljoin(page.url, form.action),
            data=data,
            files=files,
            headers={"Origin": "/".join(page.url.split("/")[:3]), "Referer": page.url},
        )


def _held(answer: httpx2.Response, method: str) -> Page:
    page = _read(answer)
    if answer.status_code != httpx2.codes.OK:
        said = page.places.get("refusal") or page.words
        raise Unexpected(f"{method} {answer.url} answered {answer.status_code}: {said[:_SAID]}")
    return page


def _read(answer: httpx2.Response) -> Page:
    reader = Reader(str(answer.url))
    reader.feed(answer.text)
    reader.close()
    return Page(
        url=str(answer.url),
        status=answer.status_code,
        text=answer.text,
        headers=dict(answer.headers),
        words=" ".join(" ".join(reader.words).split()),
        forms=reader.forms,
        places=reader.places,
    )
