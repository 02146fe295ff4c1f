# SPDX-License-Identifier: Apache-2.0
"""The transparency log for machines: its newest checkpoint, its key, and proofs. Forms: docs/reference/log.md.

Nothing here tells of any case: a checkpoint says how many things were logged, and leaves are salted hashes.
"""

from __future__ import annotations

import re
from typing import Final

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from tocsin.delivery.public.answers import text
from tocsin.delivery.public.request import PublicRequest
from tocsin.services import transparency

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_LEAF: Final = re.compile(r"[0-9a-f]{64}")


@require_safe
def checkpoint(request: PublicRequest) -> HttpResponse:
    """Give out the newest checkpoint, a signed note (C2SP tlog-checkpoint). Never from a cache."""
    published = request.front.log.checkpoint()
    answer = _found(published)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@require_safe
def key(request: PublicRequest) -> HttpResponse:
    """Give out the log's own key in one word (C2SP signed-note)."""
    own = transparency.key(request.front.log, request.front.log_key)
    return _found(f"{own.text}\n" if own else None)


@require_safe
def consistency(request: PublicRequest) -> HttpResponse:
    """Prove that the first `old` leaves begin the first `new`: a hash in base64 a line."""
    old, new = (request.GET.get(name, "") for name in ("old", "new"))
    if not _NUMBER.fullmatch(old) or not _NUMBER.fullmatch(new):
        return _asked_wrongly("say ?old=NUMBER&new=NUMBER")
    return _found(transparency.consistency(request.front.log, int(old), int(new)))


@require_safe
def inclusion(request: PublicRequest) -> HttpResponse:
    """Prove that a leaf, named by its commitment in hex, is in the log (C2SP tlog-proof)."""
    leaf = request.GET.get("leaf", "")
    if not _LEAF.fullmatch(leaf):
        return _asked_wrongly("say ?leaf=COMMITMENT, 64 digits of hex")
    return _found(transparency.inclusion(request.front.log, bytes.fromhex(leaf)))


def _found(body: str | None) -> HttpResponse:
    if body is None:
        raise Http404
    return text(body)


def _asked_wrongly(words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=400, content_type="text/plain; charset=utf-8")
