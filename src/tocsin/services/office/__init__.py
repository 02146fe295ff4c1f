# SPDX-License-Identifier: Apache-2.0
"""Everything the desk can do, as a program asks for it: values in, values out, refusals as values.

The API answers with what this returns, and the command line asks this where the installation is on the same machine. A
caller is a person, perhaps by a token that narrows what they may do; who may is `core.access`, as at the desk. What may
not be known of answers `cases.NOT_FOUND`, the same for what is hidden and for what never was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from tocsin import __version__
from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case import events as ev
from tocsin.core.case.keys import WINDOW, keys
from tocsin.core.case.model import Case
from tocsin.core.intake import Attachment
from tocsin.core.vocabulary import Actor, CaseRef, ProjectId, Refused
from tocsin.core.wire import case as told
from tocsin.core.wire import desk as lists
from tocsin.core.wire import publication as wire
from tocsin.core.wire.access import Me, Scope
from tocsin.core.wire.duty import Duty
from tocsin.services import cases, publication, sealing, skill
from tocsin.services import policies as changing
from tocsin.services.api_tokens import Caller, shown
from tocsin.services.app import Desk
from tocsin.services.cases import NO_PROJECT, NOT_FOUND, Opened
from tocsin.services.office import deeds, listing, moves, pages, publications, records
from tocsin.services.office.listing import MOST, PAGE, Filter
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.ports.shelf import Document
from tocsin.services.ports.store import Unavailable
from tocsin.services.queries import case as query
from tocsin.services.queries import duty as rota
from tocsin.services.queries import metrics
from tocsin.services.queries import policy as policies
from tocsin.services.queries.options import people

__all__ = ["MOST", "PAGE", "Filter", "Office"]

T = TypeVar("T")


@dataclass(frozen=True)
class Office:
    """The installation, for one caller."""

    desk: Desk
    caller: Caller

    # ------------------------------------------------------------------------------------------------------------ who

    def me(self) -> Me | Refused:
        """Tell for whom the token speaks; refuses where no token is used."""
        token, person = self.caller.token, self.desk.people.person(self.caller.person)
        actor = self.desk.people.actor(self.caller.person, token.project) if token else None
        if token is None or person is None or actor is None:
            return NOT_FOUND
        return Me(
            id=person.id,
            name=person.name,
            roles=tuple(sorted(actor.roles)),
            token=shown(token),
            public_url=self.desk.site.public_url,
            version=__version__,
        )

    def may(self, scope: Scope) -> Refused | None:
        """Refuse what the token was not made for; None means it was."""
        if self.caller.may_use(scope):
            return None
        return Refused(
            code="token-scope",
            because=f"This token was not made to {scope.value}.",
            rule="api tokens",
            missing=(scope.value,),
        )

    def mine(self) -> tuple[ProjectId, ...]:
        """The projects that the caller reads and the token reaches."""
        return tuple(each for each in self.desk.people.projects(self.caller.person) if self.caller.reaches(each))

    def acting(self, project: ProjectId, scope: Scope) -> Actor | Refused:
        """Who the caller is in a project; refuses what the token was not made for, and what it does not reach."""
        if refused := self.may(scope):
            return refused
        actor = self.desk.people.actor(self.caller.person, project) if project in self.mine() else None
        return msgspec.structs.replace(actor, via=self.caller.via) if actor else NO_PROJECT

    # ---------------------------------------------------------------------------------------------------------- reading

    def projects(self) -> tuple[lists.Project, ...] | Refused:
        """List the projects whose cases the caller may read."""
        return self.may(Scope.READ) or listing.projects(self.desk, self.mine())

    def members(self, project: ProjectId) -> tuple[lists.Member, ...] | Refused:
        """List the people of a project."""
        if refused := self.may(Scope.READ):
            return refused
        if project not in self.mine():
            return NO_PROJECT
        return tuple(lists.Member(id=each.id, name=each.name, roles=each.roles) for each in people(self.desk, project))

    def duty(self, project: ProjectId) -> Duty | Refused:
        """Tell who is told first, week by week, and how much the caller has open, who alone is told that."""
        return self.may(Scope.READ) or self.duty_of(project)

    def duty_of(self, project: ProjectId) -> Duty | Refused:
        """Tell it, whatever the token was made for: who changes something is answered with what it is then."""
        found = rota.page(self.desk, self.caller.person, project) if project in self.mine() else None
        return pages.duty(found) if found else NO_PROJECT

    def policy(self, project: ProjectId) -> lists.Policy | Refused:
        """Tell the policy in force."""
        return self.may(Scope.READ) or self._policy(project)

    def _policy(self, project: ProjectId) -> lists.Policy | Refused:
        info = self.desk.projects.get(project) if project in self.mine() else None
        found = policies.view(self.desk, project, self.caller.person) if info else None
        if info is None or found is None:
            return NO_PROJECT
        return pages.policy(found, info, self.desk.projects.history(project))

    def cases(self, asked: Filter) -> lists.CasePage | Refused:
        """List one page of cases, the one that is due first on top, unless another order is asked for. What the caller
        may not see is not counted either."""
        if refused := self.may(Scope.READ):
            return refused
        projects = tuple(each for each in self.mine() if asked.project in ("", each))
        lead = self.caller.person if asked.lead == "me" else asked.lead
        return listing.page(self.desk, projects, msgspec.structs.replace(asked, lead=lead), self.caller.person)

    def find(self, sought: lists.Sought) -> lists.CasePage | Refused:
        """Find cases by what they are called or say, among those that the caller may see."""
        if refused := self.may(Scope.READ):
            return refused
        projects = tuple(each for each in self.mine() if sought.project in ("", each))
        return listing.found(self.desk, projects, sought, self.caller.person)

    def case(self, ref: CaseRef) -> told.Case | Refused:
        """Tell a case."""
        return self.read(ref, "case.read", self._case)

    def _case(self, actor: Actor, opened: Opened) -> told.Case:
        asked = (
            each.name
            for each in moves.moves().values()
            if self.caller.may_use(each.scope) and moves.permitted(actor, each)
        )
        return records.case(self.desk, actor, opened, asked)

    def messages(self, ref: CaseRef, after: int = 0, limit: int = PAGE) -> told.Messages | Refused:
        """Tell one page of what was said in a case, after a journal line."""

        def tell(actor: Actor, opened: Opened) -> told.Messages:
            entries, further = self._lines(opened, after, limit)
            now = self.desk.now()
            found = (records.message(each, actor, now) for each in entries)
            return told.Messages(tlp=told.TLP, items=tuple(each for each in found if each), next=further)

        return self.read(ref, "case.read", tell)

    def events(self, ref: CaseRef, after: int = 0, limit: int = PAGE) -> told.Events | Refused:
        """Tell one page of a case's journal, after a line."""

        def tell(actor: Actor, opened: Opened) -> told.Events:
            entries, further = self._lines(opened, after, limit)
            return told.Events(tlp=told.TLP, items=tuple(map(records.event, entries)), next=further)

        return self.read(ref, "case.read", tell)

    def _lines(self, opened: Opened, after: int, limit: int) -> tuple[list[ev.Entry], int]:
        found = self.desk.journal.entries(opened.case.ref, after=after, limit=max(1, min(limit, MOST)))
        entries = sealing.open_entries(sealing.Places(self.desk.sealer.instance), opened.key, opened.case.ref, found)
        last = entries[-1].seq if entries else opened.case.seq
        return entries, last if last < opened.case.seq else 0

    def file(self, ref: CaseRef, blob: str) -> tuple[Attachment, Iterator[bytes]] | Refused:
        """Stream an attachment of a case."""
        if refused := self.may(Scope.READ):
            return refused
        if not self._reaches(ref):
            return NOT_FOUND
        try:
            return query.file(self.desk, ref, self.caller.person, blob) or NOT_FOUND
        except BlobMissing:
            return NOT_FOUND

    def preview(self, ref: CaseRef) -> lists.Preview | Refused:
        """Tell what would be published now."""
        return self.read(ref, "preview", lambda _, opened: self._preview(opened))

    def _preview(self, opened: Opened) -> lists.Preview | Refused:
        if not opened.case.advisory_id:
            return _NO_ADVISORY
        return pages.preview(opened, publication.preview(self.desk, opened))

    def plan(self, ref: CaseRef, at: datetime | None = None, summary: str = "") -> wire.Plan | Refused:
        """Tell what would go where, in exact bytes, at an instant or now."""
        return self.read(ref, "preview", lambda _, opened: publications.plan(self.desk, opened, at, summary))

    def board(self, ref: CaseRef) -> wire.Board | Refused:
        """Tell how far every target of the newest order is."""
        return self.read(ref, "case.read", lambda _, opened: publications.board(opened, self.desk.now()))

    def document(self, ref: CaseRef, format_name: str) -> Document | Refused:
        """Tell one document as it would be published now."""

        def tell(actor: Actor, opened: Opened) -> Document | Refused:
            found = publication.preview(self.desk, opened).documents if opened.case.advisory_id else ()
            return next((each for each in found if each.format == format_name), _NO_DOCUMENT)

        return self.read(ref, "preview", tell)

    def measures(self, project: ProjectId = "") -> lists.Measures | Refused:
        """Tell how cases go, over one project or all that the caller reaches."""
        if refused := self.may(Scope.READ):
            return refused
        mine = self.mine()
        if project and project not in mine:
            return NOT_FOUND
        chosen = tuple(each for each in mine if project in ("", each))
        now = self.desk.now()
        return pages.measures(keys(metrics.measured(self.desk, chosen, now - WINDOW), now))

    def skill(self) -> lists.SkillBoard | Refused:
        """Tell how much better than luck published cases were handled."""
        if refused := self.may(Scope.READ):
            return refused
        found = skill.of_cases(self.desk, self.caller.person, self.mine())
        return msgspec.convert(msgspec.to_builtins(found) | {"unrecorded": found.unrecorded}, lists.SkillBoard)

    def read(
        self, ref: CaseRef, purpose: str, tell: Callable[[Actor, Opened], T | Refused], scope: Scope = Scope.READ
    ) -> T | Refused:
        """Tell something of an opened case; what may not be known of answers like what is not there."""
        if refused := self.may(scope):
            return refused
        found = self._open(ref, purpose)
        return tell(*found) if found else NOT_FOUND

    def _reaches(self, ref: CaseRef) -> bool:
        head = self.desk.journal.head(ref)
        return head is not None and self.caller.reaches(head.project)

    def _open(self, ref: CaseRef, purpose: str) -> tuple[Actor, Opened] | None:
        found = query.authorised(self.desk, ref, self.caller.person, purpose) if self._reaches(ref) else None
        return (msgspec.structs.replace(found[0], via=self.caller.via), found[1]) if found else None

    # ----------------------------------------------------------------------------------------------------------- moving

    def move(
        self, ref: CaseRef, name: str, wish: msgspec.Struct, seen: int | None = None, *, trial: bool = False
    ) -> lists.Moved | Refused:
        """Ask for a move. `seen` is the journal length the caller looked at: what others changed since then refuses
        with `conflict`. What takes two people is put down as a wish for the second one. A trial decides and writes
        nothing."""
        move = moves.moves()[name]
        if refused := self.may(move.scope):
            return refused
        found = self._open(ref, f"case.{name}")
        if found is None:
            return NOT_FOUND
        actor, opened = found
        command = move.decide(moves.Ground(self.desk, actor, opened, trial), wish)
        if isinstance(command, Refused):
            return command
        context = cases.context_of(self.desk, opened, actor, command)
        warned = pages.cautions(rules.cautions(opened.case, command, context))
        if trial:
            return self._try(name, opened, command, context, warned)
        after = cases.handle(self.desk, ref, command, actor, seen=seen)
        if isinstance(after, Refused):
            return cases.ask(self.desk, ref, command, actor, after)
        done = [each for each in self._since(opened, after) if each.actor.id == actor.id]
        return pages.moved(name, after, (ev.name(each.event) for each in done), warned)

    def deed(self, ref: CaseRef, name: str, wish: deeds.Wish) -> lists.Moved | Refused:
        """Ask for a move that a use case performs."""
        if refused := self.may(Scope.WRITE) or deeds.unfit(wish):
            return refused
        found = self._open(ref, f"case.{name}")
        if found is None:
            return NOT_FOUND
        actor, opened = found
        done = deeds.DEEDS[name].do(self.desk, opened, actor, wish)
        if isinstance(done, Refused):
            return done
        after, phrase = done
        added = self._since(opened, after) if after.ref == ref else []
        return pages.moved(name, after, (ev.name(each.event) for each in added), (), phrase=phrase)

    def put_in_force(self, project: ProjectId, text: str) -> lists.Policy | Refused:
        """Put a policy in force for cases to come."""
        if refused := self.may(Scope.WRITE):
            return refused
        actor = self.desk.people.actor(self.caller.person, project) if project in self.mine() else None
        if actor is None:
            return NOT_FOUND
        done = changing.put_in_force(self.desk, actor, project, text)
        return done if isinstance(done, Refused) else self._policy(project)

    def _since(self, opened: Opened, after: Case) -> list[ev.Entry]:
        """List the lines that the last change added. The change stands, whether they can be read now or not."""
        try:
            entries, _ = self._lines(opened, opened.case.seq, MOST) if after.seq > opened.case.seq else ([], 0)
        except Unavailable:
            return []
        return [each for each in entries if each.at == after.updated_at and each.seq <= after.seq]

    def _try(
        self,
        name: str,
        opened: Opened,
        command: cmd.Command,
        context: rules.Context,
        warned: tuple[lists.Caution, ...],
    ) -> lists.Moved | Refused:
        decision = rules.decide(opened.case, command, context)
        if isinstance(decision, Refused):
            return decision
        case = rules.record(opened.case, decision, context)[0] if decision else opened.case
        return pages.moved(name, case, map(ev.name, decision), warned, trial=True)

    def may_upload(self, ref: CaseRef) -> Refused | None:
        """Say why the caller may not bring a file to a case; None where they may."""
        if refused := self.may(Scope.WRITE):
            return refused
        head = self.desk.journal.head(ref) if self._reaches(ref) else None
        actor = self.desk.people.actor(self.caller.person, head.project) if head else None
        return None if actor and access.may_read(actor) else NOT_FOUND


_NO_ADVISORY: Final = Refused(
    code="no-advisory", because="Accept the report first; the advisory begins with it.", rule="advisory"
)
_NO_DOCUMENT: Final = Refused(code="no-document", because="There is no such document.", rule="advisory")
