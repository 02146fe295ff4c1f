# SPDX-License-Identifier: Apache-2.0
"""How well cases were handled, measured against luck: the histories of published cases, or numbers from elsewhere.

The measure and its source are in `core.case.histories`; this only reads journals and files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case import histories
from tocsin.core.case.evolve import evolve
from tocsin.core.case.histories import History, Skill
from tocsin.core.case.model import Case
from tocsin.core.case.tables import Fact
from tocsin.core.vocabulary import CaseRef, ProjectId, Refused, Value
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.ports.store import InboxQuery

PAGE: Final = 200
PHASES: Final = ("published", "closed")


class Observed(Value):
    """How often an order was met elsewhere."""

    successes: int
    cases: int


class Data(Value):
    """Numbers from elsewhere: how many cases had which history (`VFP`), or how often an order (`F<P`) was met."""

    histories: dict[History, int] = msgspec.field(default_factory=dict)
    orders: dict[str, Observed] = msgspec.field(default_factory=dict)


class Measured(Value):
    """The skill for each desired order, and the histories behind it.

    `unrecorded` is a fact that no case tells of and whose orders are therefore left out: whether fixes are deployed, a
    project that does not run what it ships cannot know.
    """

    cases: int
    skills: tuple[Skill, ...]
    histories: dict[History, int]
    unrecorded: str = ""


def measure(found: Iterable[History]) -> Measured:
    """Measure histories."""
    known = list(found)
    deployed = any(Fact.FIX_DEPLOYED in history for history in known)
    told = [each for each in histories.skills(known) if deployed or Fact.FIX_DEPLOYED not in each.order.split("<")]
    return Measured(
        cases=len(known),
        skills=tuple(told),
        histories=dict(sorted(Counter(known).items())),
        unrecorded="" if deployed or not known else Fact.FIX_DEPLOYED.value,
    )


def of_data(text: bytes) -> Measured | Refused:
    """Measure numbers from elsewhere; refuses what is not `Data`, no history, no desired order, or no frequency."""
    try:
        data = msgspec.json.decode(text, type=Data)
    except msgspec.DecodeError as error:
        return _wrong(str(error))
    bad = [each for each, count in data.histories.items() if not histories.is_history(each) or count < 1]
    if bad:
        return _wrong(f"{bad[0]} is no history of that many cases")
    measured = measure(history for history, count in data.histories.items() for _ in range(count))
    orders = {f"{first}<{second}": (first, second) for first, second in histories.DESIDERATA}
    told = list(measured.skills)
    for order, seen in data.orders.items():
        if order not in orders or not 0 <= seen.successes <= seen.cases or not seen.cases:
            return _wrong(f"{order}: {seen.successes} of {seen.cases} is no frequency of a desired order")
        told.append(histories.skill(orders[order], seen.successes, seen.cases))
    return msgspec.structs.replace(measured, skills=tuple(told))


def _wrong(because: str) -> Refused:
    return Refused(code="data-malformed", because=because, rule="metrics skill --data")


def of_cases(desk: Desk, person: str, projects: Sequence[ProjectId] | None = None) -> Measured:
    """Measure the published cases that a person may read, all of them or those of some of their projects. Costs
    O(their journals)."""
    mine = desk.people.projects(person)
    chosen = tuple(each for each in mine if projects is None or each in projects)
    found = (_history(desk, ref, person) for ref in _past(desk, chosen))
    return measure(history for history in found if history)


def _past(desk: Desk, projects: tuple[ProjectId, ...]) -> Iterator[CaseRef]:
    for phase in PHASES if projects else ():
        query = InboxQuery(projects=projects, open=None, phase=phase, limit=PAGE)
        while page := desk.inbox.page(query):
            yield from (row.case for row in page)
            query = msgspec.structs.replace(query, after=(page[-1].next_due, page[-1].case))


def _history(desk: Desk, ref: CaseRef, person: str) -> History:
    """The history of a case; empty for one that was closed without ever being public."""
    head = desk.journal.head(ref)
    if head is None or not head.wrapped_key:
        return ""
    key = desk.vault.case_key(ref, head.wrapped_key, person, "metrics.skill")
    entries = sealing.open_entries(sealing.Places(desk.sealer.instance), key, ref, desk.journal.entries(ref))
    told = history(entries)
    return told if Fact.PUBLIC in told else ""


def history(entries: Iterable[ev.Entry]) -> History:
    """The history that a journal tells: each fact at the first entry after which it holds."""
    instants: dict[Fact, datetime] = {}
    case: Case | None = None
    for entry in entries:
        case = evolve(case, entry)
        for letter in case.state:
            if letter.isupper():
                instants.setdefault(Fact(letter), entry.at)
    return histories.history_of(instants)
