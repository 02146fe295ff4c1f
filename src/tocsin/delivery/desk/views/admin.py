# SPDX-License-Identifier: Apache-2.0
"""What administrators look after: people, projects and the state of the machine. No case, but by break-glass.

To everybody else this page is not there. Every change takes a second factor that was just shown.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core.case.decide import approve
from tocsin.core.vocabulary import PROJECT_ROLES, Refused, Role
from tocsin.delivery.desk.doors import DeskRequest, not_found, proven, see_other, signed_in, step_up_address
from tocsin.services import breakglass, members
from tocsin.services.queries import words

MAX_LINE: Final = 300
MAX_REASON: Final = 2_000
LAST: Final = Refused(
    code="last-owner",
    because="This is the last owner of a project: its people make somebody else one first.",
    rule="every project has an owner",
)


def _is(request: DeskRequest) -> bool:
    return any(each.id == request.person for each in request.desk.people.administrators())


@signed_in
@require_safe
def page(request: DeskRequest) -> HttpResponseBase:
    """Show people, projects, the machine's own facts, and break-glass."""
    return _show(request) if _is(request) else not_found()


@signed_in
@require_POST
def change(request: DeskRequest) -> HttpResponseBase:
    """Invite, end an account, ask for break-glass, or agree to it."""
    if not _is(request):
        return not_found()
    if not proven(request):
        return see_other(step_up_address("/admin"))
    told = request.POST
    match told.get("do"):
        case "invite":
            done = _invited(request)
        case "end":
            done = _ended(request, told.get("person", ""))
        case "break-glass":
            minutes = told.get("minutes", "")
            asked = told.get("reason", "")[:MAX_REASON], int(minutes) if minutes.isdecimal() and len(minutes) < 5 else 0
            done = breakglass.ask(request.desk, request.person, told.get("case", "").strip()[:64], *asked)
        case _:
            done = breakglass.agree(request.desk, request.person, told.get("case", "")[:64], told.get("digest", ""))
    if isinstance(done, Refused) and done.code != approve.NEEDED:
        return _show(request, refused=done, status=404 if done.code == "not-found" else 422)
    if isinstance(done, tuple):
        return _show(request, invited=done)
    return see_other("/admin?did=done")


def _invited(request: DeskRequest) -> Any:
    told, project = request.POST, request.POST.get("project", "")
    actor = request.desk.people.actor(request.person, project)
    if actor is None or request.desk.projects.get(project) is None:
        return Refused(code="not-found", because="There is no such project.", rule="access")
    roles = [Role(each) for each in told.getlist("role") if each in PROJECT_ROLES]
    name, email = (told.get(field, "")[:MAX_LINE] for field in ("name", "email"))
    return members.invite(request.desk, actor, project, name, email, roles)


def _ended(request: DeskRequest, person: str) -> Refused | None:
    """End an account, unless a project would be left without an owner; administrators end on the console."""
    people = request.desk.people
    if person == request.person or any(each.id == person for each in people.administrators()):
        return Refused(code="administrator", because="An administrator ends on the console.", rule="access")
    for project in request.desk.projects.all():
        owners = {each.id for each, held in people.members(project.id) if Role.OWNER in held}
        if owners == {person}:
            return LAST
    people.end(person)
    return None


def _show(request: DeskRequest, status: int = 200, **more: Any) -> HttpResponse:
    desk = request.desk
    now = desk.now()
    wishes, standing = breakglass.waiting(desk, request.person)
    administrators = {each.id for each in desk.people.administrators()}
    people = [
        (info, [(project, sorted(roles)) for project, roles in held.items()], info.id in administrators)
        for info, held in desk.people.everybody()
    ]
    facts = [
        (name, fact.value, words.ago(fact.at, now))
        for name, fact in sorted(desk.machine.facts.all().items())
        if "/" not in name
    ]
    context = {
        "people": people,
        "projects": desk.projects.all(),
        "roles": [role.value for role in PROJECT_ROLES],
        "facts": facts,
        "wishes": [(each, words.instant(each.until)) for each in wishes],
        "standing": [(each, words.instant(each.until)) for each in standing],
        "at": "admin",
        "did": request.GET.get("did"),
        "unproven": "" if proven(request) else step_up_address("/admin"),
        **more,
    }
    return render(request, "desk/admin.html", context, status=status)
