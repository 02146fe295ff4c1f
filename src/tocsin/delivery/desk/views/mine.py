# SPDX-License-Identifier: Apache-2.0
"""A person's own mail: when they want it, how much of it, and the key that it is encrypted to."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tocsin.core.mail_out import keys
from tocsin.core.mail_out.quiet import HOURS, Wishes
from tocsin.core.vocabulary import Refused
from tocsin.delivery.desk.doors import DeskRequest, step_up
from tocsin.delivery.desk.forms.base import RENDERER
from tocsin.services.post import members

NEVER: Final = ("", "never")
_HOURS: Final = [NEVER, *((str(hour), f"{hour}:00") for hour in range(HOURS))]


class MailForm(forms.Form):
    """When and how much."""

    default_renderer = RENDERER

    zone = forms.CharField(label="Your time zone", max_length=60, help_text="Such as Europe/Berlin.")
    quiet_from = forms.ChoiceField(label="Quiet from", choices=_HOURS, required=False)
    quiet_until = forms.ChoiceField(label="Quiet until", choices=_HOURS, required=False)
    digest_at = forms.ChoiceField(label="Daily mail at", choices=_HOURS, required=False)
    each = forms.BooleanField(label="Tell me at once as well", required=False)
    key = forms.CharField(
        label="Your OpenPGP public key",
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="As text, from “gpg --armor --export” and your address. Leave it empty to keep the one you have.",
    )
    forget = forms.BooleanField(label="Remove this key: I lost it, or do not use it any more", required=False)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: DeskRequest) -> HttpResponse:
    """Show the wishes and the key; take others."""
    desk, person = request.desk, request.person
    now = members.of(desk, person)
    form = MailForm(request.POST if request.method == "POST" else None, initial=_initial(now.wishes))
    saved = False
    if form.is_bound and form.is_valid():
        refused = _save(request, form)
        if refused is None:
            saved, now = True, members.of(desk, person)
            form = MailForm(initial=_initial(now.wishes))
        else:
            form = _without_key(request)
            form.add_error(None, refused.because)
    context = {
        "form": form,
        "saved": saved,
        "key": keys.spaced(now.key.fingerprint) if now.key else "",
        "ends": now.key.expires_at if now.key else None,
        "at": "mine",
    }
    return render(request, "desk/mine.html", context, status=422 if form.errors else 200)


def _without_key(request: DeskRequest) -> MailForm:
    """The form as it was sent, but for the key: a secret one that was pasted by mistake is not sent back."""
    sent = request.POST.copy()
    sent["key"] = ""
    form = MailForm(sent)
    form.is_valid()
    return form


def _initial(wishes: Wishes) -> dict[str, object]:
    def hour(value: int | None) -> str:
        return "" if value is None else str(value)

    return {
        "zone": wishes.zone,
        "quiet_from": hour(wishes.quiet_from),
        "quiet_until": hour(wishes.quiet_until),
        "digest_at": hour(wishes.digest_at),
        "each": wishes.each,
    }


def _save(request: DeskRequest, form: MailForm) -> Refused | None:
    told = form.cleaned_data

    def hour(name: str) -> int | None:
        return int(told[name]) if told[name] else None

    wishes = Wishes(
        zone=told["zone"],
        quiet_from=hour("quiet_from"),
        quiet_until=hour("quiet_until"),
        digest_at=hour("digest_at"),
        each=told["each"],
    )
    if refused := members.wish(request.desk, request.person, wishes):
        return refused
    if told["forget"]:
        members.forget_key(request.desk, request.person)
    if not told["key"].strip():
        return None
    taken = members.upload(request.desk, request.person, told["key"].encode())
    return taken if isinstance(taken, Refused) else None
