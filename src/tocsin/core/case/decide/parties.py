# SPDX-License-Identifier: Apache-2.0
"""The parties of a case: asking them in, their consent, their own report state and fixes, what is passed on to them.

A party speaks for itself only; the team may write down what a party said elsewhere. Nothing here tells anybody
anything: messages do (`talk`, and `resend` below), after `core.case.standing.may_be_told`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tocsin.core.case import joining, parties, standing
from tocsin.core.case import party_commands as pc
from tocsin.core.case import party_events as pe
from tocsin.core.case.commands import EndEmbargo, Publish
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import REPORTER, Case
from tocsin.core.case.parties import Party, Product
from tocsin.core.case.rules import fix_may_be_ready, may_close, may_negotiate
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM, Fact, RMInput
from tocsin.core.clock.places import place
from tocsin.core.policy.clause import Caution
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.vocabulary import ActorKind, Audience, Refused, RejectionClass

PATHS: Final = ("vfd", "Vfd", "VFd", "VFD")
"""The four states of a vendor's fix path, in their only order."""

MAX_ADDRESS: Final = 500
"""Characters of an advisory's address."""

MAX_NAME: Final = 200
"""Characters of a name in the credits."""

_ADDRESS: Final = re.compile(r"https://[^\s<>\"'\\]+")
_PROJECTS_NAMES: Final = frozenset({"vendor", REPORTER})


def _invite(case: Case, command: pc.Invite, context: Context) -> Decision:
    known = standing.party(case, command.party)
    if known and known.here and case.embargo.may_see(known.id):
        return ()
    if refused := _acceptable(case, command) or may_negotiate(case.rm):
        return refused
    answer = joining.invite(
        case.embargo, standing.standing(case, context.actor, context.now), command.party, command.answer_by
    )
    if isinstance(answer, Refused):
        return answer
    fields = {name: getattr(command, name) for name in pe.PartyInvited.__struct_fields__}
    return (pe.PartyInvited(**fields),)


def _acceptable(case: Case, command: pc.Invite) -> Refused | None:
    if not command.name.strip():
        return need("name-missing", "Say who is invited.", "name")
    if not command.why.strip():
        return need("reason-missing", "Say why they are needed; the team reads it, and the journal keeps it.", "why")
    if not command.party or command.party in _PROJECTS_NAMES:
        return Refused(code="party-name", because="A party needs an id of its own.", rule="input")
    if len(set(command.products)) != len(command.products):
        return Refused(code="products-ambiguous", because="Name each product once.", rule="input")
    if command.upstream and command.part is not Part.VENDOR:
        return Refused(
            code="upstream-vendor", because="Upstream is a vendor whose product this project uses.", rule="S34"
        )
    if command.upstream and case.rm is not RM.ACCEPTED:
        because = "Accept the report first: only then this project reports it to another."
        return Refused(code="report-not-accepted", because=because, rule="em.12", missing=("accept the report",))
    return None


def _consent(case: Case, command: pc.Consent, context: Context) -> Decision:
    refused = _speaks(case, command.party, context)
    if refused is not None:
        return refused
    answer = joining.join(case.embargo, standing.of(case, command.party, context.now))
    return answer if isinstance(answer, Refused) else (pe.PartyConsented(party=command.party, note=command.note),)


def _decline(case: Case, command: pc.Decline, context: Context) -> Decision:
    refused = _speaks(case, command.party, context)
    if refused is not None:
        return refused
    answer = joining.decline(case.embargo, standing.of(case, command.party, context.now))
    return answer if isinstance(answer, Refused) else (pe.PartyDeclined(party=command.party, note=command.note),)


def _speaks(case: Case, named: str, context: Context) -> Refused | None:
    """Refuse words about a party from another one, and about one that is not here."""
    own = {ActorKind.PARTY: context.actor.id, ActorKind.REPORTER: REPORTER}.get(context.actor.kind, named)
    if named != own:
        return Refused(code="not-yours", because="You can speak for yourself only.", rule="access")
    if named == REPORTER:
        return None
    found = standing.present(case, named)
    return found if isinstance(found, Refused) else None


def _acting(case: Case, named: str, context: Context) -> Party | Refused:
    """Return the party that somebody speaks for, where it may act on the report: it has seen it."""
    if refused := _speaks(case, named, context):
        return refused
    found = standing.present(case, named)
    if isinstance(found, Refused):
        return found
    return standing.may_be_told(case, found) or found


