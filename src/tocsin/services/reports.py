# SPDX-License-Identifier: Apache-2.0
"""Reports as programs hand them in, and receipts as programs are given them: `core.wire.report` from and to intake."""

from __future__ import annotations

import hashlib

import msgspec

from tocsin.core.intake import Attachment, Identity, Report
from tocsin.core.wire import report as wire
from tocsin.services.app import Front
from tocsin.services.intake import Receipt


def said(given: wire.NewReport, files: tuple[Attachment, ...], channel: str) -> Report:
    """Return the report of what was handed in, with its files, which were sealed already."""
    return Report(
        kind=given.kind,
        title=given.title,
        reproduce=given.reproduce,
        version=given.version,
        effects=given.effects,
        attack_surface=given.attack_surface,
        dependencies=given.dependencies,
        identity=Identity(
            name=given.name,
            affiliation=given.affiliation,
            contact=given.contact,
            credit=given.credit,
            credit_as=given.credit_as,
        ),
        tool_use=given.tool_use,
        disclosure_plans=given.disclosure_plans,
        attachments=files,
        channel=channel,
    )


def nonce(front: Front, key: str | None, given: wire.NewReport, files: tuple[Attachment, ...]) -> bytes:
    """Make the nonce from key and content, so that the same report under the same key finds its receipt; a report that
    was changed is another one, and never a lost one."""
    if key is None:
        return front.mint.nonce()
    told = [(each.name, each.size, each.sha256) for each in files]
    return hashlib.sha256(msgspec.msgpack.encode(("api report", key, given, told))).digest()


def receipt(front: Front, found: Receipt) -> wire.Receipt:
    """Tell a receipt."""
    return wire.Receipt(
        case=found.case,
        project=found.project,
        received_at=found.received_at,
        phrase=found.phrase,
        return_url=f"{front.site.public_url}/p/{found.project}/return",
        first_answer_due=found.first_answer_due,
        again=found.again,
        proof=msgspec.to_builtins(found.proof) if found.proof else None,
    )
