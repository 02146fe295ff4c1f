# SPDX-License-Identifier: Apache-2.0
"""Who gets past: every view of the desk stands behind `signed_in`, and everything that may not be seen answers
`not_found`, the same bytes for what is hidden and for what never was."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.template.loader import render_to_string

from tocsin.core.vocabulary import Refused
from tocsin.delivery.desk import session
from tocsin.services.app import Desk

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request at the desk: boot's middleware hands over `desk`, `signed_in` finds out the `person`."""

    desk: Desk
    person: str


View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]

FACTORS: Final = "/account/factors"
"""Where a second factor is set up; somebody without one is sent here from everywhere."""

STEP_UP: Final = "/account/step-up"
"""Where a second factor is asked for again."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
"""What pages behind the door may do: one script of ours, which may talk to us and can make no page out of a text."""

NOT_PROVEN: Final = Refused(
    code="step-up",
    because="This is weighty, so it takes your second factor again. It then counts for ten minutes.",
    rule="step-up",
)


def signed_in(view: View[P]) -> View[P]:
    """Let only signed-in people in; everybody else is sent to the sign-in page, whatever they asked for."""
    return _guarded(view, looked=True)


def asked_by_itself(view: View[P]) -> View[P]:
    """The same for what an open page asks every half minute: it keeps nobody signed in who has left the desk alone."""
    return _guarded(view, looked=False)


def _guarded(view: View[P], *, looked: bool) -> View[P]:
    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        stamp = request.desk.people.stamp(session.claimed(request.session))
        request.person = session.person(request.session, stamp, request.desk.now(), looked=looked)
        if not request.person:
            return redirect("desk:sign-in")
        request.desk.wall(request.person)
        answer = view(request, *args, **kwargs) if session.whole(request.session) else redirect(FACTORS)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        return answer

    return guarded


def proven(request: DeskRequest) -> bool:
    """Say whether a second factor was shown just now, or need not be: what is weighty asks."""
    return request.desk.doors.trial or session.fresh(request.session, request.desk.now())


def step_up(view: View[P]) -> View[P]:
    """Let people in who are signed in and have just shown a second factor; others are asked for it and come back.

    What was posted is lost on the way, so the page with the form stands behind this as well.
    """

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if proven(request):
            return view(request, *args, **kwargs)
        return see_other(step_up_address(request.path))

    return signed_in(guarded)


def step_up_address(back: str) -> str:
    """Return where a second factor is asked for again before somebody goes on to `back`."""
    return f"{STEP_UP}?{urlencode({'next': back})}"


def not_found() -> HttpResponse:
    """Answer that there is nothing here: no token, no name, no address in it that could tell two cases apart."""
    return HttpResponseNotFound(render_to_string("desk/not_found.html"))


def see_other(address: str) -> HttpResponse:
    """Send the browser on after a change, so that reloading repeats nothing (RFC 9110, 15.4.4)."""
    return HttpResponse(status=303, headers={"Location": address})
