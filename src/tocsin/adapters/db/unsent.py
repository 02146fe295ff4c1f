# SPDX-License-Identifier: Apache-2.0
"""`ports.unsent` on a database: beside the journal, and never in a backup (`copy`): an old mark must not count again.

Marks are changed one by one and in one order by everybody, so that no two wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import UnsentRow
from tocsin.services.ports.unsent import Claimed


class DbMarks:
    """`unsent.Marks` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def put(self, files: Sequence[tuple[str, int]], at: datetime) -> None:
        """Mark; see the port."""
        with self._db.write():
            self._rows().bulk_create([UnsentRow(blob=blob, at=at, size=size) for blob, size in files])

    def claim(self, blobs: Sequence[str]) -> Claimed:
        """Take marks away; see the port. The row's lock decides between this and the worker."""
        with self._db.write():
            if condemned := self._condemned(blobs):
                return Claimed(frozenset(), condemned)
            won = {blob for blob in sorted(set(blobs)) if self._rows().filter(blob=blob, condemned=False).delete()[0]}
            return Claimed(frozenset(won), self._condemned(blobs))

    def condemn(self, before: datetime, limit: int) -> Sequence[str]:
        """Condemn; see the port."""
        with self._db.write():
            due = self._rows().filter(Q(condemned=True) | Q(at__lt=before)).order_by("at", "blob")
            found = sorted(due.values_list("blob", flat=True)[:limit])
            return [blob for blob in found if self._rows().filter(blob=blob).update(condemned=True)]

    def forget(self, blobs: Sequence[str]) -> None:
        """Remove what is condemned; see the port."""
        with self._db.write():
            self._rows().filter(blob__in=blobs, condemned=True).delete()

    def weight(self) -> int:
        """Add up; see the port."""
        with self._db.read():
            return int(self._rows().aggregate(all=Sum("size"))["all"] or 0)

    def _condemned(self, blobs: Sequence[str]) -> frozenset[str]:
        return frozenset(self._rows().filter(blob__in=blobs, condemned=True).values_list("blob", flat=True))

    def _rows(self) -> QuerySet[UnsentRow]:
        return UnsentRow.objects.using(self._db.alias)
