# SPDX-License-Identifier: Apache-2.0
"""A whole document read: its sentences, what the rules found in them, and which sentences nobody understood."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.channels import channels
from tocsin.core.policy.prose.content import content
from tocsin.core.policy.prose.decode import Decoded, decode
from tocsin.core.policy.prose.found import Found, Page
from tocsin.core.policy.prose.harbour import harbour
from tocsin.core.policy.prose.markdown import Unit, units
from tocsin.core.policy.prose.phrases import phrases
from tocsin.core.policy.prose.promises import promises
from tocsin.core.policy.prose.releases import releases
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RULES: Final[tuple[Callable[[int, Unit, Page], Iterator[Found]], ...]] = (
    phrases,
    promises,
    releases,
    channels,
    content,
    harbour,
)
"""Every rule that reads a sentence, in the order in which their findings are listed."""

_FORGE: Final = re.compile(r"https?://(?:github\.com|gitlab\.com|codeberg\.org)/[\w.-]+/[\w.-]+", re.I)
_FRAME: Final = re.compile(
    r"\bwill respond to vulnerability reports as follows\b|\bone of the following channels\b|\binclude the following\b"
    r"|\bThis allows for anyone to report\b|\bplease contact the email address with the details\b"
    r"|\bThe form is at\b|\bNote that this option may not be\b"
    r"|\bDo not report non-security-impacting bugs\b",
    re.I,
)
"""Sentences that only hold others together."""

_NOTED: Final = frozenset(
    {"credit.given", "intake.channel.encryption", "disclosure.negotiated", "disclosure.with", "severity.scheme"}
)
"""Values that a passing remark is enough for."""

_OUR_WORDS: Final = (
    "The use of encrypted email is",
    "Reporters who wish it",
    "A public disclosure date is negotiated by",
    "We rate severity in words",
)
"""How our own clauses say these values and nothing else."""

_TABLE_FRAME: Final = re.compile(r"^[|\s:-]+$|^\|?\s*(?:major )?versions?\b", re.I)


class Reading(Value):
    """What a document says, as far as anybody can tell."""

    decoded: Decoded
    page: Page
    found: tuple[Found, ...]

    @property
    def understood(self) -> frozenset[int]:
        """Indexes of the sentences that a rule used, or that only frame others."""
        used = {each.unit for each in self.found if not _only_noted(each)}
        frames = {index for index, unit in enumerate(self.page.units) if _is_frame(unit)}
        return frozenset(used | frames)

    @property
    def not_understood(self) -> tuple[Unit, ...]:
        """Sentences that no rule understood; they are kept as they are."""
        understood = self.understood
        return tuple(unit for index, unit in enumerate(self.page.units) if index not in understood)

    def of(self, path: str) -> tuple[Found, ...]:
        """Return what was found for a path, in the order of the document."""
        return tuple(each for each in self.found if each.path == path)


@lru_cache(maxsize=2)
def read(data: bytes) -> Reading:
    """Read a document of any language, size and encoding. Never raises.

    The last reading is kept, because whoever imports a document also checks it.
    """
    decoded = decode(data)
    listed = units(decoded.text)
    urls = [link.url for unit in listed for link in unit.links]
    urls.sort(key=lambda url: "/security/advisories" not in url)
    forge = next((known[0] for url in urls if (known := _FORGE.match(url))), "")
    page = Page(units=listed, forge=forge)
    found = [
        each
        for index, unit in enumerate(listed)
        if unit.shape not in (Shape.HEADING, Shape.CODE)
        for rule in RULES
        for each in rule(index, unit, page)
    ]
    return Reading(decoded=decoded, page=page, found=tuple(_settled(found)))


def _settled(found: list[Found]) -> Iterator[Found]:
    """Let an acknowledgement stand for the first answer where the document promises no other."""
    answers = any(each.path in ("sla.first_feedback.within", "sla.first_feedback.said") for each in found)
    for each in found:
        head, _, leaf = each.path.rpartition(".")
        if head == "sla.acknowledgement" and not answers and not each.words.startswith("Reports are acknowledged"):
            yield Found(**{**_fields(each), "path": f"sla.first_feedback.{leaf}"})
        else:
            yield each


def _only_noted(found: Found) -> bool:
    """Say whether a sentence means more than the value it gave, so that its words are kept as well."""
    return found.path in _NOTED and not found.words.startswith(_OUR_WORDS)


def _fields(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _is_frame(unit: Unit) -> bool:
    if unit.shape is Shape.HEADING:
        return True
    if unit.shape is Shape.ROW:
        return bool(_TABLE_FRAME.match(unit.text))
    return bool(_FRAME.search(unit.text))
