# SPDX-License-Identifier: Apache-2.0
"""Webhooks for programs: setting them up, trying them, sending again what did not arrive."""

from __future__ import annotations

from tocsin.core import webhooks
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.core.wire import outside as told
from tocsin.core.wire.access import Scope
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.cases import NOT_FOUND
from tocsin.services.hooks import deliveries, endpoints
from tocsin.services.hooks.deliveries import Delivery
from tocsin.services.hooks.endpoints import Endpoint
from tocsin.services.office import Office
from tocsin.services.office.listing import paged, seen_before


def listing(office: Office, project: ProjectId, after: str, limit: int) -> told.Webhooks | Refused:
    """List one page of webhooks, and every event that they can be told of."""
    if refused := _may(office, project, Scope.READ):
        return refused
    page, further = paged(endpoints.endpoints(office.desk), project, after, limit)
    return told.Webhooks(items=tuple(map(_told, page)), events=tuple(webhooks.NAMES), next=further)


def one(office: Office, project: ProjectId, name: str) -> told.Webhook | Refused:
    """Tell one of them."""
    kept = _find(office, project, name, Scope.READ)
    return kept if isinstance(kept, Refused) else _told(kept)


def add(office: Office, project: ProjectId, wish: told.NewWebhook) -> told.WebhookSecret | Refused:
    """Set one up; the answer holds the secret that checks its deliveries."""
    if refused := _may(office, project, Scope.WRITE):
        return refused
    made = endpoints.add(office.desk, project, wish.url, wish.types, office.caller.person)
    return made if isinstance(made, Refused) else _with(office.desk, project, *made)


def renew(office: Office, project: ProjectId, name: str, seen: int | None) -> told.WebhookSecret | Refused:
    """Make a new secret; the old one signs too for a day."""
    kept = _find(office, project, name, Scope.WRITE)
    if isinstance(kept, Refused):
        return kept
    if refused := seen_before(kept, seen):
        return refused
    return _with(office.desk, project, name, endpoints.renew(office.desk, kept))


def test(office: Office, project: ProjectId, name: str) -> told.Delivery | Refused:
    """Send a test event now; one that was switched off is tried again from then on."""
    kept = _find(office, project, name, Scope.WRITE)
    return kept if isinstance(kept, Refused) else _sent(deliveries.test(office.desk, kept))


def remove(office: Office, project: ProjectId, name: str, seen: int | None) -> told.Webhook | Refused:
    """Forget one, and what waits for it."""
    kept = _find(office, project, name, Scope.WRITE)
    if isinstance(kept, Refused):
        return kept
    if refused := seen_before(kept, seen):
        return refused
    endpoints.remove(office.desk, project, name)
    return _told(kept)


def sent(office: Office, project: ProjectId, after: str, limit: int) -> told.Deliveries | Refused:
    """List one page of the deliveries of the last week."""
    if refused := _may(office, project, Scope.READ):
        return refused
    page, further = paged(deliveries.deliveries(office.desk), project, after, limit)
    return told.Deliveries(items=tuple(map(_sent, page)), next=further)


def again(office: Office, project: ProjectId, name: str) -> told.Delivery | Refused:
    """Send a delivery again: same id, same body."""
    if refused := _may(office, project, Scope.WRITE):
        return refused
    kept = deliveries.again(office.desk, project, name)
    return kept if isinstance(kept, Refused) else _sent(kept)


def _may(office: Office, project: ProjectId, scope: Scope) -> Refused | None:
    actor = office.acting(project, scope)
    if isinstance(actor, Refused):
        return actor
    return None if endpoints.decides(actor) else NOT_FOUND


def _find(office: Office, project: ProjectId, name: str, scope: Scope) -> Kept[Endpoint] | Refused:
    refused = _may(office, project, scope)
    return refused or endpoints.endpoints(office.desk).get(project, name) or NOT_FOUND


def _with(desk: Desk, project: ProjectId, name: str, secret: str) -> told.WebhookSecret | Refused:
    kept = endpoints.endpoints(desk).get(project, name)
    return told.WebhookSecret(webhook=_told(kept), secret=secret) if kept else NOT_FOUND


def _told(kept: Kept[Endpoint]) -> told.Webhook:
    value = kept.value
    return told.Webhook(
        id=kept.id,
        version=kept.record.version,
        url=value.url,
        types=value.types,
        made_at=value.made_at,
        renewed_at=value.renewed_at,
        failing_since=value.failing_since,
        not_before=value.not_before,
        off_because=value.off_because,
        public=value.public,
    )


def _sent(kept: Kept[Delivery]) -> told.Delivery:
    value = kept.value
    return told.Delivery(
        id=kept.id,
        webhook=value.endpoint,
        message=value.message,
        event=value.told.type,
        case=value.told.data.get("case", ""),
        happened_at=value.told.timestamp,
        state=value.state.value,
        tries=value.tries,
        status=value.status,
        error=value.error,
        last_at=value.last_at,
    )
