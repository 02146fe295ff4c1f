# SPDX-License-Identifier: Apache-2.0
"""Safe harbour: the promise that nobody is pursued for a report in good faith, as its own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.found import Found, Page, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Unit

_HEADING: Final = re.compile(r"\bsafe[ -]harbou?r\b", re.I)
_WORDS: Final = re.compile(
    r"\b(?:will not|won't|not) (?:\w+ )?(?:pursue|take|initiate|bring|support)\b.{0,60}\blegal\b"
    r"|\bgood[- ]faith\b.{0,120}\b(?:authori[sz]ed|legal|protect)",
    re.I,
)


def harbour(index: int, unit: Unit, _page: Page) -> Iterator[Found]:
    """Yield the sentences of a safe harbour; `reading` joins them."""
    if unit.shape is not Shape.HEADING and (_HEADING.search(unit.heading) or _WORDS.search(unit.text)):
        yield found(index, unit, "safe_harbour.text", unit.text, "add")
