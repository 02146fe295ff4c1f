# SPDX-License-Identifier: Apache-2.0
"""A project's distributors: who applied and what they say of themselves, who is told, who was removed."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.delivery.desk.doors import DeskRequest, not_found, proven, see_other, signed_in, step_up_address
from tocsin.services.distribution import leaving, members
from tocsin.services.queries import distributors

LONGEST = 300
DONE = {
    "approved": "Approved. They are written to.",
    "removed": "Removed, at once: their rooms are shut, and they take part in no case any more.",
    "asked": "Asked by mail.",
}


@signed_in
@require_safe
def page(request: DeskRequest, project: str) -> HttpResponseBase:
    """Show them."""
    actor = request.desk.people.actor(request.person, project)
    view = distributors.of_project(request.desk, actor, project) if actor else None
    if view is None:
        return not_found()
    did = DONE.get(request.GET.get("did", ""), "")
    return render(request, "desk/distributors.html", {"view": view, "did": did, "at": "people"})


@signed_in
@require_POST
def act(request: DeskRequest, project: str) -> HttpResponseBase:
    """Approve, remove or ask one; each takes a second factor that was just shown."""
    desk, told = request.desk, request.POST
    actor = desk.people.actor(request.person, project)
    if not members.decides(actor):
        return not_found()
    kept = members.distributors(desk).get(project, told.get("id", "")[:LONGEST])
    if kept is None:
        return not_found()
    place = f"/distributors/{project}"
    if not proven(request):
        return see_other(step_up_address(place))
    match told.get("do"):
        case "approve":
            members.approve(desk, kept, request.person)
            return see_other(f"{place}?did=approved")
        case "remove":
            leaving.remove(desk, kept, told.get("because", "")[:LONGEST].strip() or leaving.DECIDED, request.person)
            return see_other(f"{place}?did=removed")
        case "ask":
            members.ask(desk, kept)
            return see_other(f"{place}?did=asked")
    return not_found()
