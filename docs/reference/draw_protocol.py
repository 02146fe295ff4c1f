# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/protocol.md` from the tables themselves: diagrams, rules, messages, histories.

    python docs/reference/draw_protocol.py

A test compares the page with the tables, so a changed transition is a changed page or a failed check.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from tocsin.core.case import tables
from tocsin.core.case.histories import DESIDERATA, FREQUENCY, PRECEDENCE, RANK, merit, met
from tocsin.core.case.messages import MEANING, SENT, Message, Sent
from tocsin.core.case.rules import RULES
from tocsin.core.case.spaces import SIZES
from tocsin.core.case.tables import CONSENT, CS_NEXT, CS_STATES, EMBARGO, JOINT, REPORT, Fact, Machine
from tocsin.core.case.verbs import VERBS

PAGE = Path(__file__).with_name("protocol.md")

INTRODUCTION = """\
# The case protocol

This page is written by `docs/reference/draw_protocol.py` from `src/tocsin/core/case/tables.py` and its neighbours.
Change the tables, not the page. `tocsin protocol export --json` prints the same tables for programs, and
`tocsin protocol run` plays a script of commands against them.

Four small machines run side by side in every case: what each participant does with the report (RM), what was agreed
about keeping quiet (EM), who is bound by it (PEC), and what is true in the world (CS). Everything that can happen to a
case is a step of one of them, and whatever is not drawn here cannot happen. The tables come from the CERT Coordination
Center's Vultron protocol (CMU/SEI-2022-SR-012, CMU/SEI-2021-SR-021; MIT licence); where we depart from the publication,
the last section says why.
"""

MACHINES = (
    (REPORT, "RM: report management, one per participant", tables.RM, tables.RMInput),
    (EMBARGO, "EM: embargo management, one per case", tables.EM, tables.EMInput),
    (CONSENT, "PEC: participant embargo consent, one per participant", tables.PEC, tables.PECInput),
)

DEPARTURES = """\
## Where the publication is wrong, or silent

- The regular expression published for embargo traces, `(p*r)*(pa(p*r)*(pa)?t)?`, rejects 39 of the 72 traces published
  beside it and accepts strings that the machine forbids (`r`, `prr`). The machine is right; `(p+r)*(p+a(p+[ar])*p*t)?`
  describes it.
- The message table lets `RI` be sent from Valid. The report machine has no step from Valid to Invalid, so neither has
  the message.
- The rows for receiving `CA` print a change of P. Text and machine change A only, and so do we.
- No rows are published for sending `CK` and `CE`; they follow `EK` and `EE`.
- The rank of a history is documented as ordered by inverse frequency. It is the dense rank of the sum of 1 - f over the
  desired orders met, with the exact tie of VFPAXD and VFXPAD split by rounding. Here a tie is a tie: 61 ranks, not 62.
- Two of three published values of alpha are raw frequencies. Ours follow the definition.
- The publication says both that nobody is a signatory during a revision and that a late consent during a revision
  makes one a signatory. Here revising lets every signature lapse, a consent given meanwhile counts for the terms in
  force, and new terms bind only those who agree to them. Rejecting the revision restores the old signatures.
- Observed attacks *should* end an embargo by the rules and *do* end it by the machine. Here they do.
"""


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    parts += [_machine(machine, title, states, inputs) for machine, title, states, inputs in MACHINES]
    parts += [_case_state(), _joint(), _rules(), _messages(), _commands(), _spaces(), _histories(), DEPARTURES]
    return "\n".join(parts)


def _prose(text: str) -> str:
    return fill(text, 118, break_long_words=False, break_on_hyphens=False) + "\n"


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (heading, *rows)]
    columns = lines[0].count("|") - 1
    return "\n".join([lines[0], "|" + "---|" * columns, *lines[1:]]) + "\n"


def _words(name: str) -> str:
    return name.replace("_", " ").lower()


def _machine(machine: Machine, title: str, states: type, inputs: type) -> str:  # type: ignore[type-arg]
    drawn = [f'    state "{_words(state.name)} ({state.value})" as {state.value}' for state in machine.states]
    drawn.append(f"    [*] --> {machine.start.value}")
    drawn += [
        f"    {origin.value} --> {to.value}: {_words(step.name)}" for (origin, step), to in machine.transitions.items()
    ]
    drawn += [f"    {state.value} --> [*]" for state in machine.states if state in machine.final]
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", "    direction LR", *drawn, "```"])
    rows = [
        (f"{_words(o.name)} `{o.value}`", f"{_words(s.name)} `{s.value}`", f"{_words(to.name)} `{to.value}`")
        for (o, s), to in machine.transitions.items()
    ]
    return f"## {title}\n\n{diagram}\n\n{_table(('From', 'Step', 'To'), rows)}"


def _case_state() -> str:
    drawn = ["```mermaid", "flowchart LR"]
    for path in ("vfd", "Vfd", "VFd", "VFD"):
        drawn.append(f"    subgraph {path}")
        drawn += [f"        {state}" for state in CS_STATES if state.startswith(path)]
        drawn.append("    end")
    drawn += [f"    {state} --> {after}" for state in CS_STATES for after in CS_NEXT[state]]
    rows = [
        (
            f"`{state}`",
            " ".join(f"`{after}`" for after in CS_NEXT[state]) or "-",
            "may begin" if tables.start_ok(state) else "-",
            "may hold" if tables.viable(state) else "-",
            "caution" if tables.caution(state) else "-",
            " ".join(tables.zero_days(state)) or "-",
        )
        for state in CS_STATES
    ]
    facts = ", ".join(f"{_words(fact.name)} ({fact.value})" for fact in Fact)
    edges = sum(map(len, CS_NEXT.values()))
    text = _prose(
        f"Six facts, lower case until they have happened: {facts}. V, F and D belong to one vendor, P, X and A to the"
        f" case. {len(CS_STATES)} states, {edges} edges."
    )
    return (
        f"## CS: case state `vfdpxa`, what is true in the world\n\n{text}\n"
        + "\n".join([*drawn, "```"])
        + "\n\n"
        + _table(("State", "Next", "Embargo", "Standing embargo", "Care", "Zero day"), rows)
    )


