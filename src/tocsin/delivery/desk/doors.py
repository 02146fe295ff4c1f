# SPDX-License-Identifier: Apache-2.0
"""Who gets past: every view of the desk stands behind `signed_in`, and everything that may not be seen answers
`not_found`, the same bytes for what is hidden and for what never was."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.template.loader import render_to_string

from tocsin.delivery.desk import session
from tocsin.services.app import Desk

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request at the desk: boot's middleware hands over `desk`, `signed_in` finds out the `person`."""

    desk: Desk
    person: str


View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Let only signed-in people in; everybody else is sent to the sign-in page, whatever they asked for."""

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.person = session.person(request.session, request.desk.now())
        return view(request, *args, **kwargs) if request.person else redirect("desk:sign-in")

    return guarded


def not_found() -> HttpResponse:
    """Answer that there is nothing here: no token, no name, no address in it that could tell two cases apart."""
    return HttpResponseNotFound(render_to_string("desk/not_found.html"))


def see_other(address: str) -> HttpResponse:
    """Send the browser on after a change, so that reloading repeats nothing (RFC 9110, 15.4.4)."""
    return HttpResponse(status=303, headers={"Location": address})
