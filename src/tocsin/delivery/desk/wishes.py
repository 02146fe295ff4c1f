# SPDX-License-Identifier: Apache-2.0
"""What a browser wishes of the desk: its colours, whether single keys do anything, and which (WCAG 2.2, 2.1.4). Kept in
the browser's cookies, because it is about a screen and a keyboard and not about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest

SCHEMES: Final = {"": "As the system says", "light": "Light", "dark": "Dark"}
KEYS: Final = {"": "On", "off": "Off: only Tab, Enter and what the browser has"}
HERE: Final = {"": "Say it, and see who else is there", "off": "Say nothing, and see nobody"}
COOKIES: Final = {
    "scheme": ("tocsin-scheme", SCHEMES),
    "keys": ("tocsin-keys", KEYS),
    "here": ("tocsin-here", HERE),
}


def wish(request: HttpRequest, name: str) -> str:
    """Return what this browser wishes; anything that was never offered counts as nothing."""
    cookie, offered = COOKIES[name]
    told = request.COOKIES.get(cookie, "")
    return told if told in offered else ""


SINGLE: Final = {
    "j": "Next row",
    "k": "Row before",
    "J": "Next project",
    "K": "Project before",
    "x": "Select the row",
    "X": "Select every row",
    "1": "Accept",
    "2": "Duplicate",
    "3": "Reject",
    "4": "Ask for more",
    "a": "Assign",
    "h": "Put aside",
    "o": "Open the case",
    "z": "Undo",
    "n": "Internal note",
    "r": "Write to the reporter",
    "u": "Next unread message",
    "i": "Investigate and decide",
    "b": "Branches",
    "s": "Score",
    "e": "Embargo",
    "d": "Advisory draft",
    "p": "Publish",
    "y": "History",
    "?": "The keys of this page",
}
"""The single keys, each by itself, and what it does. `g` begins the keys that lead to a page, and stays."""

REMAP: Final = "tocsin-remap"


def remapped(request: HttpRequest) -> dict[str, str]:
    """Return which keys this browser has put elsewhere; a cookie that makes no sense counts as none."""
    told = dict(parse_qsl(request.COOKIES.get(REMAP, "")[:500]))
    return {} if clashes(told) else told


def clashes(wanted: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with other keys, by the key they are meant for; empty where nothing is."""
    found = {key: "There is no such key." for key in wanted if key not in SINGLE}
    for key, other in wanted.items():
        if len(other) != 1 or not other.isascii() or not other.isprintable() or other == " ":
            found[key] = "Name one letter, digit or sign."
        elif other == "g":
            found[key] = "g begins the keys that lead to a page."
    stand = [(key, wanted.get(key, key)) for key in SINGLE]
    for key, other in stand:
        twin = next((name for name, taken in stand if taken == other and name != key), "")
        if twin and key in wanted:
            found.setdefault(key, f"{other} is taken: {SINGLE[twin]}.")
    return found


def as_cookie(wanted: Mapping[str, str]) -> str:
    """Write other keys down for `remapped`."""
    return urlencode(wanted)
