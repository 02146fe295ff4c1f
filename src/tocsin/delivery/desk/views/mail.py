# SPDX-License-Identifier: Apache-2.0
"""Mail that no rule could place: why it is held, what is proven about its sender, and what a person makes of it."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.services.api_tokens import Caller
from tocsin.services.mail import placing

STATES: Final = {
    "waits": "waits for a person",
    "aside": "set aside by itself",
    "discarded": "discarded",
    "done": "dealt with",
}
"""What became of a held mail, as people read it."""


@signed_in
@require_safe
def held(request: DeskRequest) -> HttpResponse:
    """List what waits for a person, and below it what does not any more."""
    desk, who = request.desk, Caller(request.person)
    rest = placing.listing(desk, who, waiting=False)
    context = {
        "waiting": placing.listing(desk, who),
        "rest": [(each, STATES.get(each.state, each.state)) for each in reversed(rest)],
        "at": "mail",
    }
    return render(request, "desk/mail.html", context)


@signed_in
@require_safe
def show(request: DeskRequest, letter: str) -> HttpResponse:
    """Show one held mail."""
    return _page(request, letter, None)


@signed_in
@require_POST
def act(request: DeskRequest, letter: str, deed: str) -> HttpResponse:
    """Make a report of a held mail, add it to a case, or discard it with a reason."""
    desk, who, typed = request.desk, Caller(request.person), request.POST
    done: CaseRef | Refused
    match deed:
        case "report":
            done = placing.report(desk, who, letter, passed_on=typed.get("passed_on") == "yes")
        case "add":
            ref = typed.get("case", "").strip()[:40]
            done = placing.add(desk, who, letter, ref, theirs=typed.get("theirs") == "yes")
        case "discard":
            done = placing.discard(desk, who, letter, typed.get("reason", ""))
        case _:
            return not_found()
    if isinstance(done, Refused):
        return not_found() if done == placing.NOT_FOUND else _page(request, letter, done)
    return see_other(f"/c/{done}" if done else "/mail")


def _page(request: DeskRequest, letter: str, refused: Refused | None) -> HttpResponse:
    found = placing.look(request.desk, Caller(request.person), letter)
    if isinstance(found, Refused):
        return not_found()
    context = {
        "mail": found,
        "view": found.view,
        "state": STATES.get(found.view.state, found.view.state),
        "refused": refused,
        "typed": request.POST,
        "at": "mail",
    }
    return render(request, "desk/mail_one.html", context, status=422 if refused else 200)
