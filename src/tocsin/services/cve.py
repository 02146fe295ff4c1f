# SPDX-License-Identifier: Apache-2.0
"""CVE ids by the policy's route: a project that is its own CNA has them reserved and rejected by the worker; where the
forge is the CNA it is asked for one, once, and the look at the forge enters it when it comes. Safe to be cut short.

Reserving has no natural key: a second request gives a second id. So whoever reserves is alone, notes that it is about
to, and looks, after a try that was cut short, for the id that came of it. No id is left behind that nothing names.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case.deeds import CveDue
from tocsin.core.case.evolve_publication import FORGE_CNA
from tocsin.core.case.model import Case
from tocsin.core.case.record_events import CveRejectionOrdered
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, CaseRef, Refused
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.forge import pushing
from tocsin.services.forge.links import forge, of_case
from tocsin.services.ports.cna import Cna
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.services.publishing.carry import FIRST_TRY, Later, pause

ALONE: Final = timedelta(minutes=2)
INTENT: Final = "cve/reserving/"
"""Begin of the name of a fact, one for each CNA, that stands while an id may have been reserved there that no case
knows: since when."""
UNDER_WAY: Final = "under way"


def carry(desk: Desk, deed: CveDue, tries: int) -> Later | None:
    """Reserve or reject; None when that is over, also where a person has to look."""
    opened = cases.open_case(desk, deed.case, SYSTEM_ACTOR, "cve")
    if opened is None or opened.case.cve_wanted != deed.what:
        return None
    by_forge = deed.what == "id" and opened.policy.cve is not None and opened.policy.cve.route == FORGE_CNA
    cna = desk.cnas.get(opened.case.project)
    if cna is None and not by_forge:
        _tell(desk, deed.case, "No account with CVE Services is set up for this project (`cna.PROJECT`).", tries)
        return Later(desk.now() + pause(tries), "no-account")
    try:
        if by_forge or cna is None:
            _ask_forge(desk, opened)
            return None
        if deed.what == "rejection":
            return _reject(desk, opened, cna)
        if not desk.machine.facts.claim("claim/cve", desk.now(), desk.now() + ALONE):
            return Later(desk.now() + FIRST_TRY, "not-alone")
        return _reserve(desk, opened.case, cna)
    except Trouble as trouble:
        _tell(desk, deed.case, trouble.because, tries)
        return Later(desk.now() + pause(tries, trouble.after), "trouble")
    except Rejected as no:
        _tell(desk, deed.case, no.because, 1)
        return None


def _ask_forge(desk: Desk, opened: Opened) -> None:
    """Have the draft stand on the forge, and ask the forge for an id. Raises Trouble and Rejected."""
    asked = forge(desk, opened.case.project)
    if asked is None:
        raise Rejected(pushing.NO_FORGE.because)
    if of_case(desk, opened.case.project, opened.case.ref) is None:
        written = pushing.put(desk, opened, asked)
        if isinstance(written, Refused):
            raise Rejected(written.because)
    done = pushing.ask_cve(desk, opened, asked)
    if isinstance(done, Refused):
        raise Rejected(done.because)


def _reserve(desk: Desk, case: Case, cna: Cna) -> Later | None:
    facts, now = desk.machine.facts, desk.now()
    intended = INTENT + cna.account.org
    intent = facts.get(intended)
    left = cna.reserved_since(intent.at - timedelta(seconds=5)) if intent is not None and intent.value else ()
    if len(left) > 1:
        named = ", ".join(each.id for each in left)
        raise Rejected(f"more than one id was reserved when a try was cut short: {named}. Record the one that is ours.")
    if not left:
        facts.note(intended, UNDER_WAY, now)
    found = left[0] if left else cna.reserve(now.year)
    facts.note(intended, "", desk.now())
    named_ = cmd.SetCve(cve_id=found.id, assigner=cna.account.org_id, assigner_name=cna.account.org)
    done = cases.handle(desk, case.ref, named_, SYSTEM_ACTOR)
    if isinstance(done, Refused):
        facts.note(intended, UNDER_WAY, now)
        return Later(desk.now() + FIRST_TRY, done.code)
    return None


def _reject(desk: Desk, opened: Opened, cna: Cna) -> Later | None:
    case = opened.case
    held = cna.id(case.cve_id)
    if held is None:
        raise Rejected(f"{case.cve_id} is not an id of {cna.account.org}")
    if held.state != "REJECTED":
        cna.reject(case.cve_id, _container(cna, _reason(desk, opened)), exists=held.state == "PUBLISHED")
    named = cmd.SetCve(cve_id=case.cve_id, state="rejected", assigner=cna.account.org_id, assigner_name=cna.account.org)
    done = cases.handle(desk, case.ref, named, SYSTEM_ACTOR)
    return Later(desk.now() + FIRST_TRY, done.code) if isinstance(done, Refused) else None


def _reason(desk: Desk, opened: Opened) -> str:
    """The newest reason given, from the journal: the case itself does not carry it."""
    places = sealing.Places(desk.sealer.instance)
    lines = desk.journal.entries(opened.case.ref)
    entries = sealing.open_entries(places, opened.key, opened.case.ref, lines)
    found = [each.event.reason for each in entries if isinstance(each.event, CveRejectionOrdered)]
    return found[-1]


def _container(cna: Cna, reason: str) -> bytes:
    provider = {"orgId": cna.account.org_id, "shortName": cna.account.org}
    reasons = [{"lang": "en", "value": reason}]
    return msgspec.json.encode({"cnaContainer": {"providerMetadata": provider, "rejectedReasons": reasons}})


def _tell(desk: Desk, ref: CaseRef, because: str, tries: int) -> None:
    """Tell the team in the case, the first time."""
    if tries <= 1:
        words = cmd.Say(audience=Audience.TEAM, text=f"CVE: {because}", automatic=True)
        cases.handle(desk, ref, words, SYSTEM_ACTOR)
