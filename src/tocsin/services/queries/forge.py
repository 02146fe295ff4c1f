# SPDX-License-Identifier: Apache-2.0
"""A project's forge as the desk shows it: in a case the linked advisory and what is in the way, for a project how its
forge does and which public issues wait for somebody. Nothing here asks the forge; the worker does."""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.forge.scrub import Draft
from tocsin.core.vocabulary import Actor, MoveName, ProjectId, Refused, RejectionClass
from tocsin.services import credentials
from tocsin.services.advertised import reporting
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.forge import links, public, watch, wishes
from tocsin.services.queries import words

_DEEDS: Final = {
    "push": "write the draft there",
    "cve": "ask it for a CVE id",
    "keep-ours": "keep our words",
    "keep-theirs": "take over their words",
    "link": "link an advisory",
    "open-issue": "open the public issue",
}


class StandingView(msgspec.Struct, frozen=True):
    """How it goes with a project's forge. `lacks` says what has to be set up first, "" where nothing has."""

    project: ProjectId
    kind: str
    place: str
    lacks: str
    read: str
    reporting: str
    trouble: str
    trouble_since: str


class WishView(msgspec.Struct, frozen=True):
    """What somebody asked for last, and how it went."""

    deed: str
    by: str
    ago: str
    waits: bool
    trouble: str
    refused: str


class LinkView(msgspec.Struct, frozen=True):
    """The advisory there. `conflict` names what somebody else changed since."""

    ghsa: str
    url: str
    state: str
    login: str
    conflict: tuple[str, ...]
    comments: str
    cve_asked: bool
    ours: bool


class ForgeView(msgspec.Struct, frozen=True):
    """The forge of a case. `issue` is the public issue that a report without security impact would become, `agreed`
    whether its reporter said yes."""

    standing: StandingView
    link: LinkView | None
    wish: WishView | None
    issue: Draft | None
    agreed: bool
    opened: str


def of_case(desk: Desk, opened: Opened, actor: Actor) -> ForgeView:
    """What a case's page shows."""
    case = opened.case
    kept = links.of_case(desk, case.project, case.ref)
    issue = public.ask(desk, case.ref, actor) if case.rejection is RejectionClass.NOT_SECURITY else None
    return ForgeView(
        standing=standing(desk, case.project),
        link=_link(kept.value) if kept else None,
        wish=_wish(desk, wishes.of_case(desk, case.ref)),
        issue=None if isinstance(issue, Refused) else issue,
        agreed=case.public_agreed_at is not None,
        opened=public.address(desk, case),
    )


def standing(desk: Desk, project: ProjectId) -> StandingView:
    """How a project's forge does, as the worker saw it last."""
    source = desk.outside.forges.sources().get(project)
    if source is None:
        return StandingView(project, "", "", f"The settings name no forge: [forge.{project}]", "", "", "", "")
    held = credentials.of(desk, project, credentials.FORGE) is not None
    lacks = "" if held or not source.about.programs else f"No token is kept: tocsin credential set {project} forge"
    kept = links.standings(desk).get(project, links.STANDING)
    state = kept.value if kept else links.Standing()
    asked = desk.machine.facts.get(reporting(project))
    return StandingView(
        project=project,
        kind=source.kind,
        place=f"{source.web}/{source.repository}" if source.repository else source.web,
        lacks=lacks,
        read=words.instant(state.read_at) or "never",
        reporting=asked.value if asked else "not known",
        trouble=state.trouble,
        trouble_since=words.instant(state.trouble_since),
    )


def _link(link: links.Link) -> LinkView:
    said = {None: "not known yet", True: "go both ways", False: "not offered to programs here"}
    return LinkView(
        ghsa=link.ghsa, url=link.url, state=link.state or "not known", login=link.login, conflict=link.conflict,
        comments=said[link.comments], cve_asked=link.cve_asked, ours=link.ours,
    )  # fmt: skip


def _wish(desk: Desk, wish: wishes.Wish | None) -> WishView | None:
    if wish is None:
        return None
    person = desk.people.person(wish.by)
    return WishView(
        deed=_DEEDS.get(wish.deed, wish.deed),
        by=person.name if person else "somebody",
        ago=words.ago(wish.at, desk.now()),
        waits=wish.waits,
        trouble=wish.trouble,
        refused=wish.refused,
    )


# ------------------------------------------------------------------------------------------------------- of a project


class IssueView(msgspec.Struct, frozen=True):
    """A public issue that may be a report."""

    number: int
    url: str
    title: str
    login: str
    minutes: int
    signs: tuple[str, ...]


class TakenView(msgspec.Struct, frozen=True):
    """A public issue that became a case: whether it was answered there, or is about to be."""

    number: int
    url: str
    title: str
    case: str
    reply: str


class PlaceView(msgspec.Struct, frozen=True):
    """The forge of a project, with its public issues."""

    name: str
    standing: StandingView
    waiting: tuple[IssueView, ...]
    taken: tuple[TakenView, ...]
    decides: bool
    reply: str


def of_project(desk: Desk, actor: Actor, project: ProjectId) -> PlaceView | None:
    """What a project's page shows; None for whoever may not read the project."""
    info = desk.projects.get(project)
    if info is None or not access.may_read(actor):
        return None
    waiting = [each.value for each in watch.waiting(desk, project)]
    now = desk.now()
    return PlaceView(
        name=info.name,
        standing=standing(desk, project),
        waiting=tuple(
            IssueView(
                number=each.number, url=each.url, title=each.title, login=each.login,
                minutes=each.minutes_public(now), signs=each.signs,
            )
            for each in waiting
        ),
        taken=tuple(
            TakenView(number=each.number, url=each.url, title=each.title, case=each.case, reply=_reply(each))
            for each in watch.taken(desk, project)[-20:]
        ),
        decides=access.may_move(actor, MoveName.REJECT),
        reply=watch.neutral(desk, project),
    )  # fmt: skip


def _reply(each: watch.Proposal) -> str:
    return "answered" if each.replied else "is answered with the next look" if each.reply_asked else "not answered"
