# SPDX-License-Identifier: Apache-2.0
"""What a limit asks to be told, filled from the case as far as it knows, and the evidence of when things were done.

A pack is text for a person to check and paste: the EU's single reporting platform has no interface for programs, and
what is sent to an authority is the sender's word, not a machine's. Every field the limit asks for stands in the pack;
one that the case cannot answer says so. Evidence has the same shape for every limit: rule, zero point, due, done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from textwrap import fill
from typing import Final

from tocsin.core import limits
from tocsin.core.case.model import Case
from tocsin.core.clock import show
from tocsin.core.limits import Kind
from tocsin.core.policy.clause import State
from tocsin.core.policy.clauses import promises
from tocsin.core.policy.clauses.limits import started
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Affectedness, Value

TO_FILL: Final = "[to be filled in]"


class Field(Value):
    """One thing that is asked, and the answer; `known` is False where a person has to write it."""

    name: str
    label: str
    text: str
    known: bool


class Pack(Value):
    """Everything one clock of a limit asks for. `clock` is the promise's name: `cra-manufacturer-early-warning`."""

    clock: str
    title: str
    cite: str
    source: str
    due_at: datetime | None
    fields: tuple[Field, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of what a person still has to write."""
        return tuple(field.label for field in self.fields if not field.known)

    def text(self) -> str:
        """The pack as plain text, at most 72 columns where words allow."""
        due = f"Due {show(self.due_at)}." if self.due_at else "Its clock does not run."
        verdict = "No legal verdict: whether and to whom you report is yours to say."
        blocks = [fill(line, 72) for line in (self.title, f"{self.cite}, {self.source}", due, verdict)]
        for field in self.fields:
            told = (fill(line, 72, initial_indent="  ", subsequent_indent="  ") for line in field.text.splitlines())
            blocks += ["", field.label, *told]
        return "\n".join(blocks) + "\n"


class Evidence(Value):
    """One clock of a limit in a case: what the rule is, since when it runs, by when, and when it was done."""

    clock: str
    title: str
    cite: str
    since: datetime
    due_at: datetime
    done_at: datetime | None
    state: State


def pack(policy: Policy, case: Case, clock: str) -> Pack | None:
    """Fill the pack of a clock; None for a name that no limit has, or a clock that asks for nothing."""
    for limit in limits.all_limits():
        for each in limit.clock:
            if f"{limit.name}-{each.name}" == clock and each.kind is Kind.ACT_BY and each.asks:
                running = {promise.name: promise.due_at for promise in promises(policy, case)}
                return Pack(
                    clock=clock,
                    title=f"{each.title}: {policy.project.name}",
                    cite=f"{limit.version or limit.title}, {each.cite}",
                    source=limit.source,
                    due_at=running.get(clock),
                    fields=tuple(_field(policy, case, name) for name in each.asks),
                )
    return None


def evidence(policy: Policy, case: Case, now: datetime) -> tuple[Evidence, ...]:
    """List every clock of others that ran in a case, soonest due first."""
    running = {each.timed.name for each, _ in started(policy, case)}
    found = (promise for promise in promises(policy, case) if promise.name in running)
    return tuple(
        Evidence(
            clock=each.name,
            title=each.title,
            cite=each.cite,
            since=each.started_at,
            due_at=each.due_at,
            done_at=each.kept_at,
            state=each.state(now),
        )
        for each in sorted(found, key=lambda promise: (promise.due_at, promise.name))
    )


# --- what the case knows ----------------------------------------------------------------------------------------------


def _product(policy: Policy, case: Case) -> str:
    lines = ", ".join(line.line for line in case.lines if line.state in (Affectedness.AFFECTED, Affectedness.FIXED))
    version = lines or case.affected_versions or case.report.version
    return f"{policy.project.name}" + (f", versions {version}" if version else "")


def _nature(_: Policy, case: Case) -> str:
    weakness = f" ({', '.join(case.cwe)})" if case.cwe else ""
    return (case.effect or (case.advisory.summary if case.advisory else "")) + weakness


def _description(_: Policy, case: Case) -> str:
    advisory = case.advisory
    return advisory.summary if advisory and advisory.summary else case.effect


def _severity(_: Policy, case: Case) -> str:
    return " ".join(filter(None, (case.criticality, case.vector)))


def _impact(_: Policy, case: Case) -> str:
    return case.advisory.impact if case.advisory and case.advisory.impact else case.effect


def _taken(_: Policy, case: Case) -> str:
    fixed = [f"{line.line}: {line.fixed_in}" for line in case.lines if line.fixed_in]
    return f"Fixed in {'; '.join(fixed)}." if fixed else "A fix is ready." if case.fix_ready_at else ""


def _users(_: Policy, case: Case) -> str:
    return case.mitigation or ("No mitigation is known." if case.no_mitigation_known else "")


def _sensitivity(_: Policy, case: Case) -> str:
    if case.embargo_until:
        return f"Under embargo until {show(case.embargo_until)}."
    return "Public." if case.public else "Not public."


def _update(_: Policy, case: Case) -> str:
    published = f" Published {show(case.published_at)} as {case.advisory_id}." if case.published_at else ""
    return _taken(_, case) + published


def _attacks(_: Policy, case: Case) -> str:
    at = next((each.at for each in case.recorded if each.name == "exploitation-known"), None)
    return f"Attacks were seen; known since {show(at)}." if at else ""


_ASKED: Final[Mapping[str, tuple[str, Callable[[Policy, Case], str]]]] = {
    "scope": ("Whether the matter lies in our scope, and whether we assign", lambda _policy, _case: ""),
    "product": ("Product concerned", _product),
    "member-states": ("Member States where it is available, where known", lambda _policy, _case: ""),
    "exploit-nature": ("Nature of the exploit", _attacks),
    "vulnerability-nature": ("Nature of the vulnerability", _nature),
    "incident-nature": ("Nature of the incident", lambda _policy, _case: ""),
    "assessment": ("Initial assessment of the incident", lambda _policy, _case: ""),
    "malicious": ("Whether an unlawful or malicious act is suspected", lambda _policy, _case: ""),
    "measures-taken": ("Corrective or mitigating measures taken", _taken),
    "measures-users": ("Measures that users can take", _users),
    "sensitivity": ("How sensitive this information is", _sensitivity),
    "description": ("Description, with severity and impact", _description),
    "severity": ("Severity", _severity),
    "impact": ("Impact", _impact),
    "actor": ("Malicious actor, where information is available", lambda _policy, _case: ""),
    "threat": ("Type of threat or root cause", lambda _policy, _case: ""),
    "update": ("Security update or other corrective measure", _update),
}


def _field(policy: Policy, case: Case, name: str) -> Field:
    label, answer = _ASKED.get(name, (name.replace("-", " ").capitalize(), lambda _policy, _case: ""))
    text = answer(policy, case).strip()
    return Field(name=name, label=label, text=text or TO_FILL, known=bool(text))
