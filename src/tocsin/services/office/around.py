# SPDX-License-Identifier: Apache-2.0
"""What stands around the cases, for programs: held mail, the forge, what may be the same matter, who looked, and how
far users are. Each is the desk's own use case; only the words that travel are made here."""

from __future__ import annotations

from itertools import islice

import msgspec
from msgspec.structs import asdict

from tocsin.core import access
from tocsin.core.advisory.model import Advisory
from tocsin.core.vocabulary import Actor, CaseRef, MoveName, ProjectId, Refused
from tocsin.core.wire import around as told
from tocsin.core.wire import outside
from tocsin.core.wire.access import Scope
from tocsin.core.wire.case import TLP
from tocsin.services import lookalikes, looks, redacted, threads
from tocsin.services.cases import NOT_FOUND, Opened
from tocsin.services.forge import watch
from tocsin.services.forge.watch import Proposal
from tocsin.services.mail import placing
from tocsin.services.mail.placing import HeldView
from tocsin.services.office import MOST, Office
from tocsin.services.office.deeds import ResendMessage, resending
from tocsin.services.publication import RECORD
from tocsin.services.queries import forge
from tocsin.services.rollout.announcing import exposure
from tocsin.services.rollout.subscribers import subscribers

# ------------------------------------------------------------------------------------------------------------ held mail


def mails(office: Office, waiting: bool, after: str, limit: int) -> told.HeldMails | Refused:
    """List one page of held mail: what waits for a person, or all the rest."""
    if refused := office.may(Scope.READ):
        return refused
    every = placing.listing(office.desk, office.caller, waiting=waiting)
    start = next((place + 1 for place, each in enumerate(every) if each.id == after), 0)
    page = every[start : start + max(1, min(limit, MOST))]
    further = page[-1].id if start + len(page) < len(every) else ""
    return told.HeldMails(tlp=TLP, items=tuple(map(_held, page)), next=further)


def mail(office: Office, name: str) -> told.OpenMail | Refused:
    """Tell one held mail, taken apart again."""
    found = office.may(Scope.READ) or placing.look(office.desk, office.caller, name)
    if isinstance(found, Refused):
        return _hidden(found)
    files = tuple(told.HeldFile(name=each, size=size) for each, size in found.files)
    return told.OpenMail(tlp=TLP, mail=_held(found.view), text=found.text, files=files, cut=found.cut)


def report_of(office: Office, name: str, wish: told.ReportOf) -> told.Placed | Refused:
    """Open a case with a held mail."""
    done = office.may(Scope.WRITE) or placing.report(office.desk, office.caller, name, passed_on=wish.passed_on)
    return _placed(name, done)


def add_to(office: Office, name: str, wish: told.AddTo) -> told.Placed | Refused:
    """Add a held mail to a case of its project."""
    done = office.may(Scope.WRITE) or placing.add(office.desk, office.caller, name, wish.case, theirs=wish.theirs)
    return _placed(name, done)


def discard(office: Office, name: str, wish: told.Discard) -> told.Placed | Refused:
    """Discard a held mail with a reason."""
    return _placed(name, office.may(Scope.WRITE) or placing.discard(office.desk, office.caller, name, wish.reason))


def _placed(name: str, done: CaseRef | Refused) -> told.Placed | Refused:
    return _hidden(done) if isinstance(done, Refused) else told.Placed(mail=name, case=done)


def _hidden(refused: Refused) -> Refused:
    """What is not there is answered alike, whatever it would be."""
    return NOT_FOUND if refused.code == NOT_FOUND.code else refused


def _held(view: HeldView) -> told.HeldMail:
    return told.HeldMail(**{name: getattr(view, name) for name in told.HeldMail.__struct_fields__})


# ---------------------------------------------------------------------------------------------------------------- forge


def forge_of(office: Office, project: ProjectId) -> told.ForgeStanding | Refused:
    """Tell how it goes with the forge of a project, and which public issues may be reports."""
    actor = office.acting(project, Scope.READ)
    if isinstance(actor, Refused):
        return actor
    desk = office.desk
    found = forge.standing(desk, project)
    issues = tuple(_issue(office, each.value) for each in watch.proposals(desk).all(project))
    named = ("kind", "place", "lacks", "reporting", "trouble")
    return told.ForgeStanding(
        **{name: getattr(found, name) for name in named}, issues=issues, reply=watch.neutral(desk, project)
    )


def issue(office: Office, project: ProjectId, number: int, deed: str) -> told.PublicIssue | Refused:
    """Take a public issue up as a private case, leave it, or have the neutral reply sent: `take`, `leave`, `reply`."""
    actor = office.acting(project, Scope.WRITE)
    if isinstance(actor, Refused):
        return actor
    if not access.may_move(actor, MoveName.REJECT):
        return NOT_FOUND
    desk, person = office.desk, office.caller.person
    if deed == "take":
        done = watch.take_up(desk, project, number, person)
    elif deed == "leave":
        done = watch.leave(desk, project, number, person)
    else:
        done = watch.ask_reply(desk, project, number)
    return done if isinstance(done, Refused) else _issue(office, done)


