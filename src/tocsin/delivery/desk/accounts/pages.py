# SPDX-License-Identifier: Apache-2.0
"""The account pages: allauth's views behind the desk's own session rules, and the few that are ours.

Passkeys need scripts; they are files of allauth's, and these pages alone may run them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.adapter import get_adapter as factors
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth import logout as forget
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_safe

from tocsin.delivery.desk import session
from tocsin.delivery.desk.doors import DeskRequest, not_found

View = Callable[..., HttpResponseBase]

HUB = "/account/factors"
ENTRANCE = "/account/sign-in"


def entrance(view: View) -> View:
    """Open a page to anybody, with the scripts that passkeys need."""

    @wraps(view)
    def opened(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Content-Security-Policy", _policy())
        return response

    return opened


def member(view: View) -> View:
    """Open a page to somebody who is signed in, be it without a second factor yet."""

    @wraps(view)
    def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stamp = request.desk.people.stamp(session.claimed(request.session))
        if not session.person(request.session, stamp, request.desk.now()):
            forget(request)
            return redirect(ENTRANCE)
        return view(request, *args, **kwargs)

    return entrance(guarded)


def _policy() -> str:
    """The usual policy, with own scripts, own requests, and forms that may lead on to the foundation's sign-in."""
    form = " ".join(("'self'", settings.CONFIG.accounts.issuer_origin)).strip()
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        f"form-action {form}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def by_link(request: DeskRequest, person: str) -> HttpResponseBase:
    """Let a person in by their link, as by a first factor: who has a second one is asked for it, who has none sets one
    up before anything else."""
    user = get_user_model().objects.get(pk=person)
    forget(request)
    record_authentication(request, user, method="link", reauthenticated=True)
    answer: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=HUB))
    return answer


@require_safe
def step_up(request: DeskRequest) -> HttpResponseBase:
    """Ask for a second factor again, and lead back to where somebody was."""
    from allauth.account.adapter import get_adapter

    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/inbox"
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        return redirect(HUB)
    query = urlencode({"next": back})
    if len(methods) == 1:
        return redirect(f"{methods[0]['url']}?{query}")
    shown = [(f"{each['url']}?{query}", each["description"]) for each in methods]
    return render(request, "account/step_up.html", {"methods": shown, "back": back})


@require_safe
def qr(request: HttpRequest) -> HttpResponseBase:
    """Draw the code of the authenticator app that is being set up."""
    import qrcode  # it brings a library for pictures of every kind, and is needed once in a person's life here
    from qrcode.image.svg import SvgPathImage

    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        return not_found()
    drawn = BytesIO()
    address = factors().build_totp_url(request.user, secret)
    qrcode.make(address, image_factory=SvgPathImage).save(drawn)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@require_safe
def unknown(request: HttpRequest) -> HttpResponseBase:
    """Say that an account elsewhere opens nothing here."""
    return render(request, "account/unknown.html", status=403)


def nothing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Answer for addresses that allauth wants to name and nobody gets anything from: there is no signing up."""
    return not_found()
