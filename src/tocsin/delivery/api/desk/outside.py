# SPDX-License-Identifier: Apache-2.0
"""Addresses of those outside who are told: distributors, subscribers, webhooks. Views are thin: they ask the office."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.http import HttpResponse

from tocsin.core.wire.outside import (
    Deliveries,
    Delivery,
    Distributor,
    Distributors,
    Exposure,
    NewWebhook,
    Removal,
    Removed,
    Shares,
    Subscriptions,
    Webhook,
    Webhooks,
    WebhookSecret,
)
from tocsin.delivery.api import bodies
from tocsin.delivery.api.desk.base import Key, Limit, RecordMatch, Word, answer, api, edit, tagged
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.schema import told
from tocsin.services.office import PAGE, around, distributors, webhooks

_ONCE: Final = ("Idempotent-Replayed",)

# -------------------------------------------------------------------------------------------------------- distributors


@api.get(
    "/projects/{project}/distributors",
    operation_id="distributors",
    tags=["distributors"],
    openapi_extra=told(Distributors),
)
def listing(request: OfficeRequest, project: str, after: Word = "", limit: Limit = PAGE) -> HttpResponse:
    """List those who are, were or want to be distributors, and the terms in force."""
    return answer(distributors.listing(request.office, project, after, limit))


@api.get(
    "/projects/{project}/distributors/{distributor}",
    operation_id="distributor",
    tags=["distributors"],
    openapi_extra=told(Distributor, headers=["ETag"]),
)
def one(request: OfficeRequest, project: str, distributor: str) -> HttpResponse:
    """Tell one of them, with what it says of each criterion."""
    return tagged(distributors.one(request.office, project, distributor))


@api.post(
    "/projects/{project}/distributors/{distributor}/approve",
    operation_id="approve-distributor",
    tags=["distributors"],
    openapi_extra=told(Distributor, headers=_ONCE),
)
def approve(
    request: OfficeRequest,
    project: str,
    distributor: str,
    if_match: RecordMatch = None,
    idempotency_key: Key = None,
) -> HttpResponse:
    """Make an applicant a distributor, and write to them. Needs the scope `publish`: they are told of what is not
    public yet."""
    office = request.office
    return edit(
        request, idempotency_key, if_match, lambda seen: distributors.approve(office, project, distributor, seen)
    )


@api.post(
    "/projects/{project}/distributors/{distributor}/ask",
    operation_id="ask-distributor",
    tags=["distributors"],
    openapi_extra=told(Distributor, headers=_ONCE),
)
def ask(
    request: OfficeRequest,
    project: str,
    distributor: str,
    if_match: RecordMatch = None,
    idempotency_key: Key = None,
) -> HttpResponse:
    """Ask a distributor by mail to say yes to the terms for another year."""
    office = request.office
    return edit(request, idempotency_key, if_match, lambda seen: distributors.ask(office, project, distributor, seen))


@api.post(
    "/projects/{project}/distributors/{distributor}/remove",
    operation_id="remove-distributor",
    tags=["distributors"],
    openapi_extra=told(Removed, body=Removal, headers=_ONCE),
)
def remove(
    request: OfficeRequest,
    project: str,
    distributor: str,
    if_match: RecordMatch = None,
    idempotency_key: Key = None,
) -> HttpResponse:
    """End a distributor everywhere at once: rooms are shut, and it takes part in no case any more. The ledger stays."""
    office, wish = request.office, bodies.read(request, Removal)
    return edit(
        request, idempotency_key, if_match, lambda seen: distributors.remove(office, project, distributor, wish, seen)
    )


@api.get("/cases/{ref}/distributors", operation_id="shares", tags=["distributors"], openapi_extra=told(Shares))
def shares(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell who was told, consented, was given the package, opened and acknowledged it, and where they stand."""
    return answer(distributors.of_case(request.office, ref))


# ---------------------------------------------------------------------------------------------------------- subscribers


@api.get(
    "/projects/{project}/subscriptions",
    operation_id="subscriptions",
    tags=["subscriptions"],
    openapi_extra=told(Subscriptions),
)
def subscriptions(request: OfficeRequest, project: str) -> HttpResponse:
    """Count who wants to be told, by mail and webhook and line. People subscribe at the public address."""
    return answer(around.subscriptions(request.office, project))


