# SPDX-License-Identifier: Apache-2.0
"""What every page of this room has in common: who may post to it, and what must not be kept of it.

Posts are guarded against other sites without a cookie and without a token, so that the form needs neither: a browser
says where a request comes from (`Sec-Fetch-Site`, else `Origin`), and what is no browser brings no cookies to misuse.
The order of the tests is that of Go's `net/http.CrossOriginProtection`; its reasons: Filippo Valsorda, "Cross-Site
Request Forgery" (2025). The room's cookie is `SameSite=Strict` besides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.delivery.reporter.request import RoomRequest

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[Concatenate[RoomRequest, P], Answer]

# Not `no-referrer`: under that a browser sends `Origin: null` with its posts, and the guard could not tell ours from
# others' (Fetch, "append a request Origin header"). Other sites learn nothing under this one either.
REFERRER_POLICY: Final = "same-origin"


def admit(*methods: str) -> Callable[[View[P, Answer]], View[P, Answer]]:
    """Admit only `methods`, refuse posts from other sites, and let nobody keep the answer."""

    def decorate(view: View[P, Answer]) -> View[P, Answer]:
        def guarded(request: RoomRequest, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            if request.method not in ("GET", "HEAD") and not from_here(request):
                raise PermissionDenied
            answer = view(request, *args, **kwargs)
            answer.headers.setdefault("Cache-Control", "no-store")
            answer.headers.setdefault("Referrer-Policy", REFERRER_POLICY)
            return answer

        # Django's own token would have to be read from the body, before the body's limits and handlers are set.
        update_wrapper(guarded, view)
        return csrf_exempt(require_http_methods([*methods])(guarded))

    return decorate


def from_here(request: RoomRequest) -> bool:
    """Say whether a request comes from one of our own pages, or from no page at all."""
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc in (request.get_host(), urlsplit(request.front.site.public_url).netloc)
    except ValueError:  # no address at all
        return False
