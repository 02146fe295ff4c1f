# SPDX-License-Identifier: Apache-2.0
"""The public shelf as the public process reads it: three tables, and nothing that knows a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db.models import Q, QuerySet

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.shelf import Document, Published, ShelfCard

_CARD: Final = ShelfCard.__struct_fields__
_CARDS: Final = msgspec.json.Decoder(ShelfCard)
_NEWEST: Final = f'SELECT MAX(serial) FROM "{Publication._meta.db_table}"'  # noqa: S608 - our names
_DOCUMENT: Final = Document.__struct_fields__


class DbShelf:
    """`shelf.ShelfReader` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def cards(
        self, project: ProjectId, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[ShelfCard]:
        """Advisories of a project, newest first, on from `after`: instant of publication and id of the last one."""
        with self._db.read():
            rows = self._cards().filter(project=project)
            if after:
                at, last = after
                rows = rows.filter(Q(published_at__lte=at) & (Q(published_at__lt=at) | Q(id__lt=last)))
            return _cards(rows.order_by("-published_at", "-id")[:limit])

    def card(self, advisory: str) -> ShelfCard | None:
        """One advisory's card."""
        with self._db.read():
            return next(iter(_cards(self._cards().filter(id=advisory))), None)

    def named(self, advisories: Sequence[str]) -> Mapping[str, ShelfCard]:
        """The cards of advisories, in one statement."""
        with self._db.read():
            return {card.id: card for card in _cards(self._cards().filter(id__in=advisories))}

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory."""
        with self._db.read():
            return next(iter(_documents(self._documents(advisory).filter(format=format_name))), None)

    def in_format(self, advisories: Sequence[str], format_name: str) -> Mapping[str, Document]:
        """One document of each advisory, in one statement."""
        with self._db.read():
            rows = PublishedDocument.objects.using(self._db.alias).filter(advisory__in=advisories, format=format_name)
            found = rows.values_list("advisory_id", *_DOCUMENT)
            return {advisory: _document(row) for advisory, *row in found}

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in the order they were put."""
        with self._db.read():
            return _documents(self._documents(advisory).order_by("position"))

    def serial(self) -> int:
        """The serial of the newest publication."""
        ((newest,),) = self._db.rows(_NEWEST, ())
        return int(newest or 0)

    def publications(self, after: int, limit: int) -> Sequence[Published]:
        """Publications after a serial, oldest first."""
        with self._db.read():
            return _published(self._publications().filter(serial__gt=after).order_by("serial")[:limit])

    def newest(self, project: ProjectId, before: int = 0, limit: int = 50) -> Sequence[Published]:
        """A project's publications, newest first."""
        with self._db.read():
            rows = self._publications().filter(project=project)
            if before:
                rows = rows.filter(number__lt=before)
            return _published(rows.order_by("-number")[:limit])

    def changed(self, after: tuple[datetime, str] | None = None, limit: int = 500) -> Sequence[ShelfCard]:
        """Every advisory once, the one changed last first."""
        with self._db.read():
            rows = self._cards()
            if after:
                at, last = after
                rows = rows.filter(Q(modified_at__lte=at) & (Q(modified_at__lt=at) | Q(id__lt=last)))
            return _cards(rows.order_by("-modified_at", "-id")[:limit])

    def first_published(self, since: datetime, until: datetime) -> Sequence[ShelfCard]:
        """Advisories that were published first in this time, the one changed last first."""
        with self._db.read():
            every = self._cards().values("project").distinct()  # named, so that the index by project and instant serves
            rows = self._cards().filter(project__in=every, published_at__gte=since, published_at__lt=until)
            return _cards(rows.order_by("-modified_at", "-id"))

    def _publications(self) -> QuerySet[Publication]:
        return Publication.objects.using(self._db.alias)

    def _cards(self) -> QuerySet[PublishedAdvisory]:
        return PublishedAdvisory.objects.using(self._db.alias)

    def _documents(self, advisory: str) -> QuerySet[PublishedDocument]:
        return PublishedDocument.objects.using(self._db.alias).filter(advisory_id=advisory)


def _cards(rows: QuerySet[PublishedAdvisory]) -> list[ShelfCard]:
    return [ShelfCard(**dict(zip(_CARD, row, strict=True))) for row in rows.values_list(*_CARD)]


def _published(rows: QuerySet[Publication]) -> list[Published]:
    decode = _CARDS.decode
    return [
        Published(serial=serial, number=number, card=decode(bytes(card)))
        for serial, number, card in rows.values_list("serial", "number", "card")
    ]


def _documents(rows: QuerySet[PublishedDocument]) -> list[Document]:
    return [_document(row) for row in rows.values_list(*_DOCUMENT)]


def _document(row: Sequence[Any]) -> Document:
    found = dict(zip(_DOCUMENT, row, strict=True))
    return Document(**found | {"body": bytes(found["body"])})
