# SPDX-License-Identifier: Apache-2.0
"""Opening a case for the person who asks, and the way back to the list that they came from."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tocsin.delivery.desk.doors import DeskRequest
from tocsin.delivery.desk.forms.base import Ground
from tocsin.services.queries import case as queries
from tocsin.services.queries.options import options

LIST: Final = "/inbox"
_PLACE: Final = ("tab", "project", "after", "view", "open", "by")


def ground(request: DeskRequest, ref: str, purpose: str) -> Ground | None:
    """Open a case for the signed-in person; None for what is not there and for what they may not know of."""
    found = queries.authorised(request.desk, ref, request.person, purpose)
    if found is None:
        return None
    actor, opened = found
    return Ground(request.desk, actor, opened, options(request.desk, opened.policy, opened.case.project))


def back(told: str, **more: str) -> str:
    """Return the address of the list that a form came from, with what is to be said there; "" when it came from none.

    It is put together anew from the few words that such an address has, so that nobody is led anywhere else.
    """
    try:
        parts = urlsplit(told[:2000])
    except ValueError:  # no address at all
        return ""
    if parts.scheme or parts.netloc or parts.path != LIST:
        return ""
    kept = {name: value for name, value in parse_qsl(parts.query) if name in _PLACE}
    query = urlencode({name: value for name, value in {**kept, **more}.items() if value})
    return f"{LIST}?{query}" if query else LIST


def number(text: str | None) -> int:
    """Read a number from a form or an address; anything else is 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else 0
