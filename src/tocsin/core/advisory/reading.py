# SPDX-License-Identifier: Apache-2.0
"""How long the sentences of an advisory are. It is read in a hurry, in a second language, by somebody with a machine
to save: sentences of more than 25 words are counted, and the longest is named, so that it can be cut.

The count is of words and not of letters, which holds in every language that parts them by spaces. Code is not prose:
blocks are left out, and a name in backticks counts as a word. Source: GOV.UK Style Guide, "Short sentences".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tocsin.core.vocabulary import Value

LONG: Final = 25
"""Words of a sentence that most people still read in one go."""

_CODE: Final = re.compile(r"```.*?(?:```|\Z)|^(?: {4}|\t)[^\n]*$", re.S | re.M)
_SHORT: Final = re.compile(r"\b(e\.g|i\.e|cf|vs)\.", re.I)
_NAME: Final = re.compile(r"`[^`\n]+`")
_ENDS: Final = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")
_WORD: Final = re.compile(r"\w[^\s]*")


class Reading(Value):
    """What was counted: sentences, words in them, those that are too long, and the longest with its field."""

    sentences: int
    words: int
    long: int
    longest: int
    field: str
    text: str

    @property
    def mean(self) -> int:
        """Words in a sentence, on average."""
        return round(self.words / self.sentences) if self.sentences else 0


def reading(texts: Mapping[str, str]) -> Reading:
    """Count over several fields of prose, by their names."""
    found = [(len(_WORD.findall(each)), field, each) for field, text in texts.items() for each in sentences(text)]
    counted = [each for each in found if each[0]]
    longest = max(counted, key=lambda each: each[0], default=(0, "", ""))
    return Reading(
        sentences=len(counted),
        words=sum(each[0] for each in counted),
        long=sum(each[0] > LONG for each in counted),
        longest=longest[0],
        field=longest[1],
        text=" ".join(longest[2].split()),
    )


def sentences(text: str) -> tuple[str, ...]:
    """Part Markdown prose into sentences; points of a list are sentences of their own."""
    plain = _SHORT.sub(lambda found: found[1].replace(".", ""), text.replace("\r\n", "\n"))
    prose = _NAME.sub("code", _CODE.sub("\n\n", plain))
    return tuple(each.strip() for each in _ENDS.split(prose) if each and each.strip())
