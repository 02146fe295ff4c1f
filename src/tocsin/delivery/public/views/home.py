# SPDX-License-Identifier: Apache-2.0
"""The way in: the projects of the installation, each one's security page, and its policy in words."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tocsin.core.policy.model import ChannelKind
from tocsin.delivery.public import policy as words
from tocsin.delivery.public.answers import FRESH
from tocsin.delivery.public.request import PublicRequest, house

NEWEST = 5


@require_safe
def projects(request: PublicRequest) -> HttpResponse:
    """List the projects; where there is one, go there."""
    found = request.front.projects.all()
    if len(found) == 1:
        return redirect("public:home", found[0].id)
    return _kept(render(request, "public/projects.html", {"projects": found}))


@require_safe
def home(request: PublicRequest, project: str) -> HttpResponse:
    """Show how a project handles security: promise, how to report, what was published last."""
    place = house(request, project)
    intake, versions = place.policy.intake, place.policy.versions
    context = {
        "place": place,
        "clocks": [each for each in words.clocks(place.policy) if each.name in words.HOME],
        "channels": [each for each in (intake.channel if intake else ()) if each.kind is not ChannelKind.WEB],
        "bugs_go_to": intake.not_security.redirect if intake and intake.not_security else "",
        "versions": versions.supported.branches if versions and versions.supported else (),
        "cards": request.front.shelf.cards(place.id, limit=NEWEST),
    }
    return _kept(render(request, "public/home.html", context))


@require_safe
def policy(request: PublicRequest, project: str) -> HttpResponse:
    """Show the policy in force, sentence by sentence, with the lines it carries out."""
    place = house(request, project)
    context = {"place": place, "parts": words.parts(place.policy), "clocks": words.clocks(place.policy)}
    return _kept(render(request, "public/policy.html", context))


def _kept(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = FRESH
    return answer
