# SPDX-License-Identifier: Apache-2.0
"""The protocol as JSON: the tables written out, and a script of commands played line by line.

`export` is what `tocsin protocol export --json` prints, `run` what `tocsin protocol run --json` answers, so that
anybody can hold the engine against the publications without reading Python. Reading and printing is left to the face.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.core.case.histories import FREQUENCY
from tocsin.core.case.protocol import merged, part_of, play
from tocsin.core.case.shared import Ask, Part, Played, SharedCase
from tocsin.core.case.tables import (
    CONSENT,
    CS_NEXT,
    CS_STATES,
    EMBARGO,
    PEC,
    REPORT,
    EMInput,
    Machine,
    S,
    start_ok,
    viable,
)
from tocsin.core.case.tables import I as Input
from tocsin.core.vocabulary import Refused

Json = dict[str, Any]


def export() -> Json:
    """Return the four machines, the case states with their edges and embargo viability, and the 70 histories."""
    return {
        REPORT.name: _machine(REPORT),
        EMBARGO.name: _machine(EMBARGO),
        CONSENT.name: _machine(CONSENT),
        "cs": {
            "states": list(CS_STATES),
            "edges": [[state, after] for state in CS_STATES for after in CS_NEXT[state]],
            "histories": list(FREQUENCY),
            "embargo": {state: {"start": start_ok(state), "viable": viable(state)} for state in CS_STATES},
        },
    }


def _machine(machine: Machine[S, Input]) -> Json:
    return {
        "states": [state.value for state in machine.states],
        "start": machine.start.value,
        "final": [state.value for state in machine.states if state in machine.final],
        "transitions": [[origin.value, step.value, to.value] for (origin, step), to in machine.transitions.items()],
    }


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a script. `case` lets a script play several cases, so that they can merge and split."""

    actor: str
    command: str
    case: str = "case"
    at: datetime | None = None
    role: str = ""
    participant: str = ""
    to: list[str] | str = []
    proposal: str = ""
    ends_at: datetime | None = None
    respond_by: datetime | None = None
    accepted: list[str] = []
    reason: str = ""
    other: str = ""
    participants: list[str] = []


_FIELDS: Final = frozenset(Line.__struct_fields__)
_BAD: Final = "bad-line"


def run(lines: Iterable[str]) -> Iterator[Json]:
    """Play a script and yield one answer a line: what happened or why not, and the states after it. Blank lines pass.

    A line that is no command is refused like any other; nothing raises, whatever the lines hold.
    """
    cases: dict[str, SharedCase] = {}
    for number, text in enumerate(lines, 1):
        if text.strip():
            yield {"line": number, **_answer(cases, text)}


def _answer(cases: dict[str, SharedCase], text: str) -> Json:
    try:
        given = msgspec.json.decode(text, type=dict[str, object])
        line = msgspec.convert(given, Line)
    except (msgspec.MsgspecError, UnicodeError) as error:
        return _refusal(Refused(code=_BAD, because=f"This line is no command: {error}.", rule="input"))
    heading: Json = {"actor": line.actor, "command": line.command}
    ignored = sorted(set(given) - _FIELDS)
    if ignored:
        heading["ignored"] = ignored
    before = cases.get(line.case, SharedCase())
    reply = _play(cases, before, line)
    if isinstance(reply, Refused):
        return {**heading, **_refusal(reply), "states": _states(before)}
    cases[line.case] = reply.case
    answer = {**heading, "events": _events(before, reply), "states": _states(reply.case)}
    return {**answer, "cautions": list(reply.cautions)} if reply.cautions else answer


