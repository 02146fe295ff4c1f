# SPDX-License-Identifier: Apache-2.0
"""Who else is at a case: what its page asks twice a minute while somebody looks at it. No case is opened for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.core import access
from tocsin.core.vocabulary import Actor, CaseRef
from tocsin.delivery.desk.doors import DeskRequest, asked_by_itself, not_found
from tocsin.delivery.desk.wishes import wish


@asked_by_itself
@require_safe
def here(request: DeskRequest, ref: str) -> HttpResponseBase:
    """Say who else is there; to whoever may not read the case, the same as for one that does not exist."""
    head = request.desk.journal.head(ref)
    actor = request.desk.people.actor(request.person, head.project) if head else None
    if actor is None or not access.may_read(actor):
        return not_found()
    return render(request, "desk/case/here.html", at_case(request, ref, actor))


def at_case(request: DeskRequest, ref: CaseRef, actor: Actor, part: str = "") -> dict[str, Any]:
    """Note that somebody is at a case, unless they do not want to be seen, and return who else is, for its page. Who is
    not seen does not see either."""
    presence, now = request.desk.presence, request.desk.now()
    if wish(request, "here") == "off":
        presence.forget(ref, actor.id)
        return {"ref": ref, "alone": True, "others": ()}
    presence.note(ref, actor.id, actor.name, now, part)
    return {"ref": ref, "alone": False, "others": presence.others(ref, actor.id, now)}
