# SPDX-License-Identifier: Apache-2.0
"""A reporter's browser as light as it can be, so that fifty of them measure the server and not themselves: one
connection kept open, bodies made beforehand, pages read with one expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from http.client import HTTPConnection
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode, urlsplit

from tocsin.boot.demo.page import Reader

BOUNDARY: Final = "----benchmarks7f2c"
MULTIPART: Final = f"multipart/form-data; boundary={BOUNDARY}"
PLAIN: Final = "application/x-www-form-urlencoded"
HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Failed(Exception):
    """The server did not answer as it has to."""


def multipart(fields: Mapping[str, str], blob: bytes) -> bytes:
    """Encode a form with one file (RFC 7578)."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="poc.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return b"".join((*parts, head.encode(), blob, f"\r\n--{BOUNDARY}--\r\n".encode()))


class Browser:
    """One reporter."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._connection = HTTPConnection(urlsplit(site).netloc, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.rest()

    def rest(self) -> None:
        """Let go of the connection before the server does; the next request makes another."""
        self._connection.close()

    def form(self, path: str) -> dict[str, str]:
        """Fetch a page and return what its form would send if nothing were typed."""
        self._connection.request("GET", path)
        reader = Reader(self._site + path)
        reader.feed(self._read())
        form = next(form for form in reader.forms if form.method == "post")
        return {name: values[0] for name, values in form.fields.items()}

    def post(self, path: str, body: bytes, media_type: str) -> str:
        """Post a form; raises Failed for any answer but 200."""
        headers = {"Content-Type": media_type, "Origin": self._site, "Sec-Fetch-Site": "same-origin"}
        self._connection.request("POST", path, body, headers)
        return self._read()

    def _read(self) -> str:
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise Failed(f"{answer.status}: {text[:200]}")
        return text

    def press(self, path: str, page: str, button: str, value: str) -> str:
        """Press a button of a page whose form holds hidden fields only."""
        fields = [(name, unescape(text)) for name, text in HIDDEN.findall(page)]
        return self.post(path, urlencode([*fields, (button, value)]).encode(), PLAIN)
