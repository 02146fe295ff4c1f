# SPDX-License-Identifier: Apache-2.0
"""A repository's template for reports, and whether a text keeps to it: in GitHub's own codes, before GitHub says no.

Source: GitHub REST API, `RepositoryAdvisoryDescriptionValidationError` (October 2026): `missing_section`,
`empty_section`, `unchecked_required_option`, `sections_out_of_order`.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.vocabulary import Value

_HEAD: Final = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)")
_BOX: Final = re.compile(r"^\s*[-*]\s+\[( |x|X)\]\s+(.*)$")


class Section(Value):
    """A section that a template asks for; `options` are boxes that have to be ticked in it."""

    title: str
    options: tuple[str, ...] = ()


class Fault(Value):
    """What is wrong: GitHub's code, and the section."""

    code: str
    section: str

    def __str__(self) -> str:
        return f"{self.section}: {self.code.replace('_', ' ')}"


def faults(sections: tuple[Section, ...], text: str) -> tuple[Fault, ...]:
    """Say where a text does not keep to the template."""
    found = _sections(text)
    wrong: list[Fault] = []
    for each in sections:
        body = found.get(each.title.casefold())
        if body is None:
            wrong.append(Fault(code="missing_section", section=each.title))
        elif not body.strip():
            wrong.append(Fault(code="empty_section", section=each.title))
        else:
            ticked = {box[2].strip().casefold() for box in map(_BOX.match, body.splitlines()) if box and box[1] in "xX"}
            wrong += [
                Fault(code="unchecked_required_option", section=f"{each.title} / {option}")
                for option in each.options
                if option.casefold() not in ticked
            ]
    order = [list(found).index(each.title.casefold()) for each in sections if each.title.casefold() in found]
    if order != sorted(order):
        wrong.append(Fault(code="sections_out_of_order", section=", ".join(each.title for each in sections)))
    return tuple(wrong)


def _sections(text: str) -> dict[str, str]:
    """Bodies by title, in the order of the text; what stands in a fence of code is no heading."""
    found: dict[str, list[str]] = {}
    title, fence = "", ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        head = None if fence else _HEAD.match(line)
        if head:
            title = head[1].casefold()
            found.setdefault(title, [])
        elif title:
            found[title].append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}