def _issue(office: Office, each: Proposal) -> told.PublicIssue:
    named = set(told.PublicIssue.__struct_fields__) & set(each.__struct_fields__)
    minutes = each.minutes_public(office.desk.now())
    return told.PublicIssue(minutes=minutes, **{name: getattr(each, name) for name in named})


def case_forge(office: Office, ref: CaseRef) -> told.CaseForge | Refused:
    """Tell what of a case stands on the forge."""

    def tell(actor: Actor, opened: Opened) -> told.CaseForge:
        found = forge.of_case(office.desk, opened, actor)
        named = told.ForgeLinked.__struct_fields__
        link, wish = found.link, found.wish
        return told.CaseForge(
            lacks=found.standing.lacks,
            linked=told.ForgeLinked(**{name: getattr(link, name) for name in named}) if link else None,
            wish=wish.deed if wish else "",
            waits=bool(wish and wish.waits),
            trouble=(wish.trouble or wish.refused) if wish else "",
        )

    return office.read(ref, "case.read", tell)


# ------------------------------------------------------------------------------------------------------------ of a case


def alike(office: Office, ref: CaseRef) -> tuple[told.Likeness, ...] | Refused:
    """List what may be the same matter, the likest first; of cases, only those that the token reaches."""

    def tell(actor: Actor, opened: Opened) -> tuple[told.Likeness, ...]:
        case = opened.case
        found = lookalikes.alike(office.desk, office.caller.person, case.ref, case.project, case.report)
        return tuple(
            told.Likeness(
                id=each.id,
                title=each.title,
                project=each.project,
                score=each.score,
                phase=each.phase,
                evidence=tuple(shared.value for shared in each.evidence),
            )
            for each in found
            if not each.phase or office.caller.reaches(each.project)
        )

    return office.read(ref, "case.read", tell)


def looked(office: Office, ref: CaseRef, after: int, limit: int) -> told.Looks | Refused:
    """List one page of who looked at a case while it was under embargo, oldest first."""

    def tell(actor: Actor, opened: Opened) -> told.Looks:
        most = max(1, min(limit, MOST))
        found = [each for each, _ in islice(looks.of(office.desk, ref, opened.key, after), most + 1)]
        items = tuple(told.Looker(**asdict(each)) for each in found[:most])
        return told.Looks(tlp=TLP, items=items, next=after + most if len(found) > most else 0)

    return office.read(ref, "log.reads", tell)


def timeline(office: Office, ref: CaseRef) -> str | Refused:
    """The file that proves what happened when in a published case, without a word of it."""
    return office.read(ref, "log.timeline", lambda actor, _: redacted.timeline(office.desk, ref, actor.id))


# ------------------------------------------------------------------------------------------------------------- roll-out


def subscriptions(office: Office, project: ProjectId) -> outside.Subscriptions | Refused:
    """Count who wants to be told; nobody by name."""
    actor = office.acting(project, Scope.READ)
    if isinstance(actor, Refused):
        return actor
    wishes = [each.value.wish for each in subscribers(office.desk).all(project)]
    lines = sorted({line for each in wishes for line in each.lines})
    return outside.Subscriptions(
        mail=sum(not each.is_hook for each in wishes),
        webhook=sum(each.is_hook for each in wishes),
        reminded=sum(each.remind for each in wishes),
        lines={line: sum(not each.lines or line in each.lines for each in wishes) for line in lines},
    )


def rollout(office: Office, advisory: str) -> tuple[outside.Exposure, ...] | Refused:
    """Count what subscribers said of themselves about an advisory, by line, and at last all of them."""
    if refused := office.may(Scope.READ):
        return refused
    desk = office.desk
    card, record = desk.shelf.card(advisory), desk.shelf.document(advisory, RECORD)
    if card is None or record is None or card.project not in office.mine():
        return NOT_FOUND
    rows = exposure(desk, card.project, msgspec.json.decode(record.body, type=Advisory))
    return tuple(outside.Exposure(silent=row.silent, **asdict(row)) for row in rows)


# ----------------------------------------------------------------------------------------------------- sending words on


def would_learn(office: Office, ref: CaseRef, wish: ResendMessage) -> told.Learning | Refused:
    """Tell what the readers of words that are sent on would learn. Refuses what the move itself would refuse."""

    def tell(actor: Actor, opened: Opened) -> told.Learning | Refused:
        ready = threads.prepare(office.desk, opened, actor, resending(wish))
        if isinstance(ready, Refused):
            return ready
        return told.Learning(
            tlp=TLP,
            lines=tuple(told.LearnedLine(change=each.change.value, text=each.text) for each in ready.lines),
            new_files=ready.new_files,
            cut_files=ready.cut_files,
        )

    return office.read(ref, "case.resend", tell)
