# SPDX-License-Identifier: Apache-2.0
"""Supported versions: tables, sentences, and pointers to somewhere else (S3, S4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.found import Found, Page, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Unit

_LATEST: Final = re.compile(
    r"\b(?:only|currently)\b.{0,40}\b(?:latest|most recent|newest)\b.{0,40}\b(?:release|version)\b"
    r"|\bonly (?:the )?(?:latest|most recent|newest)\b"
    r"|\b(?:applied|provided|released) only to the (?:latest|most recent)\b"
    r"|\bonly support the (?:latest|most recent)\b"
    r"|\bfixes\b.{1,60}\bfor the (?:maintenance track for the )?latest (?:feature )?release\b",
    re.I,
)
_COUNT: Final = re.compile(
    r"\b(?:latest|last|most recent|maintain|support)\s+(?P<count>\d{1,2}|two|three|four|five)\s+"
    r"(?P<kind>minor|major|stable|feature)?\s*(?:release lines|releases|versions|release)\b",
    re.I,
)
_LINE: Final = re.compile(
    r"\b(?P<line>v?\d{1,4}\.(?:\d{1,4}|x)(?:\.(?:\d{1,4}|x|latest))?)\b.{0,30}\b(?:branch|series|line)\b", re.I
)
_BRANCH: Final = re.compile(r"\bonly the (?:current )?(?P<name>main|master|trunk|develop)\b branch\b", re.I)
_SEE: Final = re.compile(r"\brefer to (.{3,400}?)\.?$", re.I)
_EXPLAINED: Final = re.compile(r"\bsupported versions\b.{0,40}\b(?:here|see|at)\b|\bsee\b.{0,60}\bsupported\b", re.I)
_MAINTAIN: Final = re.compile(r"\bmaintain\b.{1,40}\breleases\b", re.I)
_SUPPORT: Final = re.compile(r"\bsupport", re.I)
_VERSION: Final = re.compile(
    r"^(?:[<>=~^\s]*v?\d[\w.+()/ <>=-]*|\d+\.latest|main|master|latest|all others?|older.*|others?)$", re.I
)
_YES: Final = re.compile(
    r"white_check_mark|heavy_check_mark|ballot_box_with_check|\u2705|\u2714|\u2611|\byes\b|\bfull"
    r"|\bactive|\bsecurity fixes\b|^supported",
    re.I,
)
_SOME: Final = re.compile(r"critical|discretionary|limited|best.effort|partial|security only|\u26a0|warning", re.I)
_NO: Final = re.compile(
    r":x:|\u274c|\u2716|\u2717|\bno\b|\bnone\b|end.of.life|\beol\b|unsupported|\bnot supported|\bno fixes\b", re.I
)
_DATE: Final = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_WORDS: Final = {"two": 2, "three": 3, "four": 4, "five": 5}


def releases(index: int, unit: Unit, _page: Page) -> Iterator[Found]:
    """Yield the supported lines that a table row or a sentence names."""
    if unit.shape is Shape.ROW:
        yield from _row(index, unit)
        return
    about = bool(_SUPPORT.search(unit.text) or _SUPPORT.search(unit.heading) or _MAINTAIN.search(unit.text))
    if not about or unit.shape is Shape.HEADING:
        return
    if branch := _BRANCH.search(unit.text):
        yield found(index, unit, "versions.line", {"name": branch["name"]}, "add")
    elif (line := _LINE.search(unit.text)) and _LATEST.search(unit.text):
        yield found(index, unit, "versions.line", {"name": line["line"]}, "add")
    elif count := _COUNT.search(unit.text):
        number = _WORDS.get(count["count"].lower()) or int(count["count"])
        rule = "latest-majors" if (count["kind"] or "").lower() in ("major", "stable") else "latest-minors"
        yield found(index, unit, "versions.supported", {"rule": rule, "count": number})
    elif _LATEST.search(unit.text):
        yield found(index, unit, "versions.supported", {"rule": "latest"})
    elif (see := _SEE.search(unit.text)) and _SUPPORT.search(unit.text):
        yield found(index, unit, "versions.see", see[1].rstrip("."))
    elif _EXPLAINED.search(unit.text) and unit.links:
        yield found(index, unit, "versions.see", unit.links[0].url)


def _row(index: int, unit: Unit) -> Iterator[Found]:
    """Read a row of a version table: the line, whether it is supported, and until when."""
    cells = [cell.strip() for cell in unit.text.strip().strip("|").split("|")]
    if len(cells) < 2 or not _VERSION.match(cells[0]):
        return
    state = " ".join(cells[1:])
    line: dict[str, Any] = {"name": cells[0]}
    if _NO.search(cells[1]):
        line["support"] = "end-of-life"
    elif _SOME.search(cells[1]):
        line["support"] = "critical-only"
    elif not _YES.search(cells[1]):
        return
    if until := _DATE.search(state):
        line["until"] = until[1]
    yield found(index, unit, "versions.line", line, "add")
