# SPDX-License-Identifier: Apache-2.0
"""Where each participant of a live case stands: who speaks, who may see what, what holds for all vendors together.

The project is the participant `VENDOR`, the first reporter `REPORTER`, everybody else goes by the id of a
`core.case.parties.Party`. Pure questions; what may be done about the answers is in `core.case.decide`.

Source: CERTCC/Vultron, global rules `em.9`, `em.11` and `em.12` of `core.case.rules`.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.case import negotiation
from tocsin.core.case.model import REPORTER, VENDOR, Case
from tocsin.core.case.parties import KNOWS, Party, progress
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM, CaseState
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Refused


def party(case: Case, named: str) -> Party | None:
    """Return the party of that id, also one that has left."""
    return next((each for each in case.parties if each.id == named), None)


def reported(case: Case, named: str) -> Report | None:
    """Return the report that this participant handed in: the first reporter's, or one merged in; None for others."""
    if named == REPORTER:
        return case.report
    found = party(case, named)
    own = found.came_from if found else ""
    return next((each.report for each in case.absorbed if own and each.case == own), None)


def present(case: Case, named: str) -> Party | Refused:
    """Return a party that takes part now, or refuse: nobody of that name, or not here any more."""
    found = party(case, named)
    if found is None:
        return Refused(
            code="no-party", because="There is no such party in this case.", rule="input", missing=("party",)
        )
    if not found.here:
        because = f"{found.name} takes part no more; invite them again first."
        return Refused(code="party-left", because=because, rule="em.9")
    return found


def world(case: Case) -> CaseState:
    """The case state that embargoes are judged by: the least advanced vendor's, for whom it still protects."""
    paths = [case.state[:3], *(each.path for each in vendors(case))]
    return min(paths, key=progress) + case.state[3:]


def vendors(case: Case) -> tuple[Party, ...]:
    """Return the other vendors that take part and have something to fix."""
    return tuple(each for each in case.parties if each.part is Part.VENDOR and each.here and _concerned(each))


def _concerned(each: Party) -> bool:
    return any(product.affected is not Affectedness.NOT_AFFECTED for product in each.products)


def ready(case: Case) -> tuple[int, int]:
    """Count the vendors with a fix ready, and all of them, the project included."""
    paths = [case.state[:3], *(each.path for each in vendors(case))]
    return sum("F" in path for path in paths), len(paths)


def quorum(case: Case) -> bool:
    """Say whether more than half of the vendors have a fix ready: they may release without the rest (`em.9`)."""
    fixed, everybody = ready(case)
    return 2 * fixed > everybody


def standing(case: Case, actor: Actor, at: datetime) -> negotiation.Standing:
    """Say where the speaker stands in the negotiation; the finder's own report machine is in Accepted (FACTS 1)."""
    if actor.kind is ActorKind.REPORTER:
        return of(case, REPORTER, at)
    return of(case, actor.id if actor.kind is ActorKind.PARTY else VENDOR, at)


def of(case: Case, named: str, at: datetime) -> negotiation.Standing:
    """Say where a participant stands; somebody unknown stands where nobody negotiates."""
    if named == VENDOR:
        rm = case.rm
    elif named == REPORTER:
        rm = RM.ACCEPTED
    else:
        found = party(case, named)
        rm = found.rm if found and found.here else RM.CLOSED
    return negotiation.Standing(by=named, rm=rm, cs=world(case), now=at)


def may_see(case: Case, each: Party) -> bool:
    """Say whether a party may see the case now: here, and bound by the embargo where there is one (`em.9`)."""
    return each.here and case.embargo.may_see(each.id)


def may_be_told(case: Case, each: Party) -> Refused | None:
    """Refuse to tell a party anything: before its consent, before the project accepted, upstream unasked; None is yes.

    Rules `em.9` (consent first), `em.12` (only who has accepted a report sends it on) and S34 (the reporter agrees).
    """
    if not case.embargo.may_see(each.id):
        because = f"{each.name} has not consented to the embargo, and sees nothing before that."
        return Refused(code="embargo-consent-first", because=because, rule="em.9", missing=(each.name,))
    if each.upstream and each.agreed_at is None:
        because = "The reporter has to agree before the report is passed on to another project."
        return Refused(code="reporter-agrees-first", because=because, rule="S34", missing=("their agreement",))
    if each.rm is RM.START and each.part not in KNOWS and case.rm is not RM.ACCEPTED:
        because = f"Only who has accepted a report sends it on; yours is {case.rm.name.lower()}."
        return Refused(code="report-not-accepted", because=because, rule="em.12", missing=("accept the report",))
    return None


def distributors(case: Case) -> tuple[Party, ...]:
    """Return the distributors that may see the case now."""
    return tuple(each for each in case.parties if each.part is Part.DISTRIBUTOR and may_see(case, each))
