# SPDX-License-Identifier: Apache-2.0
"""The calendar: a month for people, and an address of one's own for calendar programs, which can be ended.

The address is the only thing that lets a program in: whoever has it reads references and instants, and nothing else.
It ends when its owner ends it or makes another, and with any change of their roles, password or second factor.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from tocsin.delivery import ics
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.services import calling_off, own
from tocsin.services.queries import calendar as queries


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: DeskRequest) -> HttpResponseBase:
    """Show a month; make or end the address for programs."""
    desk, person = request.desk, request.person
    made = ""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            own.end_calendar(desk, person)
            return see_other("/calendar")
        made = own.calendar_address(desk, person, renew=True)
    project = request.GET.get("project", "")
    context = {
        "month": queries.month(desk, person, request.GET.get("month", ""), project),
        "project": project,
        "projects": desk.people.projects(person),
        "made": f"{desk.site.desk_url}/calendar/{made}.ics" if made else "",
        "has": bool(made) or bool(own.calendar_address(desk, person)),
        "at": "calendar",
    }
    return render(request, "desk/calendar.html", context, status=201 if made else 200)


@require_safe
def feed(request: DeskRequest, address: str) -> HttpResponseBase:
    """Give a program the dates behind an address; every wrong one is answered alike."""
    desk = request.desk
    person = own.subscriber(desk, address)
    if not person:
        return not_found()
    desk.wall(person)
    quiet = request.GET.get("words") == "none"
    standing = queries.entries(desk, person)
    off = calling_off.called_off(desk, person, standing)
    body = ics.render((*standing, *off), desk.site.desk_url, ics.host(desk.site.desk_url), desk.now(), quiet=quiet)
    return HttpResponse(
        body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-store"}
    )
