# SPDX-License-Identifier: Apache-2.0
"""The public shelf as the public process reads it: three tables, and nothing that knows a case.

Every publication reads a dozen times and every stranger's page once, so statements are text made once (`statements`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument
from tocsin.adapters.db.statements import Columns, Parameter
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.shelf import Document, Published, ShelfCard

_CARD: Final = Columns(PublishedAdvisory, *ShelfCard.__struct_fields__)
_DOCUMENT: Final = Columns(PublishedDocument, "advisory", *Document.__struct_fields__)
_PUBLISHED: Final = Columns(Publication, "serial", "number", "card")
_CARDS: Final = msgspec.json.Decoder(ShelfCard)

_CARD_OF: Final = f"{_CARD.select} WHERE id = %s"
_NAMED: Final = f"{_CARD.select} WHERE id IN "
_OF_PROJECT: Final = f"{_CARD.select} WHERE project = %s"
_OLDER: Final = " AND published_at <= %s AND (published_at < %s OR id < %s)"
_BY_PUBLICATION: Final = " ORDER BY published_at DESC, id DESC LIMIT %s"
_BEFORE: Final = " WHERE modified_at <= %s AND (modified_at < %s OR id < %s)"
_BY_CHANGE: Final = " ORDER BY modified_at DESC, id DESC"
# Projects are named, so that the index by project and instant serves.
_WITHIN: Final = (
    f"{_CARD.select} WHERE project IN (SELECT DISTINCT project FROM {_CARD.table})"  # noqa: S608 - our names
    f" AND published_at >= %s AND published_at < %s{_BY_CHANGE}"
)
_DOCUMENTS: Final = f"{_DOCUMENT.select} WHERE advisory_id = %s"
_IN_FORMAT: Final = f"{_DOCUMENT.select} WHERE format = %s AND advisory_id IN "
_NEWEST: Final = f"SELECT MAX(serial) FROM {_PUBLISHED.table}"  # noqa: S608 - our names
_AFTER: Final = f"{_PUBLISHED.select} WHERE serial > %s ORDER BY serial LIMIT %s"
_LATEST: Final = f"{_PUBLISHED.select} WHERE project = %s"


class DbShelf:
    """`shelf.ShelfReader` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def cards(
        self, project: ProjectId, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[ShelfCard]:
        """Advisories of a project, newest first, on from `after`: instant of publication and id of the last one."""
        older, values = (_OLDER, self._place(after)) if after else ("", ())
        return self._cards(_OF_PROJECT + older + _BY_PUBLICATION, project, *values, limit)

    def card(self, advisory: str) -> ShelfCard | None:
        """One advisory's card."""
        return next(iter(self._cards(_CARD_OF, advisory)), None)

    def named(self, advisories: Sequence[str]) -> Mapping[str, ShelfCard]:
        """The cards of advisories, in one statement."""
        found = self._cards(_NAMED + _marks(advisories), *advisories) if advisories else []
        return {card.id: card for card in found}

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory."""
        rows = self._db.rows(f"{_DOCUMENTS} AND format = %s", (advisory, format_name))
        return next(map(_document, rows), None)

    def in_format(self, advisories: Sequence[str], format_name: str) -> Mapping[str, Document]:
        """One document of each advisory, in one statement."""
        if not advisories:
            return {}
        rows = self._db.rows(_IN_FORMAT + _marks(advisories), (format_name, *advisories))
        return {row[0]: _document(row) for row in rows}

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in the order they were put."""
        return [_document(row) for row in self._db.rows(f"{_DOCUMENTS} ORDER BY position", (advisory,))]

    def serial(self) -> int:
        """The serial of the newest publication."""
        ((newest,),) = self._db.rows(_NEWEST, ())
        return int(newest or 0)

    def publications(self, after: int, limit: int) -> Sequence[Published]:
        """Publications after a serial, oldest first."""
        return [_published(row) for row in self._db.rows(_AFTER, (after, limit))]

    def newest(self, project: ProjectId, before: int = 0, limit: int = 50) -> Sequence[Published]:
        """A project's publications, newest first."""
        below, values = (" AND number < %s", (before,)) if before else ("", ())
        rows = self._db.rows(f"{_LATEST}{below} ORDER BY number DESC LIMIT %s", (project, *values, limit))
        return [_published(row) for row in rows]

    def changed(self, after: tuple[datetime, str] | None = None, limit: int = 500) -> Sequence[ShelfCard]:
        """Every advisory once, the one changed last first."""
        before, values = (_BEFORE, self._place(after)) if after else ("", ())
        return self._cards(f"{_CARD.select}{before}{_BY_CHANGE} LIMIT %s", *values, limit)

    def first_published(self, since: datetime, until: datetime) -> Sequence[ShelfCard]:
        """Advisories that were published first in this time, the one changed last first."""
        return self._cards(_WITHIN, self._db.stamp(since), self._db.stamp(until))

    def _cards(self, statement: str, *values: Parameter) -> list[ShelfCard]:
        return [_card(row) for row in self._db.rows(statement, values)]

    def _place(self, after: tuple[datetime, str]) -> tuple[Parameter, ...]:
        at = self._db.stamp(after[0])
        return at, at, after[1]


def _marks(values: Sequence[str]) -> str:
    return "(" + ", ".join(["%s"] * len(values)) + ")"


def _card(row: Sequence[Any]) -> ShelfCard:
    advisory, project, title, summary, severity, score, cve_id, affected, fixed, published_at, modified_at = row
    return ShelfCard(
        id=advisory, project=project, title=title, summary=summary, severity=severity, score=score, cve_id=cve_id,
        affected=affected, fixed=fixed, published_at=instant(published_at), modified_at=instant(modified_at),
    )  # fmt: skip


def _published(row: Sequence[Any]) -> Published:
    serial, number, card = row
    return Published(serial=serial, number=number, card=_CARDS.decode(bytes(card)))


def _document(row: Sequence[Any]) -> Document:
    _, name, format_name, media_type, body, sha256, signature = row
    return Document(
        name=name, format=format_name, media_type=media_type, body=bytes(body), sha256=sha256, signature=signature
    )
