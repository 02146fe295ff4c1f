# SPDX-License-Identifier: Apache-2.0
"""Those outside who are told: distributors ahead of time, subscribers afterwards, and other programs by webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from tocsin.core.wire import Typed, Wire

Line = Annotated[str, msgspec.Meta(max_length=300)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=8_000)]


class Noted(Wire):
    """Something was taken, durably; what follows from it, the worker does."""

    noted: bool = True


# -------------------------------------------------------------------------------------------------------- distributors


class Terms(Wire):
    """What a distributor agrees to; `criteria` are what an application says something about, by their names."""

    version: str
    text: str
    criteria: dict[str, str]


class Distributor(Wire):
    """A distributor or applicant. `version` is its ETag; `told` says whether it is told of anything now, `because` why
    not; `evidence` is what it says of each criterion."""

    id: str
    version: int
    name: str
    contact: str
    purls: tuple[str, ...]
    state: str
    since: datetime
    terms: str
    confirmed_at: datetime | None
    told: bool
    because: str
    evidence: dict[str, str]


class Distributors(Wire):
    """One page of them, in the order of their ids. `next` is the id to go on after, empty on the last page."""

    tlp: str
    terms: Terms
    items: tuple[Distributor, ...]
    next: str


class Removal(Typed):
    """Why a distributor is removed."""

    because: Words = ""


class Removed(Wire):
    """A removed distributor, and the cases in which its part ended."""

    distributor: Distributor
    cases: tuple[str, ...]


class Share(Wire):
    """What one distributor was given in one case, and what it says: the ledger and the grid in one. An instant is None
    where it did not happen; `status` and `advisories` are its own words, by what it ships."""

    party: str
    name: str
    told_at: datetime
    consented: bool
    sent_at: datetime | None
    opened: tuple[datetime, ...]
    acknowledged_at: datetime | None
    status: dict[str, str]
    asks_for_time: bool
    advisories: tuple[str, ...]
    mark: str
    ended_at: datetime | None


class Shares(Wire):
    """The distributors of a case. `next` would be asked in now, `not_told` are concerned and why they are not told,
    `shut` says why nobody may be asked in yet."""

    tlp: str
    items: tuple[Share, ...]
    next: tuple[str, ...]
    not_told: tuple[str, ...]
    shut: str


class Application(Typed):
    """Somebody asks to be a distributor: `accepted` is the version of the terms they agree to, `evidence` says a
    sentence or gives an address for each criterion."""

    name: Line
    contact: Line
    purls: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)]
    evidence: Annotated[dict[str, Words], msgspec.Meta(max_length=20)]
    accepted: Line


class Linked(Typed):
    """The token of a link that was sent by mail: what stands behind `?t=`."""

    token: Token


# ---------------------------------------------------------------------------------------------------------- subscribers


class NewSubscription(Typed):
    """Somebody wants to be told: a mail address or an https address, the lines (all where none is named), and whether
    they want to be reminded once."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()
    remind: bool = False


class Word(Typed):
    """How far a subscriber is with an advisory, behind the link of the mail that told them."""

    token: Token
    answer: Annotated[str, msgspec.Meta(max_length=20)]


class Subscriptions(Wire):
    """How many want to be told, by mail and by webhook, and of which line; nobody by name."""

    mail: int
    webhook: int
    reminded: int
    lines: dict[str, int]


class Exposure(Wire):
    """What subscribers of one line (or of all, empty) said of themselves about an advisory."""

    line: str
    told: int
    updated: int
    not_affected: int
    not_yet: int
    silent: int


# ------------------------------------------------------------------------------------------------------------- webhooks


class NewWebhook(Typed):
    """Where events go, and which; all of them where none is named."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    types: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()


class Webhook(Wire):
    """A receiver of events. `version` is its ETag; `off_because` says why it is tried no more, `public` that a
    subscriber stands behind it, who learns what is published and nothing else."""

    id: str
    version: int
    url: str
    types: tuple[str, ...]
    made_at: datetime
    renewed_at: datetime | None
    failing_since: datetime | None
    not_before: datetime | None
    off_because: str
    public: bool


class WebhookSecret(Wire):
    """A webhook with its secret, which checks deliveries; here alone."""

    webhook: Webhook
    secret: str


class Webhooks(Wire):
    """One page of webhooks, and every event there is. `next` is the id to go on after, empty on the last page."""

    items: tuple[Webhook, ...]
    events: tuple[str, ...]
    next: str


class Delivery(Wire):
    """One event on its way to one webhook."""

    id: str
    webhook: str
    message: str
    event: str
    case: str
    happened_at: datetime
    state: str
    tries: int
    status: int
    error: str
    last_at: datetime | None


class Deliveries(Wire):
    """One page of deliveries of the last week. `next` is the id to go on after, empty on the last page."""

    items: tuple[Delivery, ...]
    next: str
