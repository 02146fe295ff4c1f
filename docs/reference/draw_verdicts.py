# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/csaf-verdicts.md`: our verdicts on the CSAF test suites, test by test, beside two validators'.

    python docs/reference/draw_verdicts.py STANDARDS [CSAF_VALIDATOR_LIB]

STANDARDS holds the suites (`csaf-2.0/tests` and so on). CSAF_VALIDATOR_LIB is the folder of the npm package
@secvisogram/csaf-validator-lib, run with node; without it, its column stays as it was measured last.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.services.documents import csaf

PAGE = Path(__file__).with_name("csaf-verdicts.md")
SCRIPT = Path(__file__).with_name("csaf_validator_lib.mjs")
SUITES = (
    ("CSAF 2.0, suite of the committee", "2.0", "csaf-2.0/tests"),
    ("CSAF 2.1 CSD03, suite of the committee", "2.1", "csaf-2.1/tests"),
    ("CSAF 2.0, supplement of csaf-rs", "2.0", "csaf-supplement/csaf_2.0"),
    ("CSAF 2.1, supplement of csaf-rs", "2.1", "csaf-supplement/csaf_2.1"),
)
INTRODUCTION = """\
# Verdicts on CSAF test documents

Each suite lists, for every test of the standard, documents that must fail it and documents that must pass it. A verdict
is right when the test that is named says so. `docs/reference/draw_verdicts.py` draws this page; a test holds our column
against a fresh run. Measured on 2026-11-22 with `prototyyppi` 2026.10.25 (its CSD03 rules for 2.1) and
`@secvisogram/csaf-validator-lib` 2.0.10, both without network and spell checker, as we are.

What we have not right, and why: 6.3.6 has a document whose address answers with an error, which only asking could tell;
6.3.8 and 6.3.16 need a dictionary and a grammar; one supplement document of 6.1.24 has a date that is none, which the
schema says and that test need not (its text is about equal dates). `prototyyppi` knows 6.1.27 of 2.0 as one test only,
which the suites do not ask for.
"""


class Row(NamedTuple):
    """One test of a suite: documents, and how many verdicts of each engine are right."""

    number: str
    documents: int
    ours: int
    theirs: int
    peer: str


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Number, document, and whether the test must pass it."""
    for listed in json.loads((folder / "testcases.json").read_text(encoding="utf-8"))["tests"]:
        for kind in ("failures", "valid"):
            for each in listed.get(kind, ()):
                path = folder / each["name"]
                if path.exists():
                    yield listed["id"], json.loads(path.read_text(encoding="utf-8")), kind == "valid"


def alone(edition: str) -> Callable[[str, dict[str, Any]], bool | None]:
    """The validator that we use, by itself: whether a document passes a test; None where it has no such test."""
    if edition == "2.0":
        from prototyyppi.csaf.v20._validator import all_rules
    else:
        from prototyyppi.csaf.v21csd03._validator import all_rules
    rules = all_rules()

    def verdict(number: str, document: dict[str, Any]) -> bool | None:
        rule = rules.get(number)
        try:
            return None if rule is None else not rule(document)
        except Exception:
            return None

    return verdict


def measured(edition: str, folder: Path) -> dict[str, tuple[int, int, int]]:
    """By number: documents, ours right, the validator's right."""
    known, other = set(csaf.numbers(edition)), alone(edition)
    found: dict[str, tuple[int, int, int]] = {}
    for number, document, valid in cases(folder):
        ours = number in known and (not csaf.run(edition, number, document)) is valid
        count, right, theirs = found.get(number, (0, 0, 0))
        found[number] = (count + 1, right + ours, theirs + (other(number, document) is valid))
    return found


def peers(standards: Path, library: str) -> dict[str, dict[str, str]]:
    """The npm package's right verdicts by suite and number, from a run if it is there and else from the page."""
    if not library:
        return told(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    found = {}
    for title, edition, folder in SUITES:
        command = ["node", str(SCRIPT), library, edition, str(standards / folder)]
        printed = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        found[title] = {number: str(each["right"]) if each["run"] else "-" for number, each in printed.items()}
    return found


def told(page: str) -> dict[str, dict[str, str]]:
    """The last column of the page's tables."""
    found: dict[str, dict[str, str]] = {}
    for part in page.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        found[title] = dict(re.findall(r"^\| ([\d.]+) \|.*\| (\S+) \|$", body, re.MULTILINE))
    return found


def draw(standards: Path, library: str = "") -> str:
    """The page."""
    beside, parts, totals = peers(standards, library), [], []
    for title, edition, folder in SUITES:
        rows = [
            Row(number, *counts, beside.get(title, {}).get(number, "-"))
            for number, counts in measured(edition, standards / folder).items()
        ]
        sums = [sum(each[place] for each in rows) for place in (1, 2, 3)]
        peer = sum(int(each.peer) for each in rows if each.peer != "-")
        totals.append(f"| {title} | {sums[0]} | {sums[1]} | {sums[2]} | {peer} |")
        lines = [f"| {each.number} | {each.documents} | {each.ours} | {each.theirs} | {each.peer} |" for each in rows]
        parts.append(f"\n## {title}\n\n{HEAD.format('Test')}\n" + "\n".join(lines) + "\n")
    return f"{INTRODUCTION}\n{HEAD.format('Suite')}\n" + "\n".join(totals) + "\n" + "".join(parts)


HEAD = "| {} | Documents | Ours | prototyyppi alone | csaf-validator-lib |\n| --- | ---: | ---: | ---: | ---: |"

if __name__ == "__main__":
    PAGE.write_text(draw(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""), encoding="utf-8")
