# SPDX-License-Identifier: Apache-2.0
"""Makes the PDFs of advisories, after they are published and a few at a time: typesetting takes long."""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.services.site.writer import Writer

BATCH: Final = 5

_log = logging.getLogger("tocsin.site")


def typeset(writer: Writer, limit: int = BATCH) -> int:
    """Make the PDFs of up to `limit` publications that have none; returns how many were looked at. One that cannot be
    made is told in the log and left out: every other document of the advisory is there."""
    if writer.typesetter is None:
        return 0
    state = writer.state()
    due = [each for each in writer.shelf.publications(state.printed, limit) if each.serial <= state.serial]
    for each in due:
        record = writer.shelf.document(each.card.id, "record")
        if record is None:
            continue
        try:
            body = writer.typesetter(msgspec.json.decode(record.body, type=Advisory))
        except RuntimeError as error:
            _log.error("no PDF of %s: %s", each.card.id, error)
            continue
        writer.tree.write(f"p/{each.card.project}/advisories/{each.card.id}.pdf", body)
    if due:
        writer.keep(msgspec.structs.replace(writer.state(), printed=due[-1].serial))
    return len(due)
