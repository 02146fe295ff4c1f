# SPDX-License-Identifier: Apache-2.0
"""Everybody in a case as the team sees them: part, report state, consent, how far their fixes are, what they may see.

Not answered is shown as not answered, never as not affected.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import msgspec
from packageurl import PackageURL

from tocsin.core.case import standing
from tocsin.core.case.model import REPORTER, VENDOR, Case
from tocsin.core.case.parties import Party
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import PEC, RM
from tocsin.core.vocabulary import Affectedness
from tocsin.services.queries import words

_PURL: Final = re.compile(r"pkg:[^\s,;<>\"']+")

RM_WORDS: Final = {
    RM.START: "does not have it",
    RM.RECEIVED: "has it",
    RM.INVALID: "finds it invalid",
    RM.VALID: "finds it valid",
    RM.DEFERRED: "put it off",
    RM.ACCEPTED: "works on it",
    RM.CLOSED: "is done",
}
PEC_WORDS: Final = {
    PEC.NO_EMBARGO: "not asked",
    PEC.INVITED: "asked, no answer",
    PEC.SIGNATORY: "consents",
    PEC.LAPSED: "terms reopened",
    PEC.DECLINED: "does not consent",
}
PATH_WORDS: Final = {
    "vfd": "not aware",
    "Vfd": "aware",
    "VFd": "fix ready",
    "VFD": "fix deployed",
    "d": "not deployed",
    "D": "deployed",
}


class ProductView(msgspec.Struct, frozen=True):
    """One product of a party."""

    name: str
    path: str
    said: str
    affected: str
    advisory: str = ""


class PartyView(msgspec.Struct, frozen=True):
    """One participant. `sees` is whether they may see the case now, `barred` why not where something is in the way."""

    id: str
    name: str
    part: str
    rm: str
    consent: str
    fixes: str
    sees: bool
    here: bool
    upstream: bool = False
    agreed: bool = True
    waits: bool = False
    barred: str = ""
    contact: str = ""
    why: str = ""
    since: str = ""
    heard: str = ""
    came_from: str = ""
    went_to: str = ""
    answer_by: str = ""
    products: tuple[ProductView, ...] = ()
    asked: bool = False
    """Whether their consent is open: asked and not answered, or declined and welcome to change."""


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who may have to be asked in: a dependency that the report names (S31). Listing tells nobody."""

    name: str
    purl: str


def candidates(case: Case) -> tuple[Candidate, ...]:
    """List the packages that the report names as dependencies, except those whose name a party has already."""
    known = {each.name.casefold() for each in case.parties} | {p.name for each in case.parties for p in each.products}
    found: dict[str, Candidate] = {}
    for word in _PURL.findall(case.report.dependencies):
        try:
            purl = PackageURL.from_string(word)
        except ValueError:
            continue
        if purl.name.casefold() not in known and word not in known:
            found[word] = Candidate(name=purl.name, purl=word)
    return tuple(found.values())


def called(case: Case, named: str) -> str:
    """Name a participant of the bargain: the project, the reporter, or a party."""
    found = standing.party(case, named)
    return found.name if found else {VENDOR: "the project", REPORTER: "the reporter"}.get(named, named)


def everybody(case: Case, others: tuple[PartyView, ...] | None = None) -> tuple[PartyView, ...]:
    """List the project, the first reporter, and every party, those who left last; `others` are the parties where
    somebody has listed them already."""
    project = _own(case, VENDOR, "this project", Part.VENDOR, case.rm, _said(case.state[:3]))
    finder = _own(case, REPORTER, case.report.identity.name or "the reporter", Part.REPORTER, RM.ACCEPTED, "")
    return (project, finder, *(parties(case) if others is None else others))


def parties(case: Case) -> tuple[PartyView, ...]:
    """List the parties besides the project and its first reporter, those who left last."""
    shown = [_party(case, each) for each in case.parties]
    return tuple(sorted(shown, key=lambda each: not each.here))


def _own(case: Case, named: str, name: str, part: Part, rm: RM, fixes: str) -> PartyView:
    return PartyView(
        id=named,
        name=name,
        part=part.value,
        rm=RM_WORDS[rm],
        consent=PEC_WORDS[case.embargo.consent(named)],
        fixes=fixes,
        sees=True,
        here=True,
        asked=_asked(case, named),
    )


def _party(case: Case, each: Party) -> PartyView:
    refused = standing.may_be_told(case, each) if each.here else None
    return PartyView(
        id=each.id,
        name=each.name,
        part=each.part.value,
        rm=RM_WORDS[each.rm],
        consent=PEC_WORDS[case.embargo.consent(each.id)],
        fixes=", ".join(f"{p.name}: {_said(p.path)}" if p.name else _said(p.path) for p in each.products if p.path),
        sees=standing.may_see(case, each),
        here=each.here,
        upstream=each.upstream,
        agreed=not each.upstream or each.agreed_at is not None,
        waits=each.waits_since is not None,
        barred=refused.because if refused else "",
        contact=each.contact,
        why=each.why,
        since=words.instant(each.invited_at),
        heard=words.instant(each.heard_at),
        came_from=each.came_from,
        went_to=each.went_to,
        answer_by=words.instant(_answer_by(case, each.id)),
        products=tuple(
            ProductView(
                name=p.name, path=p.path, said=_said(p.path), affected=_affected(p.affected), advisory=p.advisory
            )
            for p in each.products
        ),
        asked=each.here and _asked(case, each.id),
    )


def _asked(case: Case, named: str) -> bool:
    return case.embargo.in_force and case.embargo.consent(named) in (PEC.INVITED, PEC.DECLINED, PEC.NO_EMBARGO)


def _answer_by(case: Case, named: str) -> datetime | None:
    return next((each.answer_by for each in case.embargo.consents if each.participant == named), None)


def _said(path: str) -> str:
    return PATH_WORDS.get(path, path)


def _affected(state: Affectedness) -> str:
    return {Affectedness.REVIEW: "no answer", Affectedness.AFFECTED: "yes", Affectedness.NOT_AFFECTED: "no"}.get(
        state, state.value
    )
