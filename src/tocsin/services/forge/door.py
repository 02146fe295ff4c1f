# SPDX-License-Identifier: Apache-2.0
"""Takes a forge's webhooks at the front: checks the signature, remembers the delivery, seals, and answers.

This process can open nothing, so nothing is read out of a delivery but that it is signed. The secret is made from one
that the front holds anyway and is stored nowhere. A delivery is one only once, by its id and by its body: what is sent
again, by the forge or by somebody who recorded it, changes nothing.

Source: GitHub, “validating webhook deliveries” (`X-Hub-Signature-256`), “webhook events and payloads”; GitLab,
“webhooks” (`X-Gitlab-Token`, `X-Gitlab-Event`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services import book
from tocsin.services.app import Front
from tocsin.services.ports.tokens import Tokens

KIND: Final = "forge"
"""What such an arrival is called."""

LARGEST: Final = 2 << 20
"""Bytes; a delivery about an advisory has a tenth of it."""

LOOK: Final = "look"
"""What a delivery of GitLab is sealed as. It is signed with nothing, only sent with the secret: so it says no more than
that there is something new, and the worker looks for itself."""

GITLAB: Final = frozenset({"Issue Hook", "Confidential Issue Hook", "Note Hook", "Confidential Note Hook"})

HEARD: Final = frozenset({"repository_advisory", "issues"})
"""Events that are taken up. Of the others it is only said that they arrived."""


class Delivery(msgspec.Struct, frozen=True):
    """A delivery as it is sealed: which event, and its body as it came."""

    event: str
    body: bytes


class Taken(msgspec.Struct, frozen=True):
    """What is answered: whether it was taken up, and whether it had come before."""

    event: str
    taken: bool = False
    again: bool = False


def secret(tokens: Tokens, project: ProjectId) -> str:
    """The secret that a project's webhook is set up with; the same every time."""
    return tokens.mark("forge-hook", project).hex()


def deliver(front: Front, project: ProjectId, headers: Mapping[str, str], body: bytes) -> Taken | Refused:
    """Take a delivery; durable when this returns. Refuses what is not signed, too large, or for no project.

    Whether there is such a project is not told apart from a wrong signature. Raises `ports.store.Unavailable`.
    """
    if headers.get("X-Gitlab-Event"):
        return _hint(front, project, headers, body)
    event, delivery = headers.get("X-GitHub-Event", ""), headers.get("X-GitHub-Delivery", "")
    signed = headers.get("X-Hub-Signature-256", "")
    if len(body) > LARGEST:
        return Refused(code="too-large", because="This is larger than any delivery we take.", rule="forge")
    expected = hmac.new(secret(front.tokens, project).encode(), body, hashlib.sha256).hexdigest()
    good = hmac.compare_digest(f"sha256={expected}".encode(), signed.encode())
    if not good or front.projects.get(project) is None:
        return Refused(code="not-signed", because="This is not signed with the secret of the webhook.", rule="forge")
    if event not in HEARD or not delivery:
        return Taken(event=event)
    ids = (
        front.tokens.mark("forge-body", f"{project}/{hashlib.sha256(body).hexdigest()}").hex(),
        front.tokens.mark("forge-delivery", f"{project}/{delivery}").hex(),
    )
    new = book.leave(front, KIND, project, Delivery(event=event, body=body), ids)
    return Taken(event=event, taken=True, again=not new)


def _hint(front: Front, project: ProjectId, headers: Mapping[str, str], body: bytes) -> Taken | Refused:
    """Take a delivery of GitLab as what it is: a reason to look. Its body is kept nowhere."""
    if len(body) > LARGEST:
        return Refused(code="too-large", because="This is larger than any delivery we take.", rule="forge")
    event, sent = headers["X-Gitlab-Event"], headers.get("X-Gitlab-Token", "")
    good = hmac.compare_digest(secret(front.tokens, project).encode(), sent.encode())
    if not good or front.projects.get(project) is None:
        return Refused(code="not-signed", because="This was not sent with the secret of the webhook.", rule="forge")
    if event not in GITLAB:
        return Taken(event=event)
    name = front.tokens.mark("forge-look", f"{project}/{front.now():%Y-%m-%dT%H:%M}").hex()
    return Taken(event=event, taken=True, again=not book.leave(front, KIND, project, Delivery(LOOK, b""), (name,)))
