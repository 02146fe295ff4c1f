# SPDX-License-Identifier: Apache-2.0
"""Promises with a time: which time of a sentence belongs to which promise.

A few frames are sure ("give us 90 days ... before public exposure"); otherwise the nearest word decides, and a word
before the time is nearer than one after it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tocsin.core.policy.prose.durations import VAGUE, Time, times
from tocsin.core.policy.prose.found import Found, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Unit

_TOPICS: Final = {
    "sla.conversation": re.compile(r"\bconversation with the reporter\b", re.I),
    "sla.acknowledgement": re.compile(r"\backnowledg\w*|\bconfirm(?:ation of|ing|s)?(?: the)? receipt\b", re.I),
    "sla.first_feedback": re.compile(
        r"\brespon[ds]\w*|\brepl(?:y|ies|ied)\b|\bfeedback\b|\bget back to\b|\bgetting back\b|\bcontact you\b|\bhear "
        r"(?:back )?from\b|\bbe in touch\b|\bemails will be addressed\b|\banswer(?:ed|s)?\b|\breach out to you\b",
        re.I,
    ),
    "sla.updates": re.compile(r"\bupdates?\b|\bprogress\b|\bstatus\b|\bkeep you informed\b|\bkept informed\b", re.I),
    "sla.assessment": re.compile(
        r"\bassess\w*|\btriag\w*|\bevaluat\w*|\bvalidat\w*|\bdetermin\w* (?:if|whether)\b|\binvestigate\w*|\bverif\w*",
        re.I,
    ),
    "sla.fix": re.compile(r"\bfix(?:es|ed|ing)?\b|\bpatch(?:es|ed)?\b|\bresol(?:ve|ved|ution)\b|\bremediat\w*", re.I),
    "disclosure.max": re.compile(r"\bdisclos\w*|\bembargo\w*|\bpublic(?:ly|ation)?\b|\bpublish\w*", re.I),
    "versions.overlap": re.compile(
        r"\b(?:major|minor|feature|stable) releases?\b|\bend[ -]of[ -](?:life|support)\b", re.I
    ),
    "sla.reply": re.compile(r"\bmessages of the reporter are answered\b", re.I),
}
"""What a promise is about."""

_NO_PROMISE: Final = re.compile(
    r"\bdeprecat\w*|\bstays unanswered\b|\bare erased\b|\baccept our terms\b|\bolder than\b", re.I
)
"""Sentences whose times other rules read, or that promise nothing."""

_EXACT: Final = {
    "sla.acknowledgement": re.compile(r"^Reports are acknowledged\b"),
    "sla.first_feedback": re.compile(r"^Feedback will be sent\b"),
    "sla.updates": re.compile(r"^Reporters get an update\b"),
    "sla.assessment": re.compile(r"^Reports are assessed\b"),
    "sla.fix": re.compile(r"^Confirmed vulnerabilities are fixed\b"),
    "sla.reply": re.compile(r"^Messages of the reporter are answered\b"),
    "disclosure.max": re.compile(r"^(?:The timeframe for disclosure is|Vulnerabilities are disclosed within)\b"),
    "versions.cadence": re.compile(r"^Releases are planned every\b"),
}
"""Sentences as our own clauses say them."""

_GIVE_US: Final = re.compile(
    r"\b(?:give|allow|grant)s? us\b.{0,200}\b(?:public|disclos|exposure)"
    r"|\b(?:not|never) (?:disclose|publish|make public)\b",
    re.I,
)
_SAYABLE: Final = frozenset(
    {"sla.conversation", "sla.acknowledgement", "sla.first_feedback", "sla.assessment", "sla.fix", "sla.updates"}
)
_NOT_OURS: Final = re.compile(
    r"^If you know of|\bimmediately contact\b|\bit is better to move\b|\burgent and expeditious\b"
    r"|\bnext patch\b|\bnext release\b|\bonce a user mitigation\b",
    re.I,
)
"""Vague words that another rule reads, or that speak to the reporter."""

AFTER: Final = 15
"""How much farther a word after the time counts."""


def promises(index: int, unit: Unit, _page: Page) -> Iterator[Found]:
    """Yield the promises of a sentence: numbers under `within`, `every` or `max`, vague words under `said`."""
    exact = next((topic for topic, regex in _EXACT.items() if regex.search(unit.text)), None)
    for time in times(unit.text):
        topic = exact or _topic(unit.text, time)
        if topic:
            yield _number(index, unit, topic, time)
    for vague in VAGUE.finditer(unit.text):
        if not exact and _NOT_OURS.search(unit.text):
            continue
        topic = exact or _nearest(unit.text, vague.start(), vague.end())
        path = "disclosure.said" if topic == "disclosure.max" else f"{topic}.said"
        words = _said(vague[0], topic)
        if topic in _SAYABLE or ((topic == "disclosure.max" and "week" in words) or "month" in words):
            yield _found(index, unit, path, words, vague.start(), vague.end())


def _topic(text: str, time: Time) -> str:
    """Decide what a time is promised for; empty when it is no promise of the project."""
    if _NO_PROMISE.search(text):
        return ""
    if _GIVE_US.search(text):
        return "disclosure.max"
    if time.every:
        return "sla.updates" if _TOPICS["sla.updates"].search(text) else ""
    return _nearest(text, time.start, time.end)


def topic_at(text: str, start: int, end: int) -> str:
    """Return what the words from `start` to `end` of a sentence are promised for; empty when nothing is near."""
    exact = next((topic for topic, regex in _EXACT.items() if regex.search(text)), None)
    return exact or _nearest(text, start, end)


def _nearest(text: str, start: int, end: int) -> str:
    best, chosen = len(text) + AFTER, ""
    for topic, regex in _TOPICS.items():
        for word in regex.finditer(text):
            distance = start - word.end() if word.end() <= start else word.start() - end + AFTER
            if 0 <= distance < best:
                best, chosen = distance, topic
    return chosen


def _number(index: int, unit: Unit, topic: str, time: Time) -> Found:
    leaf = {"sla.updates": ".every", "disclosure.max": "", "versions.overlap": "", "versions.cadence": ""}
    return _found(index, unit, topic + leaf.get(topic, ".within"), time.duration, time.start, time.end)


def _said(words: str, topic: str) -> str:
    """Keep the vague words as they can be said again."""
    words = words.strip()
    return words.removeprefix("to ").removeprefix("within ") if topic == "disclosure.max" else words


def _found(index: int, unit: Unit, path: str, value: str, start: int, end: int) -> Found:
    return Found(
        path=path,
        value=value,
        unit=index,
        line=unit.line_at(start),
        last=unit.line_at(max(start, end - 1)),
        words=unit.text[:400],
    )
