# SPDX-License-Identifier: Apache-2.0
"""A project's policy in words: the sentences that its clauses say of themselves, in the document's order (law 1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.safestring import SafeString

from tocsin.core.policy.clause import Section, Sentence, Shape
from tocsin.core.policy.clauses import sentences, timed_rules
from tocsin.core.policy.model import Policy
from tocsin.delivery.public.markdown import html

HEADINGS: Final = {
    Section.INTRODUCTION: "",
    Section.SUPPORTED: "Supported versions",
    Section.REPORTING: "Reporting a vulnerability",
    Section.CONTENT: "What to write",
    Section.WHEN: "When to report",
    Section.RESPONSE: "What happens then",
    Section.DISCLOSURE: "Publication",
    Section.LISTS: "Mailing lists",
    Section.PRIORITIES: "What comes first",
    Section.SAFE_HARBOUR: "Safe harbour",
}


_JOINTS: Final = {Shape.TEXT: " ", Shape.STEP: " ", Shape.ITEM: "\n* ", Shape.BLOCK: "\n\n"}
"""What stands before a sentence in Markdown."""

HOME: Final = ("acknowledgement", "first-feedback", "conversation", "assessment", "fix", "disclosure")
"""The promises that somebody who reports will meet, in their order."""


@dataclass(frozen=True)
class Paragraph:
    """Sentences that stand together, and the lines of the published document they carry out."""

    html: SafeString
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One section. Its paragraphs are the steps of a list where `numbered`."""

    heading: str
    numbered: bool
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Clock:
    """One promise with a number."""

    name: str
    title: str
    within: str
    cite: str


def parts(policy: Policy) -> tuple[Part, ...]:
    """Lay out what the policy says."""
    order = list(Section)
    said = sorted(sentences(policy), key=lambda each: (order.index(each.section), each.group, each.order))
    return tuple(_part(section, list(each)) for section, each in groupby(said, key=lambda each: each.section))


def clocks(policy: Policy) -> tuple[Clock, ...]:
    """List the promises with a number."""
    return tuple(Clock(each.name, each.title, str(each.within), each.source.cite) for each in timed_rules(policy))


def _part(section: Section, said: list[Sentence]) -> Part:
    groups = [list(each) for _, each in groupby(said, key=lambda each: each.group)]
    numbered = all(each.shape is Shape.STEP for each in said)
    return Part(heading=HEADINGS[section], numbered=numbered, paragraphs=tuple(map(_paragraph, groups)))


def _paragraph(said: list[Sentence]) -> Paragraph:
    text = "".join(_JOINTS[each.shape] + each.text for each in said)
    cites = dict.fromkeys(each.source.cite for each in said if each.source.cite)
    return Paragraph(html=html(text.strip()), cites=tuple(cites))
