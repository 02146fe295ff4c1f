# SPDX-License-Identifier: Apache-2.0
"""The desk's long forms, filled in as a person does: save what fits, and go on in the rows that this adds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tocsin.boot.demo.browser import Browser
from tocsin.boot.demo.matter import Line, Matter
from tocsin.boot.demo.page import Page, Unexpected
from tocsin.boot.demo.stage import REPLAY

Look = Callable[[], Page]

MOST_SAVES: Final = 12
_CELLS: Final = ("line", "state", "introduced", "fixed_in", "last_affected", "reason")


def fill_lines(person: Browser, look: Look, lines: tuple[Line, ...]) -> None:
    """State the release lines. Rows of lines that this vulnerability is not about are emptied, which removes them."""
    left = list(lines)
    for _ in range(MOST_SAVES):
        page = look()
        typed, left = _rows(page, lines)
        person.send(page, "/do/set-lines", typed)
        if not left:
            return
    raise Unexpected(f"the table of lines has no room for {', '.join(line.line for line in left)}")


def _rows(page: Page, lines: tuple[Line, ...]) -> tuple[dict[str, Any], list[Line]]:
    """What is typed into the rows: first into those of the same name, then into free ones; and what is left over."""
    form = page.form("/do/set-lines")
    rows = range(int(form.fields["rows-TOTAL_FORMS"][0]))
    there = {number: form.fields[f"rows-{number}-line"][0] for number in rows}
    left = [line for line in lines if line.line not in there.values()]
    known = {line.line: line for line in lines}
    typed: dict[str, Any] = {}
    for number, name in there.items():
        line = known.get(name) or (left.pop(0) if left else None)
        if line is None:
            typed[f"rows-{number}-line"] = ""
            continue
        typed |= {f"rows-{number}-{cell}": getattr(line, cell) for cell in _CELLS}
        typed[f"rows-{number}-supported"] = "on" if line.supported else None
        typed[f"rows-{number}-tested"] = "on" if line.fixed_in else None
    return {name: value for name, value in typed.items() if name in form.names}, left


def write(person: Browser, look: Look, matter: Matter) -> None:
    """Write the advisory of a matter into the editor."""
    typed = _advisory(matter)
    left = set(typed)
    for _ in range(MOST_SAVES):
        page = look()
        left = set(typed) - page.form("/do/draft-advisory").names
        fits = {name: value for name, value in typed.items() if name not in left}
        person.send(page, "/do/draft-advisory", fits)
        if not left:
            return
    raise Unexpected(f"the editor has no field {', '.join(sorted(left))}")


def _advisory(matter: Matter) -> dict[str, Any]:
    typed: dict[str, Any] = {
        "title": matter.title,
        "summary": matter.summary,
        "details": f"{matter.details.strip()}\n\n{REPLAY.format(id=matter.id)}",
        "impact": matter.effects,
        "required_configuration": matter.required_configuration,
        "cwe": ", ".join(matter.cwe),
        "mitigation": matter.mitigation,
        "no_mitigation_known": None if matter.mitigation else "on",
        "product": matter.product,
        "aliases": ", ".join(matter.aliases),
        "modules": ", ".join(matter.modules),
    }
    for name in ("vendor", "scheme", "ecosystem", "package", "purl", "collection", "repository", "cpe"):
        typed[name] = getattr(matter, name)
    for number, reference in enumerate(matter.references):
        typed |= {f"references-{number}-type": reference.type, f"references-{number}-url": reference.url}
    for number, credit in enumerate(matter.credits):
        typed |= {
            f"credits-{number}-name": credit.name,
            f"credits-{number}-type": credit.type,
            f"credits-{number}-organization": credit.organization,
            f"credits-{number}-consent": "on",
        }
    return typed
