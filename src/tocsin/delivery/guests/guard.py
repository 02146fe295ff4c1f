# SPDX-License-Identifier: Apache-2.0
"""What every page of this room has in common: which methods it takes, and what must not be kept of it.

No cookie speaks for anybody here: what a form may do stands in the token that it carries, so a form on another site
could do no more than its owner could by hand. Mail programs post to the link of a letter's header without any page
(RFC 8058).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.services.app import Front
from tocsin.services.ports.world import ProjectInfo

P = ParamSpec("P")


class GuestRequest(HttpRequest):
    """A request after boot's middleware."""

    front: Front


View = Callable[Concatenate[GuestRequest, P], HttpResponse]


def admit(view: View[P]) -> View[P]:
    """Admit reading and posting; let nobody keep the answer."""

    def guarded(request: GuestRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    update_wrapper(guarded, view)
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def place(request: GuestRequest, project: str) -> ProjectInfo:
    """The project of an address; raises Http404 where there is none."""
    info = request.front.projects.get(project)
    if info is None:
        raise Http404
    return info
