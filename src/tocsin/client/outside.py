# SPDX-License-Identifier: Apache-2.0
"""Those outside who are told, of one project: its distributors and its webhooks. Edits are made on what was read: a
change by somebody else meanwhile raises Conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from tocsin.client.http import Http
from tocsin.client.http import seen as on
from tocsin.core.wire.outside import (
    Deliveries,
    Delivery,
    Distributor,
    NewWebhook,
    Removal,
    Removed,
    Subscriptions,
    Terms,
    Webhook,
    Webhooks,
    WebhookSecret,
)
from tocsin.core.wire.outside import Distributors as Page


class Distributors:
    """Who is, was or wants to be a distributor of a project."""

    def __init__(self, http: Http, project: str) -> None:
        self._http = http
        self._path = f"/projects/{quote(project, safe='')}/distributors"

    def terms(self) -> Terms:
        """Read what they agree to."""
        return self._http.get(self._path, Page, limit=1).terms

    def list(self) -> Iterator[Distributor]:
        """Read every page, one after the other."""
        return self._http.pages(self._path, Page)

    def approve(self, seen: Distributor) -> Distributor:
        """Make an applicant a distributor; needs a token for `publish`."""
        return self._http.post(f"{self._one(seen)}/approve", {}, Distributor, on(seen.version))

    def ask(self, seen: Distributor) -> Distributor:
        """Ask by mail for the yearly yes now."""
        return self._http.post(f"{self._one(seen)}/ask", {}, Distributor, on(seen.version))

    def remove(self, seen: Distributor, because: str = "") -> Removed:
        """End it everywhere at once."""
        return self._http.post(f"{self._one(seen)}/remove", Removal(because=because), Removed, on(seen.version))

    def _one(self, seen: Distributor) -> str:
        return f"{self._path}/{quote(seen.id, safe='')}"


class Hooks:
    """Who is told of a project's events by webhook."""

    def __init__(self, http: Http, project: str) -> None:
        self._http = http
        self._path = f"/projects/{quote(project, safe='')}"

    def list(self) -> Iterator[Webhook]:
        """Read every page, one after the other."""
        return self._http.pages(f"{self._path}/webhooks", Webhooks)

    def add(self, url: str, types: Sequence[str] = ()) -> WebhookSecret:
        """Set one up; the secret checks its deliveries."""
        return self._http.post(f"{self._path}/webhooks", NewWebhook(url=url, types=tuple(types)), WebhookSecret)

    def renew(self, seen: Webhook) -> WebhookSecret:
        """Make a new secret; the old one signs too for a day."""
        return self._http.post(f"{self._one(seen)}/secret", {}, WebhookSecret, on(seen.version))

    def test(self, seen: Webhook) -> Delivery:
        """Send a test event now."""
        return self._http.post(f"{self._one(seen)}/test", {}, Delivery)

    def remove(self, seen: Webhook) -> Webhook:
        """Forget one."""
        return self._http.delete(self._one(seen), Webhook, on(seen.version))

    def deliveries(self) -> Iterator[Delivery]:
        """Read the deliveries of the last week."""
        return self._http.pages(f"{self._path}/deliveries", Deliveries)

    def again(self, seen: Delivery | str) -> Delivery:
        """Send a delivery again, named by its id or as it was read."""
        name = seen if isinstance(seen, str) else seen.id
        return self._http.post(f"{self._path}/deliveries/{quote(name, safe='')}/again", {}, Delivery)

    def subscriptions(self) -> Subscriptions:
        """Count who wants to be told of advisories."""
        return self._http.get(f"{self._path}/subscriptions", Subscriptions)

    def _one(self, seen: Webhook) -> str:
        return f"{self._path}/webhooks/{quote(seen.id, safe='')}"
