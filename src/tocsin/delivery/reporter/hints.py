# SPDX-License-Identifier: Apache-2.0
"""Neutral hints on the check page: things a reporter may want to change before sending. None of them blocks (S14, S32).

They look at the words only and judge nobody. The same hint twice helps nobody either, so each is given once a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as marked

from tocsin.core.intake import Report
from tocsin.core.vocabulary import Value

_SECRETS: Final = (
    re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[oprsu]_[0-9A-Za-z]{36}"),
    re.compile(r"\bgithub_pat_[0-9A-Za-z_]{30}"),
    re.compile(r"\bglpat-[0-9A-Za-z_-]{20}"),
    re.compile(r"\bxox[abeprs]-[0-9A-Za-z-]{10}"),
    re.compile(r"\beyJ[0-9A-Za-z_-]{10,4096}\.eyJ[0-9A-Za-z_-]{10}"),
    re.compile(
        r"(?i)\b(?:password|passwd|secret|api[_-]?key|access[_-]?token)['\"]?\s{0,3}[:=]\s{0,3}['\"]?[^\s'\"]{8}"
    ),
    re.compile(r"://[^\s/:@]{1,64}:[^\s/:@]{3,64}@"),
)
"""Forms of keys, tokens and passwords that people paste with a log, all with bounded repetition."""

_LOOKED_AT: Final = {
    "title": marked("title"),
    "reproduce": marked("steps"),
    "effects": marked("effects"),
    "attack_surface": marked("attack surface"),
    "dependencies": marked("other projects"),
}
_SAYS_NOTHING: Final = frozenset({"bug", "help", "issue", "security", "problem", "vulnerability", "vuln", "a", "the"})
_SHORT_STEPS: Final = 5


class Hint(Value):
    """One remark beside the field it is about."""

    field: str
    message: str


def hints(report: Report) -> tuple[Hint, ...]:
    """List the remarks on a report, in the order of the form."""
    return tuple(_hints(report))


def _hints(report: Report) -> Iterator[Hint]:
    words = re.findall(r"\w+", report.title.lower())
    if len(words) < 2 or set(words) <= _SAYS_NOTHING:
        yield Hint(field="title", message=gettext("A title that says what happens and where is easier to find again."))
    if len(report.reproduce.split()) < _SHORT_STEPS:
        yield Hint(field="reproduce", message=gettext("A step or two more would help us to see what you saw."))
    if not re.search(r"\d", report.version) and "unknown" not in report.version.lower():
        yield Hint(
            field="version", message=gettext("There is no number in the version. “unknown” is a good answer, too.")
        )
    for field, called in _LOOKED_AT.items():
        line = secret_line(getattr(report, field))
        if line:
            yield Hint(
                field=field,
                message=gettext("Line %(line)s of your %(called)s looks like a password or key. Is it yours to share?")
                % {"line": line, "called": gettext(called)},
            )


def secret_line(text: str) -> int:
    """Return the number of the first line that looks like it holds a secret; 0 where none does."""
    places = [found.start() for pattern in _SECRETS if (found := pattern.search(text))]
    return text.count("\n", 0, min(places)) + 1 if places else 0
