# SPDX-License-Identifier: Apache-2.0
"""Who else is at a case: what its page asks twice a minute while somebody looks at it. No case is opened for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.core import access
from tocsin.core.vocabulary import Actor, CaseRef, ProjectId
from tocsin.delivery.desk.doors import DeskRequest, asked_by_itself, not_found
from tocsin.delivery.desk.wishes import wish
from tocsin.services import company


@asked_by_itself
@require_safe
def here(request: DeskRequest, ref: str) -> HttpResponseBase:
    """Say who else is there; to whoever may not read the case, the same as for one that does not exist."""
    head = request.desk.journal.head(ref)
    actor = request.desk.people.actor(request.person, head.project) if head else None
    if head is None or actor is None or not access.may_read(actor):
        return not_found()
    return render(request, "desk/case/here.html", at_case(request, head.project, ref, actor))


def at_case(request: DeskRequest, project: ProjectId, ref: CaseRef, actor: Actor, part: str = "") -> dict[str, Any]:
    """Note that somebody is at a case, unless they do not want to be seen, and return who else is, for its page. Who is
    not seen does not see either."""
    if wish(request, "here") == "off":
        company.leave(request.desk, project, ref, actor.id)
        return {"ref": ref, "alone": True, "others": ()}
    others = company.arrive(request.desk, project, ref, actor.id, actor.name, part)
    return {"ref": ref, "alone": False, "others": others}
