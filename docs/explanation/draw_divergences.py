# SPDX-License-Identifier: Apache-2.0
"""Write `docs/explanation/divergences.md` from the list that the demo compares with.

    python docs/explanation/draw_divergences.py

A test compares page and list; the story of `tocsin demo --headless` compares list and documents.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.boot.demo.matter import Matter, load_all
from tocsin.boot.demo.originals import EVERYWHERE, Explained, explained

PAGE = Path(__file__).with_name("divergences.md")

INTRODUCTION = """\
# Where our documents differ from the published ones

This page is written by `docs/explanation/draw_divergences.py` from `src/tocsin/boot/demo/data/divergences.toml`.

`tocsin demo --headless` replays real published vulnerabilities, from private report to advisory, and holds the OSV and
CVE documents that come out against those that were published at the time: ids, product and package, affected ranges,
fixed versions, weakness, CVSS vector, references and credits. Both are read for what they mean, so that another order
or GitHub's `>= 1.0, < 1.2` is no difference. What is left is listed here, every value of it. The story stops at a
difference that is not listed, and at a listed one that no longer occurs.

Texts are not compared: ours are written anew from the public description. Where the published CVE record and the
published OSV document contradict each other, ours follow the record, and the table says so.
"""

HEADS = ("Document", "Field", "Only ours", "Only the published one", "Why")


def page() -> str:
    """The whole page."""
    listed = explained()
    common = _section("In every replay", "", [each for each in listed if each.matter == EVERYWHERE])
    own = [_matter(each, [known for known in listed if known.matter == each.id]) for each in load_all()]
    return "\n".join((INTRODUCTION, common, *own))


def _matter(matter: Matter, listed: list[Explained]) -> str:
    what = " and ".join(sorted(name.upper() for name in matter.original))
    source = f"{matter.title}. Compared with {what}: {matter.source} ({matter.licence})."
    return _section(f"{matter.id}: {matter.product}", source, listed)


def _section(title: str, words: str, listed: list[Explained]) -> str:
    text = f"{words}\n\n" if words else ""
    if not listed:
        return f"## {title}\n\n{text}Nothing differs but what differs in every replay.\n"
    rows = [HEADS, ("---",) * len(HEADS), *(_row(each) for each in listed)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"## {title}\n\n{text}{table}\n"


def _row(each: Explained) -> tuple[str, ...]:
    return (each.format.upper(), each.field, _values(each.ours), _values(each.theirs), each.because)


def _values(values: tuple[str, ...]) -> str:
    return "<br>".join(f"`{value}`" for value in values) or "-"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
