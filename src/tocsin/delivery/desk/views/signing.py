# SPDX-License-Identifier: Apache-2.0
"""Signing in by a link that works once, and signing out.

Looking at a link does nothing: mail programs and chats fetch what they show. Only the button uses it up.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tocsin.delivery.desk import session
from tocsin.delivery.desk.doors import DeskRequest, see_other

MAX_TOKEN = 200


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say how to get a link."""
    return render(request, "desk/sign_in.html")


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: DeskRequest, token: str) -> HttpResponse:
    """Show the button; sign in when it is pressed. Every kind of wrong link is answered alike."""
    if request.method != "POST":
        return render(request, "desk/link.html")
    now = request.desk.now()
    person = request.desk.people.redeem(token, now) if len(token) <= MAX_TOKEN else None
    if person is None:
        return render(request, "desk/link_used.html", status=403)
    session.begin(request.session, person, now)
    return see_other("/inbox")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, if there is one."""
    session.end(request.session)
    return see_other("/sign-in")
