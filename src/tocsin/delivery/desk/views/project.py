# SPDX-License-Identifier: Apache-2.0
"""People of the projects somebody belongs to: to read for everybody, to change for owners."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core import access
from tocsin.core.vocabulary import PROJECT_ROLES, Actor, Refused, Role
from tocsin.delivery.desk import session
from tocsin.delivery.desk.doors import DeskRequest, not_found, proven, see_other, signed_in, step_up_address
from tocsin.services import members
from tocsin.services.queries.team import teams

MAX_LINE = 300


@signed_in
@require_safe
def people(request: DeskRequest) -> HttpResponseBase:
    """Show who is in which project."""
    return _show(request)


@signed_in
@require_POST
def change(request: DeskRequest, project: str) -> HttpResponseBase:
    """Set roles, invite, or confirm a promotion; each takes a second factor that was just shown."""
    actor = request.desk.people.actor(request.person, project)
    if actor is None or not access.may_read(actor):
        return not_found()
    if not proven(request):
        return see_other(step_up_address("/people"))
    told = request.POST
    roles = [Role(each) for each in told.getlist("role") if each in PROJECT_ROLES]
    done: Any
    match told.get("do"):
        case "set":
            done = members.put(request.desk, actor, project, told.get("person", ""), roles)
        case "invite":
            name, email = (told.get(field, "")[:MAX_LINE] for field in ("name", "email"))
            done = members.invite(request.desk, actor, project, name, email, roles)
        case _:
            done = members.confirm(request.desk, actor, project, told.get("promotion", ""))
    _go_on(request)
    if isinstance(done, Refused):
        return _show(request, refused=done, status=403 if done.code == "not-permitted" else 422)
    if told.get("do") == "invite":
        return _show(request, invited=done)
    return see_other("/people?did=saved")


def _go_on(request: DeskRequest) -> None:
    """A change of roles ends every session of the person; somebody who changed their own goes on with this one."""
    stamp = request.desk.people.stamp(request.person)
    session.restamp(request.session, stamp, whole=session.whole(request.session))


def _show(request: DeskRequest, status: int = 200, **more: Any) -> HttpResponseBase:
    shown = []
    for team in teams(request.desk, request.person):
        actor = request.desk.people.actor(request.person, team.project)
        owner = actor is not None and Role.OWNER in actor.roles
        shown.append((team, owner, _waiting(request, actor, team.project)))
    roles = [role.value for role in PROJECT_ROLES]
    context = {"teams": shown, "roles": roles, "at": "people", "did": request.GET.get("did"), **more}
    context["unproven"] = "" if proven(request) else step_up_address("/people")
    context["administrator"] = any(each.id == request.person for each in request.desk.people.administrators())
    return render(request, "desk/people.html", context, status=status)


def _waiting(request: DeskRequest, actor: Actor | None, project: str) -> tuple[members.Promotion, ...]:
    return members.waiting(request.desk, actor, project) if actor else ()
