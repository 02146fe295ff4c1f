# SPDX-License-Identifier: Apache-2.0
"""One's own API tokens: make one, see when each was last used, end it. A secret is shown on the page that made it."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.access import NewToken, Scope, Token
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, step_up
from tocsin.delivery.desk.forms.base import RENDERER, Line
from tocsin.services import api_tokens
from tocsin.services.queries import words

USES = {
    Scope.READ.value: "Read cases",
    Scope.WRITE.value: "Move cases",
    Scope.PUBLISH.value: "Order and approve publication",
}


class TokenForm(forms.Form):
    """What a token is for and how long it lasts; whether it may be made is asked of `services.api_tokens`."""

    default_renderer = RENDERER
    use_required_attribute = False

    label = Line(label="What will use it", required=True, max_length=api_tokens.MAX_LABEL)
    project = forms.ChoiceField(label="Project")
    scopes = forms.MultipleChoiceField(
        label="What for", choices=list(USES.items()), widget=forms.CheckboxSelectMultiple, initial=[Scope.READ.value]
    )
    days = forms.IntegerField(label="Days", min_value=1, max_value=api_tokens.LONGEST.days, initial=30)

    def __init__(self, projects: tuple[str, ...], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["project"].choices = [(each, each) for each in projects]  # type: ignore[attr-defined]


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: DeskRequest) -> HttpResponse:
    """Show one's tokens; make one."""
    desk, person = request.desk, request.person
    projects = desk.people.projects(person)
    form = TokenForm(projects, request.POST) if request.method == "POST" else TokenForm(projects)
    made: NewToken | None = None
    status = 200
    if form.is_bound:
        found = _issue(request, form) if form.is_valid() else None
        made = found if isinstance(found, NewToken) else None
        if isinstance(found, Refused):
            form.add_error(None, found.because)
        status = 201 if made else 422
    now = desk.now()
    rows = [
        {
            "token": each,
            "uses": ", ".join(USES[scope].lower() for scope in each.scopes),
            "made": words.instant(each.made_at),
            "until": words.instant(each.expires_at),
            "used": words.ago(each.last_used_at, now) if each.last_used_at else "never",
            "ended": _ended(each, now),
        }
        for each in api_tokens.mine(desk, person)
    ]
    context = {"form": TokenForm(projects) if made else form, "made": made, "rows": rows, "at": "people"}
    return render(request, "desk/tokens.html", context, status=status)


def _ended(token: Token, now: datetime) -> str:
    """Why a token speaks for nobody any more; "" for a good one."""
    if token.outlived and not token.revoked_at:
        return "your account changed"
    return words.instant(token.revoked_at) or ("out of time" if token.expires_at <= now else "")


def _issue(request: DeskRequest, form: TokenForm) -> NewToken | Refused:
    told = form.cleaned_data
    scopes = [Scope(each) for each in told["scopes"]]
    return api_tokens.issue(request.desk, request.person, told["project"], told["label"], scopes, told["days"])


@step_up
@require_POST
def end(request: DeskRequest, token: str) -> HttpResponse:
    """End one of one's own tokens at once; somebody else's is not found."""
    if isinstance(api_tokens.revoke(request.desk, request.person, token), Refused):
        return not_found()
    return see_other("/tokens")
