# SPDX-License-Identifier: Apache-2.0
"""SSVC: how soon to act on a vulnerability, read from decision tables that are data, with what is not known left open.

A table is used as it was published. A point that nobody has decided stays open, and the answer is then every outcome
that is still possible, the most urgent last; nothing is guessed to make it one. Which points a case's facts settle is
said with the reason (`settled`); what an installation does with the outcome is a person's business.

Source: CERT/CC SSVC, decision tables 1.0.0 (`data/NOTICE.md`), stakeholder-specific vulnerability categorization.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from tocsin.core.severity.vector import metrics
from tocsin.core.vocabulary import Refused, Value

SUPPLIER: Final = "supplier_patch_development_priority"
DEPLOYER: Final = "deployer_patch_application_priority"
UTILITY: Final = "utility"
SAFETY: Final = "public_safety_impact"
TABLES: Final = (SUPPLIER, DEPLOYER, UTILITY, SAFETY, "human_impact", "coordinator_triage")

_URGENCY: Final = ("defer", "scheduled", "out-of-cycle", "immediate")


class Table(Value):
    """One decision table: names of its points in order, the name of its outcome, and its rows with the outcome last."""

    points: tuple[str, ...]
    outcome: str
    rows: tuple[tuple[str, ...], ...]

    def values(self, point: str) -> tuple[str, ...]:
        """What a point can be, in the order of the table."""
        at = self.points.index(point)
        return tuple(dict.fromkeys(row[at] for row in self.rows))


class Point(Value):
    """A decision point that facts settle: its value, and why in words."""

    name: str
    value: str
    why: str


class Outcome(Value):
    """What a table says. `possible` has one outcome where everything that matters is known; `open` are the points that
    would decide between several."""

    possible: tuple[str, ...]
    points: tuple[Point, ...]
    open: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether it is one."""
        return len(self.possible) == 1


@cache
def table(name: str) -> Table:
    """A decision table by its name, one of `TABLES`. Raises KeyError for another."""
    if name not in TABLES:
        raise KeyError(name)
    text = (resources.files(__name__) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    head, *lines = (_cells(line) for line in text.splitlines())
    names = [_plain(each) for each in head[1:]]
    return Table(points=tuple(names[:-1]), outcome=names[-1], rows=tuple(tuple(line[1:]) for line in lines))


def _cells(line: str) -> list[str]:
    """The cells of a line; only the head of the outcome is quoted, because it names its values with commas."""
    before, quote, rest = line.partition('"')
    if not quote:
        return line.split(",")
    return [*before.rstrip(",").split(","), rest.rstrip('"')]


def _plain(head: str) -> str:
    """The name of a column without its version: `Utility v1.0.1` is `utility`."""
    return head.rpartition(" v")[0].strip().lower()


def decide(name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Every outcome that a table still allows, in the order of urgency or of the table.

    Raises ValueError for a point that the table has not, or a value that the point cannot have.
    """
    found = table(name)
    for point, value in known.items():
        if point not in found.points or value not in found.values(point):
            raise ValueError(f"{name} has no {point} that is {value}")
    wanted = [(found.points.index(point), value) for point, value in known.items()]
    left = {row[-1] for row in found.rows if all(row[at] == value for at, value in wanted)}
    order = list(_URGENCY) if left <= set(_URGENCY) else list(dict.fromkeys(row[-1] for row in found.rows))
    return tuple(sorted(left, key=order.index))


@cache
def askable() -> Mapping[str, tuple[str, ...]]:
    """The points that a person can say something of for a supplier, with the values that each can have."""
    found = {point: table(SUPPLIER).values(point) for point in table(SUPPLIER).points}
    for part in (UTILITY, SAFETY):
        found |= {point: table(part).values(point) for point in table(part).points if point not in found}
    return found


def settled(vector: str, *, exploited: bool = False, attacked: bool = False) -> tuple[Point, ...]:
    """The points that a CVSS vector and what is known of exploits settle; a vector that is none settles nothing."""
    found = [_exploitation(exploited, attacked)]
    known = metrics(vector) if vector else {}
    if isinstance(known, Refused) or not known:
        return tuple(found)
    easy = {"AV": "N", "AC": "L", "PR": "N", "UI": "N"} | ({"AT": "N"} if "AT" in known else {})
    against = [f"{name}:{known[name]}" for name, value in easy.items() if known.get(name) != value]
    why = (
        f"the vector says {', '.join(against)}"
        if against
        else "over the network, without effort, login or anybody's help"
    )
    found.append(Point(name="automatable", value="no" if against else "yes", why=why))
    harm = [known.get(name, "N") for name in (("VC", "VI") if "VC" in known else ("C", "I"))]
    total = all(each == "H" for each in harm)
    told = "high" if total else "not high"
    found.append(
        Point(
            name="technical impact",
            value="total" if total else "partial",
            why=f"confidentiality and integrity together are {told} in the vector",
        )
    )
    return tuple(found)


def _exploitation(exploited: bool, attacked: bool) -> Point:
    if attacked:
        return Point(name="exploitation", value="active", why="attacks were seen")
    if exploited:
        return Point(name="exploitation", value="public poc", why="an exploit is public")
    return Point(name="exploitation", value="none", why="nothing is known of an exploit")


def supplier(points: tuple[Point, ...], said: Mapping[str, str] | None = None) -> Outcome:
    """How soon a supplier develops the fix, from settled points and what a person `said` of others.

    What a person says of a point goes before what facts settled. `said` may name `value density` and `safety impact`,
    from which utility and public safety impact follow. Raises ValueError for values that no table has.
    """
    spoken = {name: Point(name=name, value=value, why="a person said so") for name, value in (said or {}).items()}
    known = {point.name: point for point in points} | spoken
    for part, name in ((UTILITY, "utility"), (SAFETY, "public safety impact")):
        given = {each: known[each].value for each in table(part).points if each in known}
        made = decide(part, given)
        if len(made) == 1 and name not in known:
            why = " and ".join(f"{each} is {value}" for each, value in given.items())
            known[name] = Point(name=name, value=made[0], why=why)
    main = table(SUPPLIER)
    given = {each: known[each].value for each in main.points if each in known}
    possible = decide(SUPPLIER, given)
    missing = tuple(each for each in main.points if each not in given) if len(possible) > 1 else ()
    return Outcome(possible=possible, points=tuple(known.values()), open=missing)