@api.get(
    "/advisories/{advisory}/rollout",
    operation_id="rollout",
    tags=["subscriptions"],
    openapi_extra=told(tuple[Exposure, ...]),
)
def rollout(request: OfficeRequest, advisory: str) -> HttpResponse:
    """Count what subscribers said of themselves about an advisory, line by line and then all of them."""
    return answer(around.rollout(request.office, advisory))


# ------------------------------------------------------------------------------------------------------------- webhooks


def _without_secret(given: HttpResponse) -> bytes:
    """What is remembered of an answer: a secret is read again where it belongs, and kept nowhere else."""
    made = msgspec.json.decode(given.content, type=WebhookSecret)
    return msgspec.json.encode(msgspec.structs.replace(made, secret=""))


@api.get("/projects/{project}/webhooks", operation_id="webhooks", tags=["webhooks"], openapi_extra=told(Webhooks))
def hooks(request: OfficeRequest, project: str, after: Word = "", limit: Limit = PAGE) -> HttpResponse:
    """List who is told of events by webhook, and which events there are."""
    return answer(webhooks.listing(request.office, project, after, limit))


@api.post(
    "/projects/{project}/webhooks",
    operation_id="add-webhook",
    tags=["webhooks"],
    response={201: None},
    openapi_extra=told(WebhookSecret, 201, body=NewWebhook, headers=_ONCE),
)
def add_hook(request: OfficeRequest, project: str, idempotency_key: Key = None) -> HttpResponse:
    """Tell an address about events. The answer holds the secret that checks deliveries, this once."""
    office, wish = request.office, bodies.read(request, NewWebhook)
    return edit(request, idempotency_key, None, lambda _: webhooks.add(office, project, wish), 201, _without_secret)


@api.get(
    "/projects/{project}/webhooks/{webhook}",
    operation_id="webhook",
    tags=["webhooks"],
    openapi_extra=told(Webhook, headers=["ETag"]),
)
def hook(request: OfficeRequest, project: str, webhook: str) -> HttpResponse:
    """Tell one of them, and whether it fails."""
    return tagged(webhooks.one(request.office, project, webhook))


@api.delete(
    "/projects/{project}/webhooks/{webhook}",
    operation_id="remove-webhook",
    tags=["webhooks"],
    openapi_extra=told(Webhook, headers=_ONCE),
)
def remove_hook(
    request: OfficeRequest, project: str, webhook: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Forget one; what waits for it is not sent."""
    office = request.office
    return edit(request, idempotency_key, if_match, lambda seen: webhooks.remove(office, project, webhook, seen))


@api.post(
    "/projects/{project}/webhooks/{webhook}/secret",
    operation_id="renew-webhook-secret",
    tags=["webhooks"],
    openapi_extra=told(WebhookSecret, headers=_ONCE),
)
def renew_secret(
    request: OfficeRequest, project: str, webhook: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Make a new secret; the old one signs too for a day."""
    office = request.office

    def do(seen: int | None) -> Any:
        return webhooks.renew(office, project, webhook, seen)

    return edit(request, idempotency_key, if_match, do, 200, _without_secret)


@api.post(
    "/projects/{project}/webhooks/{webhook}/test",
    operation_id="test-webhook",
    tags=["webhooks"],
    openapi_extra=told(Delivery, headers=_ONCE),
)
def try_hook(request: OfficeRequest, project: str, webhook: str, idempotency_key: Key = None) -> HttpResponse:
    """Send a test event now, and say what was answered."""
    office = request.office
    return edit(request, idempotency_key, None, lambda _: webhooks.test(office, project, webhook))


@api.get("/projects/{project}/deliveries", operation_id="deliveries", tags=["webhooks"], openapi_extra=told(Deliveries))
def deliveries(request: OfficeRequest, project: str, after: Word = "", limit: Limit = PAGE) -> HttpResponse:
    """List the deliveries of the last week."""
    return answer(webhooks.sent(request.office, project, after, limit))


@api.post(
    "/projects/{project}/deliveries/{delivery}/again",
    operation_id="redeliver",
    tags=["webhooks"],
    openapi_extra=told(Delivery, headers=_ONCE),
)
def again(request: OfficeRequest, project: str, delivery: str, idempotency_key: Key = None) -> HttpResponse:
    """Send a delivery again: same id, same body, a signature of now."""
    office = request.office
    return edit(request, idempotency_key, None, lambda _: webhooks.again(office, project, delivery))
