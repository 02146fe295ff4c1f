# SPDX-License-Identifier: Apache-2.0
"""The inbox: what needs a person now. One page of ready strings; nothing is decided while it is rendered."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.delivery.desk.doors import DeskRequest, see_other, signed_in
from tocsin.delivery.desk.rows import rows
from tocsin.services.canary_state import banner
from tocsin.services.health import banners
from tocsin.services.queries import inbox as queries
from tocsin.services.queries import words

START = "team"


@signed_in
@require_safe
def inbox(request: DeskRequest) -> HttpResponseBase:
    """Show one page of the inbox; tab, project and place all stand in the address."""
    if not request.desk.projects.all():
        return see_other("/first-run")
    asked = request.GET
    tab = asked.get("tab", START)
    project = asked.get("project", "")
    page = queries.page(request.desk, request.person, tab=tab, project=project, after=asked.get("after", ""))
    many = len(page.projects) > 1 and not project
    context = {
        "page": page,
        "rows": rows(page.lines, many=many),
        "tabs": [(_address(name, project), label, page.counts.get(name, ""), name == tab) for name, label in TABS],
        "filters": [(_address(tab, each), each, each == project) for each in page.projects],
        "everywhere": _address(tab, ""),
        "next": _address(tab, project, page.next) if page.next else "",
        "first": asked.get("after") and _address(tab, project),
        "many": many,
        "asof": words.instant(page.at),
        "at": "inbox",
        "health": banners(request.desk),
        "banner": banner(request.desk.machine.facts, request.desk.projects, request.desk.now()),
    }
    return render(request, "desk/inbox.html", context)


TABS = tuple(queries.TABS.items())


def _address(tab: str, project: str, after: str = "") -> str:
    told = {"tab": tab if tab != START else "", "project": project, "after": after}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/inbox?{query}" if query else "/inbox"
