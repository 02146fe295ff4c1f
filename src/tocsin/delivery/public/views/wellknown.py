# SPDX-License-Identifier: Apache-2.0
"""What machines look for at fixed places: security.txt, the key of receipts, robots.txt, and whether we are alive."""

from __future__ import annotations

from base64 import b64encode
from functools import partial

import msgspec
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tocsin.core.feeds.csaf import METADATA
from tocsin.delivery.public.answers import FRESH, text
from tocsin.delivery.public.request import PublicRequest
from tocsin.services.archive_state import closed
from tocsin.services.canary_state import renewed
from tocsin.services.ports.site import TreeReader
from tocsin.services.security_txt import security_txt as made


@require_safe
def security_txt(request: PublicRequest) -> HttpResponse:
    """Give out security.txt (RFC 9116) for all projects, made from their policies, so that it cannot go stale."""
    front = request.front
    csaf = front.tree.changed(METADATA) is not None
    now = front.now()
    since = renewed(front.facts, front.projects, now) if front.facts else now
    keys = partial(_there, front.tree)
    return text(made(front.projects, front.site.public_url, since, csaf, keys, closed(front.facts)))


def _there(tree: TreeReader, path: str) -> bool:
    return tree.changed(path) is not None


class NotaryKey(msgspec.Struct, frozen=True):
    """The public half of the key that signs proofs of receipt, and how to use it."""

    what: str
    algorithm: str
    public_key_hex: str
    public_key_base64: str
    signed: str


@require_safe
def notary(request: PublicRequest) -> HttpResponse:
    """Give out the key against which anybody can check a proof of receipt."""
    key = request.front.notary.public
    said = NotaryKey(
        what="tocsin receipt 1",
        algorithm="Ed25519 (RFC 8032)",
        public_key_hex=key.hex(),
        public_key_base64=b64encode(key).decode("ascii"),
        signed="the canonical JSON (RFC 8785) of case, commitment, instance, leaf, received_at and what; leaf is the "
        "hex of SHA-256('tocsin leaf 1' + newline + leaf_salt + leaf)",
    )
    body = msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"
    return text(body, "application/json")


@require_safe
def health(request: PublicRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
def robots(request: PublicRequest) -> HttpResponse:
    """Let everything public be found, and keep robots off the doors."""
    shut = "".join(f"Disallow: /p/*/{page}\n" for page in ("report", "receipt", "return", "room"))
    return text(f"User-agent: *\n{shut}")


@require_safe
def icon(request: PublicRequest) -> HttpResponse:
    """Spare browsers the error page when they ask for a picture we do not have."""
    return HttpResponse(status=204, headers={"Cache-Control": FRESH})
