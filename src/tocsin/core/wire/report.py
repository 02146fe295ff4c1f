# SPDX-License-Identifier: Apache-2.0
"""A report on its way in, and its receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tocsin.core.intake import MAX_TITLE, CreditWish
from tocsin.core.vocabulary import PROJECT_ID, ReportKind
from tocsin.core.wire import Wire

Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]
Needed = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000_000, pattern=r"\S")]
Short = Annotated[str, msgspec.Meta(max_length=300)]


class NewReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report. Three fields are required; nobody has to say who they are, and nothing has to be proven."""

    project: Annotated[str, msgspec.Meta(pattern=PROJECT_ID.pattern)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE, pattern=r"\S")]
    reproduce: Needed
    version: Needed
    kind: ReportKind = ReportKind.FOUND
    effects: Text = ""
    attack_surface: Text = ""
    dependencies: Text = ""
    name: Short = ""
    affiliation: Short = ""
    contact: Short = ""
    credit: CreditWish = CreditWish.NONE
    credit_as: Short = ""
    tool_use: Text = ""
    disclosure_plans: Text = ""


class Receipt(Wire):
    """What a reporter is given, once. `phrase` is the only key to the room at `return_url`, and is never stored.

    `proof` shows that the report arrived at that instant and grants no access; None when the same report was sent
    before (`again`): then the proof lies in the room.
    """

    case: str
    project: str
    received_at: datetime
    phrase: str
    return_url: str
    first_answer_due: datetime | None
    again: bool
    proof: dict[str, Any] | None