def _move(case: Case, command: pc.MoveParty, context: Context) -> Decision:
    found = _acting(case, command.party, context)
    if isinstance(found, Refused):
        return found
    if command.step is RMInput.CLOSE and (refused := may_close(case.embargo.em)):
        return refused
    if command.step is RMInput.RECEIVE and found.rm is not RM.START:
        # It holds the report already: this is its word that it arrived, and moves nothing.
        return () if found.acknowledged_at else (pe.PartyMoved(party=found.id, steps=(), note=command.note),)
    steps = parties.steps(found.rm, command.step)
    if isinstance(steps, Refused):
        return steps
    return (pe.PartyMoved(party=found.id, steps=steps, note=command.note),)


def _product(case: Case, command: pc.SetProduct, context: Context) -> Decision:
    found = _acting(case, command.party, context)
    if isinstance(found, Refused):
        return found
    if found.part not in parties.SHIPS or (command.path and found.part not in parties.START_PATH):
        because = f"A {found.part.value} makes and deploys no fix."
        return Refused(code="no-fix-path", because=because, rule="cs.order")
    named = Product(name=command.product, path=parties.START_PATH.get(found.part, ""))
    before = next((each for each in found.products if each.name == command.product), named)
    after = replace(before, path=command.path or before.path, advisory=command.advisory or before.advisory)
    if command.affected is not None:
        after = replace(after, affected=command.affected)
    if refused := _address(command.advisory) or _forward(case, found, before.path, after.path):
        return refused
    if after == before and before in found.products:
        return ()
    if before in found.products:
        kept = tuple(after if each.name == after.name else each for each in found.products)
    else:
        # The product without a name stands only until one is named.
        kept = (*(each for each in found.products if each.name), after)
    return (pe.PartyProgressed(party=found.id, products=kept),)


def _address(told: str) -> Refused | None:
    """Refuse an address that could not stand as a reference in an advisory."""
    if not told or (_ADDRESS.fullmatch(told) and len(told) <= MAX_ADDRESS):
        return None
    return Refused(code="no-address", because="The address of an advisory begins with https://.", rule="S63")


def _forward(case: Case, found: Party, before: str, after: str) -> Refused | None:
    """Refuse a path that is none, that goes back, or that only somebody who accepted the report can have (`em.11`)."""
    if after == before:
        return None
    if found.part is Part.DEPLOYER:
        fixed = "F" in case.state or any("F" in each.path for each in standing.vendors(case))
        if after != "D" or not fixed:
            return Refused(code="cs-no-step", because="No vendor has a fix ready to deploy.", rule="cs.order")
        return fix_may_be_ready(found.rm)
    if after not in PATHS:
        return Refused(code="cs-no-step", because=f"A fix path is one of {', '.join(PATHS)}.", rule="cs.order")
    if PATHS.index(after) < PATHS.index(before):
        return Refused(code="cs-no-step", because="A fact happens once and never un-happens.", rule="cs.once")
    return fix_may_be_ready(found.rm) if Fact.FIX_READY in after else None


def _let_go(case: Case, command: pc.LetGo, context: Context) -> Decision:
    if refused := _speaks(case, command.party, context):
        return refused
    found = standing.present(case, command.party)
    if isinstance(found, Refused):
        return found
    if found.came_from:
        because = "Who reported the matter belongs to the case."
        return Refused(code="reporter-stays", because=because, rule="S76")
    if not command.reason.strip():
        return need("reason-missing", "Say why; the journal keeps it.", "reason")
    return (pe.PartyLeft(party=found.id, reason=command.reason),)


def _pass_on(case: Case, command: pc.PassOn, context: Context) -> Decision:
    public = command.party == parties.PUBLIC
    found = _public(case) if public else standing.present(case, command.party)
    if isinstance(found, Refused):
        return found
    if (case.public_agreed_at if found is None else found.agreed_at) is not None:
        return ()
    if context.actor.kind is not ActorKind.REPORTER and not command.note.strip():
        return need("where-missing", "Note where the reporter agreed to it.", "note", rule="S34")
    return (pe.PartyAgreed(party=command.party, note=command.note),)


def _public(case: Case) -> Refused | None:
    """Refuse to ask about the public tracker anything but a bug that is not about security (S24)."""
    if case.rejection is RejectionClass.NOT_SECURITY:
        return None
    because = "Only a report that was rejected as not about security can be told in public."
    return Refused(code="not-for-public", because=because, rule="S24")


