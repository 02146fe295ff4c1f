# SPDX-License-Identifier: Apache-2.0
"""What the desk's templates need besides Django's own tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tocsin.delivery import inert as inertness
from tocsin.delivery.desk.wishes import remapped, wish
from tocsin.services.queries import zones
from tocsin.services.queries.timeline import Picture
from tocsin.services.queries.words import SHAPES

register = template.Library()


@register.filter
def inert(text: object) -> SafeString:
    """Show text of other people unable to do anything."""
    return inertness.inert(str(text))


@register.filter
def plain(text: object) -> str:
    """The same for places where no element can stand, such as a title."""
    return inertness.plain(str(text))


_MENDED_AT = {
    "accepted": "decide",
    "backports": "lines",
    "confirmation": "fix",
    "cve": "score#set-cve",
    "internal-test": "lines",
    "investigation": "decide",
    "mitigation": "advisory#draft-advisory-mitigation",
}


@register.filter
def mended_at(gate: str) -> str:
    """Name the page of a case where a shut gate is opened; of a gate that no page opens, the list of all of them."""
    return _MENDED_AT.get(gate, "publish")


@register.filter
def words(name: object) -> str:
    """Spell a name with dashes as words: `not-affected` as “not affected”."""
    return str(name).replace("-", " ").replace("_", " ")


@register.filter
def of(found: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a name, or nothing."""
    return found.get(name, ())


@register.filter
def clocked(instant: datetime | None, clocks: Iterable[zones.Clock]) -> str:
    """Write an instant on other people's clocks: `Tue 16:00 Berlin`."""
    return zones.beside(instant, clocks or ())


@register.filter
def shape(severity: object) -> str:
    """Give a severity its shape, so that it is never told by colour alone."""
    return SHAPES.get(str(severity).partition(" ")[0], "")


@register.filter
def sky(picture: Picture) -> int:
    """Return where the timeline's drawing begins above its line, which lies at zero."""
    return -65 if picture.above == 2 else -46


@register.filter
def tall(picture: Picture) -> int:
    """Return the height of the timeline's drawing."""
    return (26, 44, 63)[picture.below] - sky(picture)


@register.simple_tag(takes_context=True)
def wished(context: Context, name: str) -> str:
    """Write down what this browser wishes, as an attribute of the element: ` data-scheme="dark"`."""
    request = getattr(context, "request", None)
    told = wish(request, name) if request else ""
    return format_html(' data-{}="{}"', name, told) if told else ""


@register.simple_tag(takes_context=True)
def remap(context: Context) -> str:
    """Write down which keys this browser has put elsewhere: ` data-map="r=w n=m"`."""
    request = getattr(context, "request", None)
    told = remapped(request) if request else {}
    return format_html(' data-map="{}"', " ".join(f"{key}={other}" for key, other in told.items())) if told else ""
