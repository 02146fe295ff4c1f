# SPDX-License-Identifier: Apache-2.0
"""`tocsin rollout`: how far users are with an advisory, by what they said themselves."""

from __future__ import annotations

import click
import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.delivery.cli.context import as_json, desk, print_json, stop, table
from tocsin.delivery.cli.exits import Exit
from tocsin.services.publication import RECORD
from tocsin.services.rollout.announcing import exposure


@click.command()
@click.argument("advisory")
@as_json
@click.pass_context
def rollout(ctx: click.Context, advisory: str, json_: bool) -> None:
    """Count what subscribers said about ADVISORY, by line."""
    opened = desk(ctx)
    card, record = opened.shelf.card(advisory), opened.shelf.document(advisory, RECORD)
    if card is None or record is None:
        stop(f"no published advisory {advisory}", Exit.NOT_FOUND)
    rows = exposure(opened, card.project, msgspec.json.decode(record.body, type=Advisory))
    if json_:
        print_json([{**msgspec.to_builtins(row), "silent": row.silent} for row in rows])
        return
    table(
        ("LINE", "TOLD", "UPDATED", "NOT AFFECTED", "NOT YET", "SILENT"),
        [
            (row.line or "all", *map(str, (row.told, row.updated, row.not_affected, row.not_yet, row.silent)))
            for row in rows
        ],
    )
