# SPDX-License-Identifier: Apache-2.0
"""What commands ask about those outside who are told: distributors ahead of time, other programs by webhook.

Both seats answer in `core.wire`. Who is to be changed is found first and handed back as it was read, so that a change
which somebody else made meanwhile is a conflict, here as elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tocsin.core.wire.outside import Delivery, Distributor, Removed, Webhook, WebhookSecret
from tocsin.delivery.cli.context import inert, stop
from tocsin.delivery.cli.exits import Exit


class Distributors(Protocol):
    """Who is, was or wants to be a distributor of one project. Whatever is refused ends the command."""

    def list(self) -> Iterator[Distributor]:
        """Every one of them."""

    def approve(self, seen: Distributor) -> Distributor:
        """Make an applicant a distributor."""

    def ask(self, seen: Distributor) -> Distributor:
        """Ask for the yearly yes now."""

    def remove(self, seen: Distributor, because: str) -> Removed:
        """End it everywhere at once."""


class Hooks(Protocol):
    """Who is told of one project's events by webhook. Whatever is refused ends the command."""

    def list(self) -> Iterator[Webhook]:
        """Every one of them."""

    def add(self, url: str, types: Sequence[str]) -> WebhookSecret:
        """Set one up."""

    def secret(self, seen: Webhook) -> str:
        """The secret that checks its deliveries; only the machine itself shows it again."""

    def renew(self, seen: Webhook) -> WebhookSecret:
        """Make a new secret; the old one signs too for a day."""

    def test(self, seen: Webhook) -> Delivery:
        """Send a test event now."""

    def remove(self, seen: Webhook) -> Webhook:
        """Forget one."""

    def deliveries(self) -> Iterator[Delivery]:
        """Deliveries of the last week."""

    def again(self, delivery: str) -> Delivery:
        """Send a delivery again."""


def distributor_called(every: Iterable[Distributor], named: str) -> Distributor:
    """The one with this id, else with this name; ends with 5 where there is none, and with 2 where the name leaves it
    open: anybody may apply under the name of somebody else. Who was removed only counts where nobody else has it."""
    known = list(every)
    fits = [each for each in known if each.id == named]
    fits = fits or sorted((e for e in known if e.name.casefold() == named.casefold()), key=lambda e: e.since)
    if not fits:
        stop(f"no distributor {inert(named)}", Exit.NOT_FOUND)
    here = [each for each in fits if each.state != "removed"]
    if len(here) > 1:
        told = "; ".join(f"{each.id} ({each.state}, {inert(each.contact)})" for each in here)
        stop(f"{len(here)} are called {inert(named)}, name one by its id: {told}", Exit.USAGE)
    return (here or fits)[-1]


def webhook_called(every: Iterable[Webhook], name: str) -> Webhook:
    """The one with this id; ends with 5 where there is none."""
    found = next((each for each in every if each.id == name), None)
    if found is None:
        stop(f"no webhook {inert(name)}", Exit.NOT_FOUND)
    return found
