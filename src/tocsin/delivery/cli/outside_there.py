# SPDX-License-Identifier: Apache-2.0
"""Those outside who are told, of an installation elsewhere: the client, with the exit codes that a refusal has here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tocsin.client import Failed, outside
from tocsin.core.wire.outside import Delivery, Distributor, Removed, Webhook, WebhookSecret
from tocsin.delivery.cli.context import stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.failed import answered, ended

T = TypeVar("T")


def _every(pages: Callable[[], Iterator[T]]) -> Iterator[T]:
    try:
        yield from pages()
    except Failed as error:
        ended(error)


class DistributorsThere:
    """`outside.Distributors` over HTTP."""

    def __init__(self, client: outside.Distributors) -> None:
        self._client = client

    def list(self) -> Iterator[Distributor]:
        """Every one of them."""
        return _every(self._client.list)

    def approve(self, seen: Distributor) -> Distributor:
        """Make an applicant a distributor."""
        return answered(lambda: self._client.approve(seen))

    def ask(self, seen: Distributor) -> Distributor:
        """Ask for the yearly yes now."""
        return answered(lambda: self._client.ask(seen))

    def remove(self, seen: Distributor, because: str) -> Removed:
        """End it everywhere at once."""
        return answered(lambda: self._client.remove(seen, because))


class HooksThere:
    """`outside.Hooks` over HTTP."""

    def __init__(self, client: outside.Hooks) -> None:
        self._client = client

    def list(self) -> Iterator[Webhook]:
        """Every one of them."""
        return _every(self._client.list)

    def add(self, url: str, types: Sequence[str]) -> WebhookSecret:
        """Set one up."""
        return answered(lambda: self._client.add(url, types))

    def secret(self, seen: Webhook) -> str:
        """No token reads a secret again: it was told when it was made."""
        stop(
            f"only the installation's own machine shows the secret of {seen.id} again; --new makes another", Exit.USAGE
        )

    def renew(self, seen: Webhook) -> WebhookSecret:
        """Make a new secret; the old one signs too for a day."""
        return answered(lambda: self._client.renew(seen))

    def test(self, seen: Webhook) -> Delivery:
        """Send a test event now."""
        return answered(lambda: self._client.test(seen))

    def remove(self, seen: Webhook) -> Webhook:
        """Forget one."""
        return answered(lambda: self._client.remove(seen))

    def deliveries(self) -> Iterator[Delivery]:
        """Deliveries of the last week."""
        return _every(self._client.deliveries)

    def again(self, delivery: str) -> Delivery:
        """Send a delivery again."""
        return answered(lambda: self._client.again(delivery))
