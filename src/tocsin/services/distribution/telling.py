# SPDX-License-Identifier: Apache-2.0
"""Tells the distributors that a case concerns, gives each its package once it consented, and keeps the ledger.

A person says when; the policy says how early at most. Each gets a room in the case and a phrase for it, which the
person hands over by a way they trust. The package follows by itself as soon as that distributor is bound by
the embargo; who has not consented finds nothing there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import access, distribution
from tocsin.core.advisory.assemble import assemble
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case import standing
from tocsin.core.case.drafting import ReferenceGiven
from tocsin.core.case.model import Case
from tocsin.core.case.parties import Product
from tocsin.core.case.party_commands import Invite
from tocsin.core.case.shared import Part
from tocsin.core.intake import Attachment
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, Affectedness, Audience, CaseRef, MoveName, Refused
from tocsin.core.wire import outside
from tocsin.services import book, cases, incident, sealing
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.distribution import packages
from tocsin.services.distribution.door import Saw
from tocsin.services.distribution.members import Distributor, State, current, distributors, why_not, write
from tocsin.services.inviting import invite
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import NEVER

AGAIN: Final = timedelta(minutes=1)
"""Between two looks whether somebody has consented."""

LOOK: Final = timedelta(minutes=10)
"""Between two looks whether the draft has changed since a package was given."""


class Share(msgspec.Struct, frozen=True):
    """What one distributor was given in one case, and when it saw it. `digest` is over the package as sent; `ended_at`
    is when its part ended because it is no distributor any more."""

    case: CaseRef
    party: str
    distributor: str
    name: str
    told_at: datetime
    told_by: str
    mark: str = ""
    digest: str = ""
    blob: str = ""
    sent_at: datetime | None = None
    opened: tuple[datetime, ...] = ()
    ended_at: datetime | None = None


class Told(msgspec.Struct, frozen=True):
    """A distributor that was asked in just now, with the phrase of its room, shown once."""

    name: str
    contact: str
    phrase: str


def shares(desk: Desk) -> Book[Share]:
    """The ledger."""
    return Book(desk, "share", Share, by=lambda share: share.case)


def share_id(desk: Desk, case: CaseRef, distributor: str, ended: int = 0) -> str:
    """The id of what one distributor is given in one case, in which its part has ended so often before."""
    again = f"/{ended}" if ended else ""
    return "shr_" + desk.tokens.mark("share", f"{case}/{distributor}{again}").hex()[:32]


def of_case(desk: Desk, case: CaseRef) -> list[Kept[Share]]:
    """What was shared of a case."""
    head = desk.journal.head(case)
    return list(shares(desk).found(head.project, case)) if head else []


def concerned(desk: Desk, opened: cases.Opened) -> tuple[list[Kept[Distributor]], list[str]]:
    """Those a case concerns and who may be told now; and, in words, those it concerns and why they may not."""
    case, terms = opened.case, current(desk, opened.case.project)
    advisory = assemble(case, opened.policy, desk.site.public_url, desk.now())
    told, not_told = [], []
    for each in distributors(desk).all(case.project):
        if not distribution.concerns(each.value.application.purls, advisory):
            continue
        if each.value.may_be_told(terms.version, desk.now()):
            told.append(each)
        elif why := why_not(each.value, terms.version, desk.now()):
            not_told.append(f"{each.value.application.name} {why}")
    return told, not_told


def tell(desk: Desk, ref: CaseRef, actor: Actor) -> tuple[Told, ...] | Refused:
    """Ask every distributor in whom the case concerns and who was not asked yet; returns rooms and phrases, once."""
    opened = cases.open_case(desk, ref, actor, "distributors") if access.may_read(actor) else None
    if opened is None:
        return cases.NOT_FOUND
    if refused := access.guard(actor, MoveName.INVITE) or too_early(desk, opened):
        return refused
    found, _ = concerned(desk, opened)
    if not found:
        because = "No distributor with terms accepted ships this product; name its package URL in the advisory."
        return Refused(code="nobody-to-tell", because=because, rule="S63")
    return tuple(_each(desk, ref, actor, found))


def too_early(desk: Desk, opened: cases.Opened) -> Refused | None:
    """Refuse before the window opens, and without an agreed date."""
    stated, until = opened.policy.distributors, opened.case.embargo_until
    if until is None:
        because = "Agree on a date first: distributors are told until when they keep quiet."
        return Refused(code="no-date", because=because, rule="S63", missing=("an embargo with a date",))
    if stated and stated.max:
        span = opened.policy.calendar.after(until, stated.max) - until
        if desk.now() < until - span:
            because = f"The policy tells them at most {stated.max} ahead: from {until - span:%a %Y-%m-%d %H:%M} UTC on."
            return Refused(code="too-early", because=because, rule="distributors.max")
    return None


def _each(desk: Desk, ref: CaseRef, actor: Actor, found: list[Kept[Distributor]]) -> Iterator[Told]:
    ended = Counter(each.value.distributor for each in of_case(desk, ref) if each.value.ended_at)
    for each in found:
        name = share_id(desk, ref, each.id, ended[each.id])
        if shares(desk).get(each.project, name) is not None:
            continue
        opened = cases.open_case(desk, ref, actor, "distributors")
        if opened is None:
            return
        called = each.value.application.name
        advisory = assemble(opened.case, opened.policy, desk.site.public_url, desk.now())
        wish = Invite(party="", part=Part.DISTRIBUTOR, name=called, contact=each.value.application.contact,
                      products=distribution.shipped(each.value.application.purls, advisory),
                      why="ships the product; terms accepted")  # fmt: skip
        done = invite(desk, opened, actor, wish)
        if isinstance(done, Refused):
            continue
        share = Share(case=ref, party=done.party, distributor=each.id, name=called, told_at=desk.now(),
                      told_by=actor.id)  # fmt: skip
        shares(desk).add(each.project, name, share, desk.now())
        place = f"{desk.site.public_url}/p/{each.project}/return"
        text = f"Something waits for you at {place}\n\nYou are handed the phrase for it by the team, another way.\n"
        write(desk, each, f"told/{ref}", "Something waits for you", text)
        yield Told(name=called, contact=each.value.application.contact, phrase=done.phrase)


def give(desk: Desk) -> int:
    """Give packages to those who consented since; returns how many. Repeating it gives none, and so does a panic."""
    if incident.halted(desk):
        return 0
    given = 0
    for kept in shares(desk).due(desk.now(), 200):
        opened = cases.open_case(desk, kept.value.case, SYSTEM_ACTOR, "package")
        party = standing.party(opened.case, kept.value.party) if opened else None
        if opened is None or party is None or not party.here or opened.case.published_at is not None:
            shares(desk).change(kept, kept.value, NEVER)
            continue
        if _removed(desk, kept):  # `leaving` ends its part; until it has, nothing follows
            shares(desk).change(kept, kept.value, desk.now() + LOOK)
            continue
        if standing.may_be_told(opened.case, party) is not None or not opened.case.advisory:
            shares(desk).change(kept, kept.value, desk.now() + AGAIN)
            continue
        given += _give(desk, opened, kept)
    return given


def _removed(desk: Desk, kept: Kept[Share]) -> bool:
    """Whether who was told is no distributor any more: what they were given stays given, and nothing new follows."""
    who = distributors(desk).get(kept.project, kept.value.distributor)
    return who is None or who.value.state is State.REMOVED


def _give(desk: Desk, opened: cases.Opened, kept: Kept[Share]) -> bool:
    share = kept.value
    made = packages.build(desk, opened, share.party, share.name)
    digest = hashlib.sha256(made.body).hexdigest()
    if digest == share.digest:
        shares(desk).change(kept, share, desk.now() + LOOK)
        return False
    if blob_before := _said_before(desk, opened, share, digest):
        _sent(desk, kept, made.mark, digest, blob_before)
        return False
    with desk.blobs.create() as writer:
        writer.write(made.body)
        blob = writer.finish()
    file = Attachment(blob=blob.id, key=blob.key, name=made.name, size=blob.size, sha256=blob.sha256,
                      media_type="application/gzip")  # fmt: skip
    until = opened.case.embargo_until
    words = (
        f"{distribution.line(share.name, made.mark, f'{until:%Y-%m-%d %H:%M} UTC' if until else 'publication')}\n\n"
        + "".join(f"{sha256}  {name}\n" for name, sha256 in made.files)
        + "\nSay that you received it, and how your products stand. If you cannot keep the date, say so here."
    )
    say = cmd.Say(audience=Audience.PARTY, party=share.party, text=words, automatic=True, attachments=(file,))
    result = cases.handle(desk, share.case, say, SYSTEM_ACTOR)
    if isinstance(result, Refused):
        shares(desk).change(kept, share, desk.now() + AGAIN)
        return False
    _sent(desk, kept, made.mark, digest, file.blob)
    return True


def _sent(desk: Desk, kept: Kept[Share], copy: str, digest: str, blob: str) -> None:
    fresh = msgspec.structs.replace(kept.value, mark=copy, digest=digest, blob=blob, sent_at=desk.now())
    shares(desk).change(kept, fresh, desk.now() + LOOK)


def _said_before(desk: Desk, opened: cases.Opened, share: Share, digest: str) -> str:
    """The blob of this very package where it stands in the journal already: a crash came before it was noted."""
    places = sealing.Places(desk.sealer.instance)
    lines = desk.journal.entries(share.case)
    for entry in sealing.open_entries(places, opened.key, share.case, lines):
        if isinstance(entry.event, ev.MessageSent) and entry.event.party == share.party:
            for each in entry.event.attachments:
                if each.sha256 == digest:
                    return each.blob
    return ""


def seen(desk: Desk, arrival: Arrival) -> None:
    """Enter into the ledger who saw what when."""
    what = msgspec.json.decode(book.read(desk, arrival), type=Saw)
    ledger, project = shares(desk), arrival.project
    for kept in ledger.found(project, what.case) if what.case else ledger.all(project):
        if (kept.value.party, kept.value.blob) == (what.party, what.blob):
            shares(desk).change(kept, msgspec.structs.replace(kept.value, opened=(*kept.value.opened, what.at)))
            return


def grid(desk: Desk, ref: CaseRef, actor: Actor) -> tuple[outside.Share, ...] | Refused:
    """Told, opened, acknowledged, status, asked for more time: for every distributor of a case."""
    opened = cases.open_case(desk, ref, actor, "distributors") if access.may_read(actor) else None
    if opened is None:
        return cases.NOT_FOUND
    case = opened.case
    asking = {each.by for each in case.embargo.open_proposals}
    rows = []
    for kept in of_case(desk, ref):
        share, party = kept.value, standing.party(case, kept.value.party)
        rows.append(
            outside.Share(
                party=share.party,
                name=share.name,
                told_at=share.told_at,
                consented=party is not None and case.embargo.may_see(party.id),
                sent_at=share.sent_at,
                opened=share.opened,
                acknowledged_at=party.acknowledged_at if party else None,
                status={each.name: each.affected.value for each in party.products if _says(each)} if party else {},
                asks_for_time=share.party in asking,
                advisories=tuple(each.advisory for each in party.products if each.advisory) if party else (),
                mark=share.mark,
                ended_at=share.ended_at,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.name, row.told_at)))


def _says(product: Product) -> bool:
    return product.affected is not Affectedness.REVIEW


def named(desk: Desk, ref: CaseRef, name: str) -> Share | None:
    """What one distributor was given in a case, by its name: the last time, where it was asked in again."""
    every = (each.value for each in of_case(desk, ref) if each.value.name.casefold() == name.casefold())
    return max(every, key=lambda each: each.told_at, default=None)


def cite(case: Case) -> cmd.DraftAdvisory | Refused:
    """The draft of a case with the addresses that distributors gave among its references; refused where none is new."""
    draft = case.advisory or ev.AdvisoryDrafted(title=case.title)
    known = {each.url for each in draft.references}
    new = [
        ReferenceGiven(url=product.advisory, type="advisory", summary=f"Advisory of {party.name}")
        for party in case.parties
        if party.part is Part.DISTRIBUTOR
        for product in party.products
        if product.advisory and product.advisory not in known
    ]
    if not new:
        because = "No distributor has given an address that is not a reference yet."
        return Refused(code="nothing-new", because=because, rule="S63")
    fields = msgspec.to_builtins(msgspec.structs.replace(draft, references=(*draft.references, *new)))
    fields.pop("type", None)
    return msgspec.convert(fields, cmd.DraftAdvisory)
