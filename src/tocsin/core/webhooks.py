# SPDX-License-Identifier: Apache-2.0
"""Signed webhooks: which events there are, what they say, and the signature (Standard Webhooks 1.0).

They end in chat rooms, so they are thin: ids and instants, never a word of the matter. Who wants to know more follows
the address and signs in. Sending, retries and secrets belong to `services.hooks`.

Source: standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

TYPES: Final[Mapping[str, str]] = {
    "report.received": "report.received",
    "case.accepted": "case.accepted",
    "case.rejected": "case.rejected",
    "case.info_requested": "case.needs_info",
    "case.duplicated": "case.duplicate",
    "case.assigned": "case.lead_changed",
    "case.closed": "case.closed",
    "message.sent": "message.created",
    "message.received": "message.created",
    "promise.warned": "sla.warning",
    "lines.set": "branch.updated",
    "score.set": "score.changed",
    "embargo.proposed": "embargo.proposed",
    "embargo.accepted": "embargo.accepted",
    "embargo.decided": "embargo.amended",
    "embargo.ended": "embargo.ended",
    "embargo.lapsed": "embargo.ended",
    "advisory.drafted": "advisory.drafted",
    "publication.ordered": "advisory.scheduled",
    "advisory.published": "advisory.published",
    "target.read": "publication.verified",
    "publication.failed": "publication.failed",
    "target.refused": "publication.failed",
    "party.invited": "distributor.notified",
    "party.consented": "distributor.acknowledged",
    "policy.adopted": "policy.changed",
}
"""Type of webhook by the name of the journal's event. What is not here is told to nobody."""

NAMES: Final = tuple(dict.fromkeys((*TYPES.values(), "webhook.test")))
"""Every type."""

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300
"""Seconds by which a receiver's clock may differ before it should refuse a delivery."""


def is_receiver(url: str, *schemes: str) -> bool:
    """Whether deliveries could go to an address: of one of these schemes, with a host, a port that there can be, and no
    name or password in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # no address at all, or a port that no machine has
        return False


class Told(msgspec.Struct, frozen=True):
    """The body of a webhook."""

    type: str
    timestamp: datetime
    data: Mapping[str, str]


def body(told: Told) -> bytes:
    """The exact bytes that are signed and sent: the same for the same event, however often it is sent."""
    return msgspec.json.encode(told, order="deterministic")


def secret(raw: bytes) -> str:
    """A secret as it is shown to whoever sets a receiver up."""
    return PREFIX + base64.b64encode(raw).decode()


def signature(raw: bytes, message: str, at: datetime, content: bytes) -> str:
    """One signature of a delivery: `v1,` and the HMAC-SHA-256 over id, seconds and body."""
    signed = f"{message}.{seconds(at)}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def headers(raws: tuple[bytes, ...], message: str, at: datetime, content: bytes) -> dict[str, str]:
    """The three headers; with two secrets, while one takes the other's place, a signature by each."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds(at)),
        "webhook-signature": " ".join(signature(raw, message, at, content) for raw in raws),
    }


def seconds(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.astimezone(UTC).timestamp())


def verify(raw: bytes, said: Mapping[str, str], content: bytes, now: datetime) -> bool:
    """Whether a delivery is what was signed, and of now: what a receiver has to do, for tests and for ours."""
    stamp = said.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(seconds(now) - int(stamp)) > TOLERANCE:
        return False
    signed = f"{said.get('webhook-id', '')}.{stamp}.".encode() + content
    expected = base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest())
    given = [
        each.removeprefix("v1,").encode() for each in said.get("webhook-signature", "").split() if each[:3] == "v1,"
    ]
    return any(hmac.compare_digest(expected, each) for each in given)
