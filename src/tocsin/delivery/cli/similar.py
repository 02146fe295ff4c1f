# SPDX-License-Identifier: Apache-2.0
"""`tocsin similar`: look-alikes among texts in files. Needs no installation, no network and no framework."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
import msgspec

from tocsin.core.similar.index import Shelf
from tocsin.core.similar.search import Hit, View
from tocsin.core.similar.words import terms
from tocsin.core.vocabulary import Value
from tocsin.delivery.cli.context import inert


class Row(Value):
    """One text of a file: its id, and a title that counts like the text's first line."""

    id: str
    text: str = ""
    title: str | None = ""

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title or ''}\n{self.text}"


_ROW = msgspec.json.Decoder(Row)


@click.command()
@click.option(
    "--corpus", type=click.File("rb"), required=True, help='Texts to look among: {"id","title","text"} a line.'
)
@click.option("--queries", type=click.File("rb"), required=True, help="New texts, in the same form; `-` reads stdin.")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Hits to name for each text.")
@click.option("--json", "json_", is_flag=True, help='Print {"query","hits":[{"id","score","evidence"}]}, a line each.')
def similar(corpus: IO[bytes], queries: IO[bytes], top: int, json_: bool) -> None:
    """Name texts that may speak of the same matter as each new one, with what both say. The score, 0 to 1, orders
    hits; whether two texts are about the same is for a person to say."""
    shelf = Shelf()
    for row in rows(corpus):
        shelf.add(row.id, terms(row.whole))
    view = View([shelf])
    for row in rows(queries):
        hits = view.search(row.whole, top)
        click.echo(msgspec.json.encode({"query": row.id, "hits": hits}).decode() if json_ else _words(row, hits))


def rows(file: IO[bytes]) -> Iterator[Row]:
    """Read the rows of a file of JSON lines; ends with exit code 2, naming the line, where one is no row."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield _ROW.decode(line)
        except msgspec.DecodeError as error:
            raise click.UsageError(f"{Path(file.name).name}, line {number}: {error}") from None


def _words(row: Row, hits: list[Hit]) -> str:
    told = [f"{hit.score:.2f}  {hit.id}  {', '.join(each.value for each in hit.evidence)}" for hit in hits]
    return "\n".join(map(inert, (row.id, *(f"  {line}" for line in told or ["nothing is like it"]))))