def _joint() -> str:
    rows = [
        (
            f"`{rule.cs}`",
            "any" if rule.rm is None else " ".join(sorted(rule.rm)),
            "any" if rule.em is None else " ".join(sorted(rule.em)),
            "vendors" if rule.vendor else "everybody",
            f"{_words(rule.moves.name)} `{rule.moves.value}`",
            f"`{rule.rule}`",
        )
        for rule in JOINT
    ]
    heading = ("Case state", "RM", "EM", "For", "Then", "Rule")
    return "## Joint rules\n\nAfter every step these are applied until none applies.\n\n" + _table(heading, rows)


def _rules() -> str:
    rows = [(f"`{name}`", said) for name, said in RULES.items()]
    return "## Rules that a refusal can name\n\n" + _table(("Rule", "It says"), rows)


def _messages() -> str:
    rows = [_sent(row) for row in SENT]
    text = _prose(
        "When each may be sent, and what that does to the sender. Receiving mirrors it and is acknowledged; what does"
        " not fit is answered with an error, and once public, exploited or attacked, talk about an embargo is answered"
        " with its end (`core/case/messages.py`)."
    )
    heading = ("Message", "Meaning", "RM", "EM", "Case state", "Change")
    return f"## The 28 messages\n\n{text}\n{_table(heading, rows)}"


def _sent(row: Sent) -> tuple[str, ...]:
    return (
        f"`{row.message.value}`",
        MEANING[row.message],
        "any" if len(row.rm) == len(tables.RM) else " ".join(state.value for state in tables.RM if state in row.rm),
        "any" if row.em is None else " ".join(state.value for state in tables.EM if state in row.em),
        f"`{row.cs}`" + (" (vendor)" if row.vendor else ""),
        " ".join(f"{_words(change.name)} `{change.value}`" for change in row.changes) or "-",
    )


def _commands() -> str:
    verbs = ", ".join(f"`{verb}`" for verb in VERBS if verb not in Message.__members__ and "." not in verb)
    what = _prose(
        'One JSON object a line: `{"actor": "vendor", "command": "validate"}`.'
        f" Commands are {verbs}, `merge` and `split`, the 28 message codes, which are stricter by state, and the"
        " steps of the tables, written `rm.v`, `em.p`, `pec.ACCEPT`, `cs.F`."
    )
    fields = _prose(
        "An actor whose name begins with finder, reporter, vendor, coordinator, deployer or distributor joins by"
        " speaking; any other gives its `role`. Further fields: `at` (the instant; time stands still without it),"
        " `case`, `to`, `participant`, `proposal`, `ends_at`, `respond_by`, `accepted`, `reason`, and for `merge` and"
        " `split` `other` and `participants`. A proposal without `ends_at` lasts 45 days. Unknown fields are"
        " listed as `ignored`."
    )
    answer = _prose("The answer holds `events`, or `refused`, `because` and `rule`, and the resulting `states`.")
    return f"## Commands of `tocsin protocol run`\n\n{what}\n{fields}\n{answer}"


def _spaces() -> str:
    rows = [(who, f"{size:,}") for who, size in SIZES.items()]
    return "## How many states a participant can be in\n\n" + _table(("Participant", "States"), rows)


def _histories() -> str:
    orders = [(f"{a.value} before {b.value}", str(PRECEDENCE[a, b])) for a, b in DESIDERATA]
    rows = [
        (str(RANK[history]), f"`{history}`", str(len(met(history))), str(FREQUENCY[history]), str(merit(history)))
        for history in RANK
    ]
    text = _prose(
        "If every possible next fact is equally likely, a desired order holds by luck this often (f). Skill is"
        " alpha = (observed - f) / (1 - f): 0 is luck, 1 is always, less than 0 is worse than luck."
    )
    return (
        f"## Histories and skill\n\n{text}\n"
        + _table(("Desired order", "f"), orders)
        + f"\nThe {len(FREQUENCY)} histories, worst first; merit is the sum of 1 - f over the orders met.\n\n"
        + _table(("Rank", "History", "Orders met", "By luck", "Merit"), rows)
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
