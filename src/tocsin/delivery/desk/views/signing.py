# SPDX-License-Identifier: Apache-2.0
"""Signing in by a link that works once, and signing out.

Looking at a link does nothing: mail programs and chats fetch what they show. Only the button uses it up.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tocsin.delivery.desk import session
from tocsin.delivery.desk.doors import DeskRequest, see_other

MAX_TOKEN = 200


@require_safe
def sign_in(request: DeskRequest) -> HttpResponseBase:
    """Lead to signing in; in a trial, say how to get a link."""
    return render(request, "desk/sign_in.html") if request.desk.doors.trial else redirect("/account/sign-in")


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: DeskRequest, token: str) -> HttpResponseBase:
    """Show the button; sign in when it is pressed. Every kind of wrong link is answered alike.

    In a trial that is all. Everywhere else the link stands for a first factor only (`accounts.pages.by_link`).
    """
    if request.method != "POST":
        return render(request, "desk/link.html")
    now = request.desk.now()
    person = request.desk.people.redeem(token, now) if len(token) <= MAX_TOKEN else None
    if person is None:
        return render(request, "desk/link_used.html", status=403)
    if not request.desk.doors.trial:
        from tocsin.delivery.desk.accounts.pages import by_link  # what it needs is not set up in a trial or a test

        return by_link(request, person)
    session.begin(request.session, person, request.desk.people.stamp(person), now)
    return see_other("/inbox")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, if there is one."""
    session.end(request.session)
    return see_other("/sign-in")
