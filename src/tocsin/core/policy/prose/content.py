# SPDX-License-Identifier: Apache-2.0
"""What a report should contain, and when to send one: the lists under such a heading or sentence (S26-S34)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.found import Found, Page, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Unit

_LEADS: Final = re.compile(
    r"\binclude the following\b|\bwhat to include\b|\breport (?:should|must) (?:include|contain)\b|\bcontent\b"
    r"|\bdetails to include\b|\bplease include\b|\bplease provide\b",
    re.I,
)
_FIELDS: Final[tuple[tuple[str, dict[str, Any], re.Pattern[str]], ...]] = (
    (
        "identity",
        {"ask": "optional", "kind": "identity"},
        re.compile(r"\bidentity\b|\byour name\b|\baffiliation\b", re.I),
    ),
    (
        "reproduce",
        {"ask": "required", "kind": "steps", "attachments": ["poc", "screenshot", "log"]},
        re.compile(r"\bsteps\b.{0,40}\breproduc|\bproof[- ]of[- ]concept\b|\bdemonstrate an exploit\b|\bPOC\b", re.I),
    ),
    (
        "attack_surface",
        {"ask": "expected", "kind": "usage-impact"},
        re.compile(r"\battack surface\b|\bimpact\b|\baffects .{1,60} usage\b", re.I),
    ),
    (
        "dependencies",
        {"ask": "expected", "kind": "components"},
        re.compile(r"\bother projects or dependencies\b", re.I),
    ),
    (
        "effects",
        {"ask": "expected", "kind": "effects"},
        re.compile(r"\beffects? of the vulnerability\b|\bexpected and actual\b|\baffected platforms\b", re.I),
    ),
    ("versions", {"ask": "expected", "kind": "versions"}, re.compile(r"\bversions?\b|\bcommit hash\b", re.I)),
    ("component", {"ask": "expected"}, re.compile(r"\bcomponents?\b|\bfiles?\(s\)|\baffected files?\b", re.I)),
)
_TITLE: Final = re.compile(r"\bdescriptive (title|subject line)\b", re.I)
_WHEN: Final = (
    ("potential", re.compile(r"\bWhen you think\b.{1,120}\bpotential security vulnerability", re.I)),
    ("suspected-impact", re.compile(r"\bsuspect a potential vulnerability but you are unsure", re.I)),
    ("dependency", re.compile(r"\bpotential vulnerability on another project\b", re.I)),
)
_ATTACHMENTS: Final = (("poc", "poc"), ("screenshot", "screenshot"), ("log", "log"))


def content(index: int, unit: Unit, _page: Page) -> Iterator[Found]:
    """Yield the fields of the report form and the occasions to report."""
    if title := _TITLE.search(unit.text):
        field = {"id": "title", "ask": "required"}
        if title[1].lower() == "subject line":
            field["label"] = "Descriptive subject line"
            yield found(index, unit, "intake.subject_label", "Descriptive subject line")
        yield found(index, unit, "intake.field", field, "add")
    for name, regex in _WHEN:
        if regex.search(unit.text):
            yield found(index, unit, "intake.when", name, "add")
    if unit.shape in (Shape.ITEM, Shape.STEP) and _introduced(unit):
        yield from _field(index, unit)


def _field(index: int, unit: Unit) -> Iterator[Found]:
    for name, terms, regex in _FIELDS:
        if regex.search(unit.text):
            field = {"id": name, **terms}
            if "attachments" in field:
                named = [kind for kind, word in _ATTACHMENTS if word in unit.text.lower()]
                field = {key: value for key, value in field.items() if key != "attachments"}
                field |= {"attachments": named} if named else {}
            yield found(index, unit, "intake.field", field, "add")
            return


def _introduced(unit: Unit) -> bool:
    """Say whether the list a unit stands in is introduced as what a report holds."""
    return bool(_LEADS.search(unit.intro)) or bool(_LEADS.search(unit.heading))
