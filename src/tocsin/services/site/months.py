# SPDX-License-Identifier: Apache-2.0
"""What lists say of the advisories that were published first in one month, kept in the tree in the lists' own bytes.

A list of everything is then put together of months, and one more publication makes one month anew. The files below
`lists/` are nobody's business but the writer's; lost or damaged, they are made again from the shelf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final, TypeVar

import msgspec

from tocsin.core.feeds import csaf
from tocsin.core.feeds.csaf import Edition, Provider
from tocsin.core.feeds.entry import instant
from tocsin.core.feeds.pieces import Piece, piece
from tocsin.core.formats.words import visible
from tocsin.core.vocabulary import Value
from tocsin.services.ports.shelf import ShelfCard
from tocsin.services.site.writer import Writer, csaf_path

Held = TypeVar("Held")

DECEMBER: Final = 12
PAGE: Final = 200
"""Documents that are held at a time."""

_encode: Final = msgspec.msgpack.Encoder().encode


class Row(Value):
    """What the lists say of one advisory: where its CSAF documents lie, its last change, the name of its OSV document
    ("" without one), and its line in the project's list."""

    id: str
    project: str
    path: str
    updated: str
    osv: str
    item: str


_ROWS: Final = msgspec.msgpack.Decoder(tuple[Row, ...])
_PIECE: Final = msgspec.msgpack.Decoder(Piece)


def month_of(card: ShelfCard) -> str:
    """`2026-03`: the month that lists an advisory, which stays the same from revision to revision."""
    return f"{card.published_at.year:04}-{card.published_at.month:02}"


def make(writer: Writer, provider: Provider, month: str) -> None:
    """Write what the lists say of one month."""
    cards = writer.shelf.first_published(*_span(month))
    writer.tree.write(_rows_path(month), _encode(_rows(writer, cards)))
    filed = [writer.filed(card) for card in cards]
    for edition in Edition:
        entries = piece(b",\n".join(csaf.entry(provider, edition, each) for each in filed))
        writer.tree.write(_entries_path(month, edition), _encode(entries))


def rows(writer: Writer, provider: Provider, month: str) -> tuple[Row, ...]:
    """The advisories of a month, the one changed last first."""
    return _held(writer, provider, month, _rows_path(month), _ROWS)


def entries(writer: Writer, provider: Provider, month: str, edition: Edition) -> Piece:
    """Their entries in a ROLIE feed, parted by commas."""
    return _held(writer, provider, month, _entries_path(month, edition), _PIECE)


def _held(writer: Writer, provider: Provider, month: str, path: str, decoder: msgspec.msgpack.Decoder[Held]) -> Held:
    found = writer.tree.file(path)
    try:
        return decoder.decode(found.body if found else b"")
    except msgspec.MsgspecError:
        make(writer, provider, month)
        found = writer.tree.file(path)
        return decoder.decode(found.body if found else b"")


def _rows(writer: Writer, cards: Sequence[ShelfCard]) -> list[Row]:
    found = []
    for at in range(0, len(cards), PAGE):
        page = cards[at : at + PAGE]
        stored = writer.shelf.in_format([card.id for card in page], "osv")
        found += [_row(card, stored[card.id].name if card.id in stored else "") for card in page]
    return found


def _row(card: ShelfCard, osv: str) -> Row:
    name = escape(card.id)
    return Row(
        id=card.id,
        project=card.project,
        path=csaf_path(card),
        updated=instant(card.modified_at),
        osv=osv.removesuffix(".json"),
        item=f'<li><a href="{name}.html">{name}</a> {escape(visible(card.title))}</li>\n',
    )


def _span(month: str) -> tuple[datetime, datetime]:
    year, number = int(month[:4]), int(month[5:])
    after = (year, number + 1) if number < DECEMBER else (year + 1, 1)
    return datetime(year, number, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)


def _rows_path(month: str) -> str:
    return f"lists/{month}.rows"


def _entries_path(month: str, edition: Edition) -> str:
    return f"lists/{month}.{edition.folder}"
