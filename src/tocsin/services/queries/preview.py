# SPDX-License-Identifier: Apache-2.0
"""The advisory as it would be published: the real documents, their digests, and what still has to be mended.

`as_if` shows the same for words that somebody typed and did not save: the rules decide as always, nothing is written.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core.advisory.checks import Problem
from tocsin.core.advisory.reading import Reading, reading
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.formats import format_named
from tocsin.core.formats.words import sentences
from tocsin.core.vocabulary import Actor, Refused
from tocsin.services import cases, publication
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import words

_PROSE: Final = ("summary", "details", "impact", "required_configuration", "detection", "mitigation", "upgrade")


class DocumentView(msgspec.Struct, frozen=True):
    """One document: its file name, its text, and the SHA-256 of its bytes."""

    format: str
    title: str
    name: str
    size: str
    sha256: str
    text: str


class LossView(msgspec.Struct, frozen=True):
    """What a format cannot carry: which `field` of the record. One that `blocks` cannot be made at all."""

    title: str
    field: str
    message: str
    blocks: bool


class PreviewView(msgspec.Struct, frozen=True):
    """Everything that would be published, and the address of its `page`. `digest` is what an order names; documents
    lack while there are problems."""

    advisory_id: str
    page: str
    digest: str
    affected: str
    fixed: tuple[str, ...]
    documents: tuple[DocumentView, ...]
    problems: tuple[Problem, ...]
    losses: tuple[LossView, ...]
    reading: Reading = reading({})


def preview(desk: Desk, opened: Opened) -> PreviewView | None:
    """Show what a case would publish now; None before there is an advisory to write."""
    if not opened.case.advisory_id:
        return None
    found = publication.preview(desk, opened)
    product = next(iter(found.advisory.products), None)
    lines = bool(product and product.lines) and not any("products[" in each.field for each in found.problems)
    return PreviewView(
        advisory_id=found.advisory.id,
        page=found.advisory.urls.page,
        digest=found.digest,
        affected=sentences(found.advisory) if product and lines else "",
        fixed=product.fixed_versions if product else (),
        documents=tuple(
            DocumentView(
                format=each.format,
                title=_title(each.format),
                name=each.name,
                size=words.size(len(each.body)),
                sha256=each.sha256,
                text=each.body.decode("utf-8", "replace"),
            )
            for each in found.documents
        ),
        problems=found.problems,
        losses=tuple(
            LossView(title=_title(name), field=loss.field, message=loss.message, blocks=loss.blocks)
            for name, lost in found.losses.items()
            for loss in lost
        ),
        reading=_reading(opened),
    )


def _reading(opened: Opened) -> Reading:
    """How long the sentences are that a person wrote; names of fields as the editor shows them."""
    draft = opened.case.advisory
    return reading({name.replace("_", " "): getattr(draft, name) for name in _PROSE} if draft else {})


def _title(name: str) -> str:
    return "Advisory record" if name == publication.RECORD else format_named(name).title


def as_if(desk: Desk, opened: Opened, actor: Actor, command: cmd.Command) -> Opened | Refused:
    """Return the case as the command would leave it; nothing is written."""
    context = cases.context_of(desk, opened, actor, command)
    decision = rules.decide(opened.case, command, context)
    if isinstance(decision, Refused) or not decision:
        return decision if isinstance(decision, Refused) else opened
    case, _ = rules.record(opened.case, decision, context)
    return msgspec.structs.replace(opened, case=case)
