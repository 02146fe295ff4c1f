# SPDX-License-Identifier: Apache-2.0
"""The one writer of the public tables. It takes `Cleared` and nothing else, so nothing comes here by another way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from django.db.backends.utils import CursorWrapper

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument
from tocsin.adapters.db.statements import Columns
from tocsin.core.disclosure import Cleared
from tocsin.services.ports.publisher import check
from tocsin.services.ports.shelf import Document, ShelfCard

_CARD: Final = Columns(PublishedAdvisory, *ShelfCard.__struct_fields__, "revision")
_DOCUMENT: Final = Columns(
    PublishedDocument, "advisory", "position", "format", "name", "media_type", "body", "sha256", "signature"
)
_LINE: Final = Columns(Publication, "serial", "project", "number", "advisory", "revision", "at", "card")
_STANDING: Final = f"SELECT revision FROM {_CARD.table} WHERE id = %s"  # noqa: S608 - our names
_CLEAR: Final = f"DELETE FROM {_DOCUMENT.table} WHERE advisory_id = %s"  # noqa: S608 - our names
_NEXT: Final = (
    f"SELECT COALESCE(MAX(serial), 0) + 1,"  # noqa: S608 - our names
    f" (SELECT COALESCE(MAX(number), 0) + 1 FROM {_LINE.table} WHERE project = %s) FROM {_LINE.table}"
)


class DbShelfWriter:
    """`publisher.ShelfWriter` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put an advisory on the shelf; a repeat changes nothing, and neither does a revision that came too late."""
        check(cleared, card)
        with self._db.write() as cursor:
            standing = self._standing(cursor, card.id)
            if standing is None or standing <= cleared.revision:
                self._put_card(cursor, cleared, card, first=standing is None)
                self._put_documents(cursor, card.id, documents)
            if standing is None or standing < cleared.revision:
                self._log(cursor, cleared, card)

    def _standing(self, cursor: CursorWrapper, advisory: str) -> int | None:
        """The revision that stands there, which nobody else moves on meanwhile: SQLite has one writer at a time."""
        cursor.execute(_STANDING if self._db.is_sqlite else f"{_STANDING} FOR UPDATE", (advisory,))
        return next((int(revision) for (revision,) in cursor.fetchall()), None)

    def _put_card(self, cursor: CursorWrapper, cleared: Cleared, card: ShelfCard, first: bool) -> None:
        """Make or replace the card. A second writer that makes the same one at the same time fails."""
        stamp = self._db.stamp
        said = (card.id, card.project, card.title, card.summary, card.severity, card.score, card.cve_id, card.affected)
        when = (stamp(card.published_at), stamp(card.modified_at))
        row = (*said, card.fixed, *when, cleared.revision)
        if first:
            _CARD.insert(cursor, [row])
        else:
            _CARD.upsert(cursor, row)

    def _put_documents(self, cursor: CursorWrapper, advisory: str, documents: Sequence[Document]) -> None:
        cursor.execute(_CLEAR, (advisory,))
        rows = [
            (advisory, place, each.format, each.name, each.media_type, each.body, each.sha256, each.signature)
            for place, each in enumerate(documents)
        ]
        _DOCUMENT.insert(cursor, rows)

    def _log(self, cursor: CursorWrapper, cleared: Cleared, card: ShelfCard) -> None:
        """Add a line; a second writer that took the same number at the same time fails, and is tried again whole."""
        cursor.execute(_NEXT, (card.project,))
        ((serial, number),) = cursor.fetchall()
        at, body = self._db.stamp(cleared.at), msgspec.json.encode(card)
        _LINE.insert(cursor, [(serial, card.project, number, card.id, cleared.revision, at, body)])