def told(case: Case, audience: Audience, party: str) -> Refused | None:
    """Refuse to say something to an audience of parties that may not hear it, or is nobody; None means it may be."""
    if audience is Audience.DISTRIBUTORS:
        if standing.distributors(case):
            return None
        because = "No distributor takes part who may see the case; invite one first."
        return Refused(code="nobody-to-tell", because=because, rule="em.9", missing=("a distributor",))
    if audience is not Audience.PARTY:
        return None
    found = standing.present(case, party)
    return found if isinstance(found, Refused) else standing.may_be_told(case, found)


def _zone(case: Case, command: pc.SetZone, context: Context) -> Decision:
    refused = _speaks(case, command.party, context)
    if refused is not None:
        return refused
    name = place(command.zone)
    if command.zone.strip() and not name:
        because = "This is no time zone; write it like Asia/Tokyo, or only the city."
        return Refused(code="no-zone", because=because, rule="input", missing=("zone",))
    found = standing.party(case, command.party)
    if name == (found.zone if found else case.reporter_zone):
        return ()
    return (pe.ZoneTold(party=command.party, zone=name),)


def _credit(case: Case, command: pc.SetCredit, context: Context) -> Decision:
    """Take another wish for the credits (S27), as long as nothing is on its way that two people agreed on."""
    if refused := _speaks(case, command.party, context):
        return refused
    report, name = standing.reported(case, command.party), " ".join(command.name.split())
    if report is None:
        because = "They reported nothing here; write their credit in the draft."
        return Refused(code="not-reporter", because=because, rule="S27")
    if len(name) > MAX_NAME or not name.isprintable():
        because = f"A name for the credits is one line of at most {MAX_NAME} characters."
        return Refused(code="no-name", because=because, rule="input", missing=("name",))
    if name == report.identity.credited:
        return ()
    if case.ordered_digest or (case.run is not None and not case.run.complete):
        because = (
            "The advisory goes out as two people agreed on it. Write to the team: until it begins they can stop it."
        )
        return Refused(code="publication-ordered", because=because, rule="S27")
    return (pe.CreditWished(party=command.party, name=name),)


def _resend(case: Case, command: pc.Resend, context: Context) -> Decision:
    if command.source is Audience.TEAM:
        because = "An internal note never leaves the desk. Write what others may know in words of its own."
        return Refused(code="internal-note", because=because, rule="S64")
    if (command.audience, command.party) == (command.source, command.source_party):
        return Refused(code="had-before", because="They have these words already.", rule="threads")
    if command.audience is Audience.TEAM:
        return Refused(code="had-before", because="The team reads every thread.", rule="threads")
    if not (command.text.strip() or command.attachments):
        return need("empty-message", "Nothing is left of the message to send.", "text")
    if refused := told(case, command.audience, command.party):
        return refused
    return (
        pe.MessageResent(
            of=command.of,
            audience=command.audience,
            party=command.party,
            text=command.text,
            attachments=command.attachments,
        ),
    )


def cautions(case: Case, command: object) -> tuple[Caution, ...]:
    """Say what to think of before the matter goes out while other vendors are not ready (`em.9`)."""
    if not isinstance(command, Publish | EndEmbargo) or not standing.vendors(case) or standing.quorum(case):
        return ()
    fixed, everybody = standing.ready(case)
    because = f"Vendors with a fix ready: {fixed} of {everybody}. More than half may release without the rest."
    return (Caution(code="no-quorum", because=because, rule="em.9"),)


def _named(name: MoveName) -> Callable[[Any, Context], Move]:
    return moved(name)


RULES: Final[Mapping[type, Rule]] = {
    pc.Invite: Rule(_invite, _named(MoveName.INVITE)),
    pc.Consent: Rule(_consent, _named(MoveName.PARTY)),
    pc.Decline: Rule(_decline, _named(MoveName.PARTY)),
    pc.MoveParty: Rule(_move, _named(MoveName.PARTY), after_close=True),
    pc.SetProduct: Rule(_product, _named(MoveName.PARTY), after_close=True),
    pc.LetGo: Rule(_let_go, _named(MoveName.PARTY), after_close=True),
    pc.PassOn: Rule(_pass_on, _named(MoveName.SHARE)),
    pc.SetZone: Rule(_zone, _named(MoveName.PARTY)),
    pc.SetCredit: Rule(_credit, _named(MoveName.PARTY), after_close=True),
    pc.Resend: Rule(_resend, moved(MoveName.RESEND, "text"), after_close=True),
}
