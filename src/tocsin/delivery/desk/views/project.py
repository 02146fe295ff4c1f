# SPDX-License-Identifier: Apache-2.0
"""People of the projects somebody belongs to, to read."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.delivery.desk.doors import DeskRequest, signed_in
from tocsin.services.queries.team import teams


@signed_in
@require_safe
def people(request: DeskRequest) -> HttpResponseBase:
    """Show who is in which project."""
    return render(request, "desk/people.html", {"teams": teams(request.desk, request.person), "at": "people"})
