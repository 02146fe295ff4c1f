# SPDX-License-Identifier: Apache-2.0
"""SECURITY.md from the policy (S72). What no clause speaks of (introduction, fields, kept passages) is added here."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Section, Sentence, Shape, says
from tocsin.core.policy.clauses import sentences
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tocsin.core.policy.model import ChannelKind, Field, Policy

TITLE: Final = "Security Release Process"

HEADINGS: Final = {
    Section.INTRODUCTION: "",
    Section.SUPPORTED: "Supported Versions",
    Section.REPORTING: "Reporting a Vulnerability - Private Disclosure Process",
    Section.CONTENT: "Proposed Report Content",
    Section.WHEN: "When to report a vulnerability",
    Section.RESPONSE: "Patch, Release, and Disclosure",
    Section.DISCLOSURE: "Public Disclosure Process",
    Section.LISTS: "Mailing lists",
    Section.PRIORITIES: "Confidentiality, integrity and availability",
    Section.SAFE_HARBOUR: "Safe harbour",
}
"""Sections of the document in their order, with their headings."""


def security_md(policy: Policy, closed: frozenset[ChannelKind] = frozenset()) -> str:
    """Write the document. Every line comes from a value of the policy or from a kept passage.

    `closed` are doors that somebody tried and found shut (S17); they are not advertised.
    """
    shut = _doors(policy, closed)
    standing = (each for each in sentences(policy) if not each.rule.startswith(shut)) if shut else sentences(policy)
    said = sorted((*standing, *_frame(policy)), key=lambda each: (each.group, each.order))
    kept = {section.value: [each.text for each in policy.passage if each.under == section.value] for section in Section}
    blocks = [f"# {policy.title or TITLE}"]
    for section, heading in HEADINGS.items():
        here = [sentence for sentence in said if sentence.section is section]
        body = [*_body(here), *kept[section.value]]
        if body and heading:
            blocks.append(f"## {heading}")
        blocks.extend(body)
    own = [each for each in policy.passage if each.under not in kept]
    for under, passages in groupby(own, key=lambda each: each.under):
        blocks.extend((f"## {under}", *(each.text for each in passages)))
    return "\n\n".join(blocks) + "\n"


def _doors(policy: Policy, closed: frozenset[ChannelKind]) -> tuple[str, ...]:
    """Return the paths of the channels that are closed; the sentence that introduces all of them is none of theirs."""
    channels = policy.intake.channel if policy.intake else ()
    return tuple(f"intake.channel.{index}." for index, channel in enumerate(channels) if channel.kind in closed)


def _body(said: Iterable[Sentence]) -> Iterator[str]:
    """Join the sentences of a section to paragraphs, lists and numbered steps."""
    step = 0
    for shape, run in groupby(said, key=lambda each: each.shape):
        listed = list(run)
        if shape is Shape.STEP:
            steps = []
            for _, group in groupby(listed, key=lambda each: each.group):
                step += 1
                steps.append(f"{step}. {' '.join(each.text for each in group)}")
            yield "\n".join(steps)
        elif shape is Shape.ITEM:
            yield "\n".join(f"* {each.text}" for each in listed)
        elif shape is Shape.BLOCK:
            yield from (each.text for each in listed)
        else:
            for _, group in groupby(listed, key=lambda each: each.group):
                yield " ".join(each.text for each in group)


def _frame(policy: Policy) -> Iterator[Sentence]:
    """The sentences that hold the others together."""
    our = voice(policy)
    if policy.project.adopted_by:
        text = (
            f"{policy.project.adopted_by} has adopted this security disclosure and response policy to ensure we "
            "responsibly handle critical issues."
        )
        yield says(policy, "project.adopted_by", text, (Section.INTRODUCTION, 0, 0))
    steps = [each for each in sentences(policy) if each.section is Section.RESPONSE]
    if steps:
        text = f"{our.team} will respond to vulnerability reports as follows:"
        yield says(policy, "project.team", text, (Section.RESPONSE, -1, 0))
    if policy.safe_harbour:
        yield says(policy, "safe_harbour.text", policy.safe_harbour.text, (Section.SAFE_HARBOUR, 0, 0))
    if policy.credit and policy.credit.given:
        text = "Reporters who wish it will be credited in the advisory."
        yield says(policy, "credit.given", text, (Section.DISCLOSURE, 20, 0))
    yield from _content(policy)


def _content(policy: Policy) -> Iterator[Sentence]:
    fields = policy.intake.field if policy.intake else ()
    if not fields:
        return
    title = next((field for field in fields if field.id == "title"), None)
    lead = "In the report include the following information:"
    if title and title.label:
        lead = "Provide a descriptive subject line and in the body of the email include the following information:"
    elif title:
        lead = "Provide a descriptive title and in the description of the report include the following information:"
    yield says(policy, "intake.field.0.id", lead, (Section.CONTENT, 0, 0))
    for index, field in enumerate(fields):
        if field.id != "title":
            text = ask(policy, field)
            yield says(policy, f"intake.field.{index}.id", text, (Section.CONTENT, 10, index), Shape.ITEM)


def ask(policy: Policy, field: Field) -> str:
    """The sentence that asks for one field of a report."""
    our = voice(policy)
    possessive = f"{our.called}'s usage" if not our.of_it else f"{our.called} usage"
    helpful = {"poc": "POC scripts", "screenshot": "screenshots", "log": "logs"}
    named = [helpful.get(kind, kind) for kind in field.attachments]
    attached = f" ({_oxford(named)} {'are all' if len(named) > 2 else 'are'} helpful to us)" if named else ""
    words = {
        "identity": "Basic identity information, such as your name and your affiliation or company.",
        "steps": f"Detailed steps to reproduce the vulnerability{attached}.",
        "effects": (
            f"Description of the effects of the vulnerability on {our.called} and the related hardware and software "
            f"configurations, so that {our.inside} can reproduce it."
        ),
        "usage-impact": (
            f"How the vulnerability affects {possessive} and an estimation of the attack surface, if there is one."
        ),
        "components": (
            f"List other projects or dependencies that were used in conjunction with {our.called} to produce the "
            "vulnerability."
        ),
        "versions": "Versions in which the vulnerability was observed.",
    }
    return words.get(field.kind) or field.label or f"{field.id.replace('_', ' ').capitalize()} in question."


def _oxford(words: list[str]) -> str:
    return f"{', '.join(words[:-1])}, and {words[-1]}" if len(words) > 2 else " and ".join(words)
