# SPDX-License-Identifier: Apache-2.0
"""What a browser wishes of the desk: its colours, and whether single keys do anything. Kept in the browser's cookies,
because it is about a screen and a keyboard and not about a person."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

SCHEMES: Final = {"": "As the system says", "light": "Light", "dark": "Dark"}
KEYS: Final = {"": "On", "off": "Off: only Tab, Enter and what the browser has"}
COOKIES: Final = {"scheme": ("tocsin-scheme", SCHEMES), "keys": ("tocsin-keys", KEYS)}


def wish(request: HttpRequest, name: str) -> str:
    """Return what this browser wishes; anything that was never offered counts as nothing."""
    cookie, offered = COOKIES[name]
    told = request.COOKIES.get(cookie, "")
    return told if told in offered else ""
