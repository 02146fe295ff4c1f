# SPDX-License-Identifier: Apache-2.0
"""Filters for what strangers wrote, for instants and for sizes."""

from __future__ import annotations

from datetime import datetime

from django import template

from tocsin.delivery import inert as strangers
from tocsin.services.queries import words

register = template.Library()


register.filter("inert", strangers.inert)


@register.filter
def one_line(text: str) -> str:
    """Show text of strangers on one line, for titles and names."""
    return strangers.plain(" ".join(text.split()))


@register.filter
def instant(at: datetime | None) -> str:
    """Show an instant with hour and zone."""
    return words.instant(at)


@register.filter
def size(count: int) -> str:
    """Show a number of bytes."""
    return words.size(count)
