# SPDX-License-Identifier: Apache-2.0
"""Duty: whose week it is, who stands in, and the forms to change it. Everybody speaks for their own days only."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core import access
from tocsin.core.duty import Rota
from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.services import duty as service
from tocsin.services.app import Desk
from tocsin.services.queries import duty as queries

DONE: Final = {
    "set": "The order is set, beginning with this week.",
    "swap": "The week is given away.",
    "away": "Noted: the next in the order stands in.",
    "back": "Taken back.",
    "home": "Noted.",
    "note": "Left for whoever comes next.",
}
"""What can be done here, and what is said when it was."""

_NO_DAY: Final = Refused(code="rota", because="Write a day like 2026-12-08.", rule="duty")
_NOTHING: Final = Refused(code="rota", because="Nothing that can be done here.", rule="duty")


@signed_in
@require_safe
def duty(request: DeskRequest) -> HttpResponseBase:
    """Show the duty of one project; another's shows the same as one that does not exist."""
    return _show(request, request.GET.get("project", ""), done=DONE.get(request.GET.get("did", ""), ""))


@signed_in
@require_POST
def change(request: DeskRequest, project: str) -> HttpResponseBase:
    """Change the rota, or note something in it."""
    actor = request.desk.people.actor(request.person, project)
    if actor is None or not access.may_read(actor):
        return not_found()
    deed = request.POST.get("do", "")
    made = _do(request.desk, actor, project, deed, request.POST)
    if isinstance(made, Refused):
        return _show(request, project, refused=made, status=403 if made.code == "not-permitted" else 422)
    return see_other(f"/duty?project={project}&did={deed}")


def _show(request: DeskRequest, project: str, status: int = 200, **more: object) -> HttpResponseBase:
    page = queries.page(request.desk, request.person, project)
    if page is None and (project or request.desk.people.projects(request.person)):
        return not_found()
    return render(request, "desk/duty.html", {"page": page, "at": "duty", **more}, status=status)


def _do(desk: Desk, actor: Actor, project: str, deed: str, told: QueryDict) -> Rota | Refused:
    match deed:
        case "set":
            return service.set_people(desk, actor, project, _order(told))
        case "home":
            return service.home(desk, actor, project, told.get("country", ""))
        case "note":
            return service.note(desk, actor, project, told.get("text", ""))
        case "swap" | "away" | "back":
            return _dated(desk, actor, project, deed, told)
    return _NOTHING


def _dated(desk: Desk, actor: Actor, project: str, deed: str, told: QueryDict) -> Rota | Refused:
    first, last = _day(told.get("first", "")), _day(told.get("last", "") or told.get("first", ""))
    if first is None or last is None:
        return _NO_DAY
    if deed == "swap":
        return service.swap(desk, actor, project, first, told.get("person", ""))
    if deed == "back":
        return service.back(desk, actor, project, first)
    return service.away(desk, actor, project, first, last)


def _order(told: QueryDict) -> tuple[str, ...]:
    """People by the place typed beside them; who has none is not in the order, and equal places keep their order."""
    typed = ((name.removeprefix("place-"), str(told[name])) for name in told if name.startswith("place-"))
    places = [(int(place), person) for person, place in typed if place.isascii() and place.isdigit() and int(place)]
    return tuple(person for _, person in sorted(places, key=lambda each: each[0]))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
