# SPDX-License-Identifier: Apache-2.0
"""Which parties of a case its page shows whole. A coordinated case has a hundred and more (CERTCC/VINCE#140): then the
table names them all, and whole are those who wait for us and the one that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tocsin.core.case.model import Case
from tocsin.services.queries.case_views import CaseView

MOST: Final = 12


def shown(view: CaseView, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parties to show whole, and their ids; `asked` is the address or the form that names one of them."""
    found, named = view.parties, str(asked.get("party", ""))
    if len(found) > MOST:
        waiting = tuple(each for each in found if each.waits and each.id != named)
        found = (*(each for each in found if each.id == named), *waiting[:MOST])
    return {"panels": found, "whole": {each.id for each in found}}


def again(case: Case, typed: Mapping[str, Any]) -> str:
    """Return what makes the page show the party again that a form was about."""
    named = typed.get("party", "")
    return f"&party={named}" if any(each.id == named for each in case.parties) else ""
