# SPDX-License-Identifier: Apache-2.0
"""A project's forge: how it does, and public issues there that may be reports."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core import access
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.delivery.desk.grounds import number
from tocsin.services.forge import watch
from tocsin.services.queries import forge


@signed_in
@require_safe
def page(request: DeskRequest, project: str) -> HttpResponseBase:
    """Show it."""
    return _show(request, project)


@signed_in
@require_POST
def act(request: DeskRequest, project: str) -> HttpResponseBase:
    """Open a private case for a public issue, leave it, or have the neutral reply sent."""
    desk, told = request.desk, request.POST
    actor = desk.people.actor(request.person, project)
    if actor is None or not access.may_move(actor, MoveName.REJECT):
        return not_found()
    issue = number(told.get("number"))
    match told.get("do"):
        case "take":
            done = watch.take_up(desk, project, issue, request.person)
        case "leave":
            done = watch.leave(desk, project, issue, request.person)
        case "reply":
            done = watch.ask_reply(desk, project, issue)
        case _:
            return not_found()
    if isinstance(done, Refused):
        return _show(request, project, done)
    return see_other(f"/c/{done.case}" if told.get("do") == "take" else f"/forge/{project}")


def _show(request: DeskRequest, project: str, refused: Refused | None = None) -> HttpResponseBase:
    actor = request.desk.people.actor(request.person, project)
    view = forge.of_project(request.desk, actor, project) if actor else None
    if view is None:
        return not_found()
    context = {"view": view, "refused": refused, "at": "mail"}
    return render(request, "desk/forge.html", context, status=422 if refused else 200)
