# SPDX-License-Identifier: Apache-2.0
"""The case's CVE id: how many the matter needs, who is asked for one, what they answer, and which it is
(S10, S45, S46).

Source: CNA Operational Rules 4.2 (assignment), 4.5.3.5 (ids that are not used).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.cve_commands import AnswerCve, CountCve, RejectCve, RequestCve
from tocsin.core.case.cve_count import count
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.evolve_publication import OWN_CNA
from tocsin.core.case.model import Case
from tocsin.core.case.record_events import CveAnswered, CveCounted, CveRejectionOrdered, CveRequested
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.vocabulary import Refused, is_cve_id

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST: Final = 1000


def _set(case: Case, command: cmd.SetCve, context: Context) -> Decision:
    if not is_cve_id(command.cve_id):
        return Refused(code="cve-malformed", because="A CVE id looks like CVE-2026-12345.", rule="CVE Record 5.x cveId")
    if case.cve_state == "published" and command.cve_id != case.cve_id:
        return Refused(
            code="cve-published",
            because=f"{case.cve_id} is public already; reject it there before naming another.",
            rule="CNA 4.5.3.5",
        )
    if command.assigner and not _UUID.fullmatch(command.assigner):
        return Refused(
            code="cna-malformed",
            because="The assigning CNA is named by its organisation UUID, as CVE Services shows it.",
            rule="CVE Record 5.x assignerOrgId",
        )
    event = ev.CveSet(**{name: getattr(command, name) for name in ev.CveSet.__struct_fields__})
    told = (case.cve_id, case.cve_state, case.cve_assigner, case.cve_assigner_name)
    return () if msgspec.structs.astuple(event) == told else (event,)


def _count(case: Case, command: CountCve, context: Context) -> Decision:
    """Keep the answers with what the rules make of them; refused for numbers that count nothing."""
    asked = command.asked
    if not (1 <= asked.faults <= _MOST and 1 <= asked.products <= _MOST):
        because = f"Count between 1 and {_MOST} faults, and as many products."
        return Refused(code="count", because=because, rule="CNA 4.2.11")
    found = CveCounted(asked=asked, count=count(asked))
    return () if case.cve_counted == found else (found,)


def _request(case: Case, command: RequestCve, context: Context) -> Decision:
    """Refused without a route or an accepted report, while there is an id (one matter has one, CNA 4.2.11), and where
    the answers say that this is more than one matter."""
    route = context.policy.cve.route if context.policy.cve else "none"
    if not case.advisory_id:
        return need("not-accepted", "A CVE id is for an accepted report.", "accept", rule="S45")
    if route == "none":
        return Refused(code="no-cve-route", because="The policy requests no CVE ids.", rule="cve.route")
    if case.cve_id and case.cve_state in ("reserved", "published"):
        return Refused(code="cve-there", because=f"The case has {case.cve_id} already.", rule="CNA 4.2.11")
    if case.cve_counted and case.cve_counted.count.ids > 1:
        found = case.cve_counted.count
        because = f"The answers make it {found.ids} ids, and a case has one: split it, then count again in each."
        return Refused(code="cve-many", because=because, rule=f"CNA {', '.join(found.rules)}", missing=("split",))
    return (CveRequested(route=route, to=command.to.strip()),)


def _answer(case: Case, command: AnswerCve, context: Context) -> Decision:
    """Refused where nobody was asked: an id itself is recorded by set-cve."""
    asked = {each.name for each in case.recorded}
    if "cve-requested" not in asked or (case.cve_id and case.cve_state != "rejected"):
        return need("not-asked", "Nobody is being asked for a CVE id.", "request-cve", rule="CNA 4.2.1.2")
    return (CveAnswered(answer=command.answer, note=command.note),)


def _reject(case: Case, command: RejectCve, context: Context) -> Decision:
    """Refused without an id or a reason, and where another CNA has to do it."""
    route = context.policy.cve.route if context.policy.cve else "none"
    if not case.cve_id or case.cve_state not in ("reserved", "published", "rejecting"):
        return Refused(code="no-cve", because="The case has no CVE id that could be rejected.", rule="CNA 4.5.3.5")
    if route != OWN_CNA:
        because = "Ask the CNA that assigned it to reject it, then record that: set-cve, state rejected."
        return Refused(code="not-our-cna", because=because, rule="cve.route")
    if not command.reason.strip():
        return Refused(code="no-reason", because="Say why; the reason becomes public.", rule="CVE rejectedReasons")
    return (CveRejectionOrdered(cve_id=case.cve_id, reason=command.reason),)


def _set_move(command: cmd.SetCve, context: Context) -> Move:
    return Move(name=MoveName.SET_CVE, actor=context.actor, cve_state=command.state)


RULES: Final[Mapping[type, Rule]] = {
    cmd.SetCve: Rule(_set, _set_move, after_close=True),
    CountCve: Rule(_count, moved(MoveName.SET_CVE), after_close=True),
    RequestCve: Rule(_request, moved(MoveName.SET_CVE), after_close=True),
    AnswerCve: Rule(_answer, moved(MoveName.SET_CVE), after_close=True),
    RejectCve: Rule(_reject, moved(MoveName.SET_CVE), after_close=True),
}
