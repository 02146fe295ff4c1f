# SPDX-License-Identifier: Apache-2.0
"""Filters for instants and for one-line texts of people."""

from __future__ import annotations

from datetime import datetime

from django import template

from tocsin.delivery import inert
from tocsin.services.queries import words

register = template.Library()


@register.filter
def instant(at: datetime | None) -> str:
    """Show an instant with hour and zone."""
    return words.instant(at)


@register.filter
def day(at: datetime) -> str:
    """Show the day of something past, in UTC: `2026-12-08`."""
    return f"{at:%Y-%m-%d}"


@register.filter
def one_line(text: str) -> str:
    """Show a text of people on one line, with nothing hidden in it."""
    return inert.plain(" ".join(text.split()))