def _play(cases: dict[str, SharedCase], case: SharedCase, line: Line) -> Played | Refused:
    if line.command == "merge":
        if line.other == line.case or line.other not in cases:
            return Refused(code="unknown-case", because="Name the other case that is to be merged.", rule="input")
        return Played(case=merged(case, cases.pop(line.other)))
    if line.command == "split":
        if not line.other or line.other in cases:
            return Refused(code="unknown-case", because="Name the new case that is split off.", rule="input")
        cases[line.other] = part_of(case, line.participants)
        return Played(case=case)
    ask = Ask(
        actor=line.actor,
        verb=line.command,
        part=line.role,
        participant=line.participant,
        to=(line.to,) if isinstance(line.to, str) else tuple(line.to),
        proposal=line.proposal,
        ends_at=line.ends_at,
        respond_by=line.respond_by,
        accepted=tuple(line.accepted),
        reason=line.reason,
        at=line.at,
    )
    return play(case, ask)


def _refusal(refused: Refused) -> Json:
    answer: Json = {"refused": refused.code, "because": refused.because, "rule": refused.rule}
    return {**answer, "missing": list(refused.missing)} if refused.missing else answer


# ----------------------------------------------------------------------------------------- what happened, as events

_CONSENT: Final[Mapping[PEC, str]] = {
    PEC.NO_EMBARGO: "consent.reset",
    PEC.INVITED: "consent.asked",
    PEC.SIGNATORY: "consent.given",
    PEC.LAPSED: "consent.lapsed",
    PEC.DECLINED: "consent.declined",
}
_EMBARGO: Final[Mapping[EMInput, str]] = {
    EMInput.PROPOSE: "embargo.proposed",
    EMInput.ACCEPT: "embargo.accepted",
    EMInput.REJECT: "embargo.rejected",
    EMInput.TERMINATE: "embargo.ended",
}
_FACTS: Final = {
    "V": "vendor.aware",
    "F": "fix.ready",
    "D": "fix.deployed",
    "P": "public.aware",
    "X": "exploit.public",
    "A": "attacks.observed",
}


def _events(before: SharedCase, reply: Played) -> list[Json]:
    after = reply.case
    known = {each.name: each for each in before.participants}
    events: list[Json] = []
    for each in after.participants:
        old = known.get(each.name)
        if old is None:
            events.append({"event": "participant.joined", "participant": each.name, "role": each.part.value})
        elif old.rm is not each.rm:
            events.append(
                {"event": "report.moved", "participant": each.name, "from": old.rm.value, "to": each.rm.value}
            )
        path = old.path if old else each.path.lower()
        events += [
            {"event": _FACTS[new], "participant": each.name} for new in each.path if new not in path and new.isupper()
        ]
    events += [{"event": _FACTS[new]} for new in after.pxa if new not in before.pxa]
    return events + _embargo_events(before, reply)


def _embargo_events(before: SharedCase, reply: Played) -> list[Json]:
    events: list[Json] = []
    state = before.embargo.em
    for letter in map(EMInput, reply.path):
        to = EMBARGO.transitions[state, letter]
        events.append({"event": _EMBARGO[letter], "from": state.value, "to": to.value})
        state = to
    events += [{"event": f"proposal.{fate.value}", "proposal": name} for name, fate in reply.fates]
    for consent in reply.case.embargo.consents:
        if consent.state is not before.embargo.consent(consent.participant):
            events.append({"event": _CONSENT[consent.state], "participant": consent.participant})
    return events


def _states(case: SharedCase) -> Json:
    held = case.embargo
    return {
        "at": case.now.isoformat(),
        "rm": {each.name: each.rm.value for each in case.participants},
        "em": held.em.value,
        "pec": {each.name: held.consent(each.name).value for each in case.participants},
        "cs": {each.name: each.path + case.pxa for each in case.participants if each.part is Part.VENDOR},
        "pxa": case.pxa,
        "embargo": {
            "ends_at": held.ends_at.isoformat() if held.ends_at and held.in_force else None,
            "unilateral": held.in_force and held.unilateral,
            "open": [
                {"proposal": each.id, "by": each.by, "ends_at": each.ends_at.isoformat()}
                for each in held.open_proposals
            ],
        },
        "deployed": {each.name: each.path == "D" for each in case.participants if each.part is Part.DEPLOYER},
    }
