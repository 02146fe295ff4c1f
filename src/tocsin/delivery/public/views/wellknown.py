# SPDX-License-Identifier: Apache-2.0
"""What machines look for at fixed places: security.txt, the key of receipts, robots.txt, and whether we are alive."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tocsin.core.policy.model import Channel, ChannelKind, Policy
from tocsin.delivery.public.answers import FRESH, text
from tocsin.delivery.public.request import PublicRequest, Shown

SHORTEST_TERM: Final = timedelta(days=90)
LONGEST_TERM: Final = timedelta(days=364)
"""RFC 9116, 2.5.5: recommended to be less than a year ahead."""

Field = tuple[str, str]


@require_safe
def security_txt(request: PublicRequest) -> HttpResponse:
    """Give out security.txt (RFC 9116) for all projects, made from their policies, so that it cannot go stale."""
    fields = _fields(request.front)
    return text("".join(f"{name}: {value}\n" for name, value in fields))


def _fields(front: Shown) -> Iterator[Field]:
    policies = [(each.id, front.projects.policy(each.id, each.policy)) for each in front.projects.all()]
    root = front.site.public_url
    contacts = [contact for project, policy in policies for contact in _contacts(root, project, policy)]
    for contact in dict.fromkeys(contacts):
        yield "Contact", contact
    yield "Expires", _expires(front.now(), [policy for _, policy in policies])
    keys = [each.key for _, policy in policies for each in _channels(policy) if "://" in each.key]
    for key in dict.fromkeys(keys):
        yield "Encryption", key
    thanks = [policy.security_txt.acknowledgments for _, policy in policies if policy.security_txt]
    for page in dict.fromkeys(filter(None, thanks)):
        yield "Acknowledgments", page
    languages = dict.fromkeys(tongue for _, policy in policies for tongue in policy.project.languages)
    yield "Preferred-Languages", ", ".join(languages) or "en"
    yield "Canonical", root + reverse("public:security-txt")
    for project, _ in policies:
        yield "Policy", root + reverse("public:policy", args=[project])


def _contacts(root: str, project: str, policy: Policy) -> Iterator[str]:
    """The project's doors in the order of its policy, which is their order of preference; ours comes last if unsaid."""
    form = f"{root}/p/{project}/report"
    for channel in _channels(policy):
        match channel.kind:
            case ChannelKind.EMAIL if channel.address:
                yield f"mailto:{channel.address}"
            case ChannelKind.WEB:
                yield form
            case _ if channel.url.startswith("https://"):
                yield channel.url
            case _:
                pass
    yield form


def _channels(policy: Policy) -> tuple[Channel, ...]:
    return policy.intake.channel if policy.intake else ()


def _expires(now: datetime, policies: list[Policy]) -> str:
    """The end of the shortest term that a policy states, at midnight, so that the file is the same all day."""
    terms = [policy.security_txt.expires_after.roughly for policy in policies if policy.security_txt]
    term = min([*terms, LONGEST_TERM]) if terms else SHORTEST_TERM
    day = (now + term).date()
    return f"{datetime.combine(day, time.min):%Y-%m-%dT%H:%M:%S}Z"


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
