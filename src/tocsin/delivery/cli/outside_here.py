# SPDX-License-Identifier: Apache-2.0
"""Those outside who are told, of this machine's installation: the same office that answers programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tocsin.core import webhooks as words
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.core.wire.outside import (
    Deliveries,
    Delivery,
    Distributor,
    Distributors,
    NewWebhook,
    Removal,
    Removed,
    Webhook,
    Webhooks,
    WebhookSecret,
)
from tocsin.delivery.cli.exits import answered, refuse
from tocsin.services.cases import NOT_FOUND
from tocsin.services.hooks import endpoints
from tocsin.services.office import MOST, Office, distributors, webhooks

Page = TypeVar("Page", Distributors, Webhooks, Deliveries)


def _pages(ask: Callable[[str], Page | Refused]) -> Iterator[Page]:
    after = ""
    while True:
        page = answered(ask(after))
        yield page
        if not (after := page.next):
            return


@dataclass(frozen=True)
class DistributorsHere:
    """`outside.Distributors` on this machine."""

    office: Office
    project: ProjectId

    def list(self) -> Iterator[Distributor]:
        """Every one of them."""
        for page in _pages(lambda after: distributors.listing(self.office, self.project, after, MOST)):
            yield from page.items

    def approve(self, seen: Distributor) -> Distributor:
        """Make an applicant a distributor."""
        return answered(distributors.approve(self.office, self.project, seen.id, seen.version))

    def ask(self, seen: Distributor) -> Distributor:
        """Ask for the yearly yes now."""
        return answered(distributors.ask(self.office, self.project, seen.id, seen.version))

    def remove(self, seen: Distributor, because: str) -> Removed:
        """End it everywhere at once."""
        wish = Removal(because=because)
        return answered(distributors.remove(self.office, self.project, seen.id, wish, seen.version))


@dataclass(frozen=True)
class HooksHere:
    """`outside.Hooks` on this machine."""

    office: Office
    project: ProjectId

    def list(self) -> Iterator[Webhook]:
        """Every one of them."""
        for page in _pages(lambda after: webhooks.listing(self.office, self.project, after, MOST)):
            yield from page.items

    def add(self, url: str, types: Sequence[str]) -> WebhookSecret:
        """Set one up."""
        return answered(webhooks.add(self.office, self.project, NewWebhook(url=url, types=tuple(types))))

    def secret(self, seen: Webhook) -> str:
        """The secret that checks its deliveries, as it was told when it was made."""
        kept = endpoints.endpoints(self.office.desk).get(self.project, seen.id)
        if kept is None:
            refuse(NOT_FOUND)
        return words.secret(endpoints.raw(self.office.desk.tokens, kept.id, kept.value.generation))

    def renew(self, seen: Webhook) -> WebhookSecret:
        """Make a new secret; the old one signs too for a day."""
        return answered(webhooks.renew(self.office, self.project, seen.id, seen.version))

    def test(self, seen: Webhook) -> Delivery:
        """Send a test event now."""
        return answered(webhooks.test(self.office, self.project, seen.id))

    def remove(self, seen: Webhook) -> Webhook:
        """Forget one."""
        return answered(webhooks.remove(self.office, self.project, seen.id, seen.version))

    def deliveries(self) -> Iterator[Delivery]:
        """Deliveries of the last week."""
        for page in _pages(lambda after: webhooks.sent(self.office, self.project, after, MOST)):
            yield from page.items

    def again(self, delivery: str) -> Delivery:
        """Send a delivery again."""
        return answered(webhooks.again(self.office, self.project, delivery))
