# SPDX-License-Identifier: Apache-2.0
"""What the desk's templates need besides Django's own tags."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from tocsin.delivery import inert as inertness

register = template.Library()


@register.filter
def inert(text: object) -> SafeString:
    """Show text of other people unable to do anything."""
    return inertness.inert(str(text))


@register.filter
def plain(text: object) -> str:
    """The same for places where no element can stand, such as a title."""
    return inertness.plain(str(text))


@register.filter
def words(name: object) -> str:
    """Spell a name with dashes as words: `not-affected` as “not affected”."""
    return str(name).replace("-", " ").replace("_", " ")


@register.filter
def shape(severity: object) -> str:
    """Give a severity its shape, so that it is never told by colour alone."""
    return SHAPES.get(str(severity).partition(" ")[0], "")


SHAPES = {"Critical": "◆", "High": "▲", "Medium": "■", "Low": "▼", "None": "○"}
