# SPDX-License-Identifier: Apache-2.0
"""The one writer of the public tables. It takes `Cleared` and nothing else, so nothing comes here by another way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import Max

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument
from tocsin.core.disclosure import Cleared
from tocsin.services.ports.publisher import check
from tocsin.services.ports.shelf import Document, ShelfCard


class DbShelfWriter:
    """`publisher.ShelfWriter` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put an advisory on the shelf; a repeat changes nothing, and neither does a revision that came too late."""
        check(cleared, card)
        values = {name: getattr(card, name) for name in card.__struct_fields__}
        with self._db.write():
            standing = self._put_card(values | {"revision": cleared.revision})
            if standing is None or standing <= cleared.revision:
                self._put_documents(card.id, documents)
            if standing is None or standing < cleared.revision:
                self._log(card, cleared)

    def _put_card(self, values: dict[str, Any]) -> int | None:
        """Make or replace the card, unless a newer revision stands there; returns the revision that stood there."""
        cards = PublishedAdvisory.objects.using(self._db.alias)
        standing = cards.select_for_update().filter(id=values["id"]).values_list("revision", flat=True).first()
        if standing is None:
            cards.create(**values)
        elif standing <= values["revision"]:
            cards.filter(id=values["id"]).update(**values)
        return standing

    def _log(self, card: ShelfCard, cleared: Cleared) -> None:
        """Add a line; a second writer that took the same number at the same time fails, and is tried again whole."""
        rows = Publication.objects.using(self._db.alias)
        rows.create(
            serial=1 + (rows.aggregate(last=Max("serial"))["last"] or 0),
            project=card.project,
            number=1 + (rows.filter(project=card.project).aggregate(last=Max("number"))["last"] or 0),
            advisory=card.id,
            revision=cleared.revision,
            at=cleared.at,
            card=msgspec.json.encode(card),
        )

    def _put_documents(self, advisory: str, documents: Sequence[Document]) -> None:
        rows = PublishedDocument.objects.using(self._db.alias)
        rows.filter(advisory_id=advisory).delete()
        rows.bulk_create(
            PublishedDocument(
                advisory_id=advisory,
                position=position,
                format=document.format,
                name=document.name,
                media_type=document.media_type,
                body=document.body,
                sha256=document.sha256,
                signature=document.signature,
            )
            for position, document in enumerate(documents)
        )
