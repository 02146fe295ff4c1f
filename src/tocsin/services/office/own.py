# SPDX-License-Identifier: Apache-2.0
"""What the caller keeps for themselves, as a program asks for it: cases put aside. See `services.own`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tocsin.core.mail.verbs import LONGEST
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.core.wire.access import Scope
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.services import own
from tocsin.services.cases import NOT_FOUND
from tocsin.services.office import Office
from tocsin.services.queries import calendar

RULE: Final = "snooze"


@dataclass(frozen=True)
class OwnOffice(Office):
    """The office, for what is no part of any case."""

    def snoozed(self) -> tuple[Snoozed, ...] | Refused:
        """List what the caller put aside and is not over yet, what comes back first on top."""
        if refused := self.may(Scope.READ):
            return refused
        found = own.snoozed(self.desk, self.caller.person).items()
        mine = [self._told(ref, each) for ref, each in found if each.until > self.desk.now() and self._reaches(ref)]
        return tuple(sorted(mine, key=lambda each: (each.until, each.case)))

    def snooze(self, ref: CaseRef, wish: Snooze) -> Snoozed | Refused:
        """Put a case out of the caller's own sight. Refuses an instant that is past or beyond a month, and too many."""
        if refused := self.may(Scope.WRITE):
            return refused
        found = self._open(ref, "case.snooze")
        if found is None:
            return NOT_FOUND
        now, last = self.desk.now(), timedelta(days=LONGEST)
        until = wish.until or now + timedelta(days=wish.days)
        if not now < until <= now + last:
            because = f"A case is put aside until an instant within the next {LONGEST} days."
            return Refused(code="no-time", because=because, rule=RULE)
        if not own.snooze(self.desk, self.caller.person, ref, until, found[1].case.seq):
            because = f"{own.MOST_SNOOZED} cases are put aside already; take one back first."
            return Refused(code="too-many", because=because, rule=RULE)
        return self._told(ref, own.Snooze(until=until, seq=found[1].case.seq))

    def wake(self, ref: CaseRef) -> Snoozed | Refused:
        """Take a case back into the caller's lists. One that was not put aside is there already."""
        if refused := self.may(Scope.WRITE):
            return refused
        if self._open(ref, "case.snooze") is None:
            return NOT_FOUND
        own.snooze(self.desk, self.caller.person, ref, None, 0)
        return Snoozed(case=ref, until=self.desk.now(), sleeps=False)

    def dates(self, ref: CaseRef = "") -> tuple[calendar.Entry, ...] | Refused:
        """List the dates of a case, or of every open one that the caller reaches, soonest first. No case is opened."""
        if refused := self.may(Scope.READ):
            return refused
        found = calendar.entries(self.desk, self.caller.person)
        mine = tuple(each for each in found if self.caller.reaches(each.project) and ref in ("", each.case))
        return mine if mine or not ref or self._known(ref) else NOT_FOUND

    def _known(self, ref: CaseRef) -> bool:
        head = self.desk.journal.head(ref)
        return head is not None and head.project in self.mine()

    def _told(self, ref: CaseRef, each: own.Snooze) -> Snoozed:
        row = self.desk.inbox.row(ref)
        sleeps = row is not None and row.open and own.sleeps(row, each, self.desk.now())
        return Snoozed(case=ref, until=each.until, sleeps=sleeps)
