# SPDX-License-Identifier: Apache-2.0
"""The languages of the reporter's room, and which one a request is answered in: the one in its path.

`/de/p/example/report` is German, `/p/example/report` English. Neither a cookie nor what a browser says of itself
decides, so that an address shows everybody the same page. Catalogues lie compiled beside this file, in `locale`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

LANGUAGES: Final = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
)
"""Each under its own name; Arabic is written from right to left."""

CODES: Final = frozenset(code for code, _ in LANGUAGES)

_SPOKEN: Final[ContextVar[str | None]] = ContextVar("tocsin.spoken", default=None)


class Tongue(NamedTuple):
    """A page in one language."""

    code: str
    name: str
    address: str
    now: bool


def of_path(path: str) -> str:
    """Return the language that an address names; English without one."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in CODES else "en"


def tongues(path: str) -> list[Tongue]:
    """List the same page in every language."""
    here = of_path(path)
    bare = path if here == "en" else path[len(here) + 1 :]
    return [Tongue(code, name, bare if code == "en" else f"/{code}{bare}", code == here) for code, name in LANGUAGES]


def spoken() -> str | None:
    """The language of the request at work, or else what Django speaks just now. A page asks twenty times, and Django's
    way to the answer is as long as writing a line."""
    return _SPOKEN.get() or translation.get_language()


class Speaking:
    """Answers each request in the language of its path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code = of_path(request.path_info)
        before = _SPOKEN.set(code)
        try:
            with translation.override(code):
                return self._answer(request)
        finally:
            _SPOKEN.reset(before)
