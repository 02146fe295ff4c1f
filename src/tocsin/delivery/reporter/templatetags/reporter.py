# SPDX-License-Identifier: Apache-2.0
"""Filters for what strangers wrote, for the reader's language, for instants and for sizes."""

from __future__ import annotations

from datetime import datetime

from django import template

from tocsin.delivery import inert as strangers
from tocsin.delivery.reporter import languages, terms
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
    return terms.instant(at)


@register.filter
def told(text: str) -> str:
    """Show a sentence of ours in the reader's language."""
    return terms.told(text)


@register.filter
def within(term: str) -> str:
    """Show a term of the policy, such as `3 business days`, in the reader's language."""
    return terms.told(term)


@register.filter
def tongues(path: str) -> list[languages.Tongue]:
    """List this page in every language."""
    return languages.tongues(path)


@register.filter
def size(count: int) -> str:
    """Show a number of bytes."""
    return words.size(count)
