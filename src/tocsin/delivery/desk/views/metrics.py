# SPDX-License-Identifier: Apache-2.0
"""The metrics page: five keys over the projects somebody belongs to, and the same numbers to take away."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.delivery.desk.doors import DeskRequest, not_found, signed_in, step_up
from tocsin.services.queries import charts
from tocsin.services.queries import metrics as queries

_TYPES = {
    "csv": ("text/csv; charset=utf-8", queries.as_csv),
    "json": ("application/json", lambda found: msgspec.json.encode(found).decode()),
    "openmetrics": ("application/openmetrics-text; version=1.0.0; charset=utf-8", queries.as_openmetrics),
}


@signed_in
@require_safe
def metrics(request: DeskRequest) -> HttpResponseBase:
    """Show the keys of one project or of all; another's project shows the same as one that does not exist."""
    project = request.GET.get("project", "")
    mine = request.desk.people.projects(request.person)
    if project and project not in mine:
        return not_found()
    found = queries.of_person(request.desk, request.person, project)
    context = {"view": charts.view(found), "project": project, "projects": mine, "at": "metrics"}
    return render(request, "desk/metrics.html", context)


@step_up
@require_safe
def export(request: DeskRequest, kind: str) -> HttpResponseBase:
    """Give the numbers away as a file, always saved and never shown."""
    if kind not in _TYPES:
        return not_found()
    content_type, write = _TYPES[kind]
    found = queries.of_person(request.desk, request.person, request.GET.get("project", ""))
    answer = HttpResponse(write(found), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="tocsin-metrics.{"txt" if kind == "openmetrics" else kind}"'
    return answer
