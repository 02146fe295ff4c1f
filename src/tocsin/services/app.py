# SPDX-License-Identifier: Apache-2.0
"""Everything a use case is given, in two bundles: what the process that faces the internet holds, and what desk and
worker hold besides. Built once in `boot.wiring`; handed to the doors, never imported by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from tocsin.core.affected.sbom import bill
from tocsin.core.feeds.restricted import Draft
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.likes import Likes
from tocsin.services.measured import Measured
from tocsin.services.ports.api import ApiTokens, Repeats
from tocsin.services.ports.blobs import BlobStore
from tocsin.services.ports.chat import Chat, no_chat
from tocsin.services.ports.child import Bills
from tocsin.services.ports.cna import Cna
from tocsin.services.ports.factors import Factors, NoFactors
from tocsin.services.ports.fetch import Fetch
from tocsin.services.ports.forge import Forges, NoForges
from tocsin.services.ports.git import Mirrors, NoMirrors, Sandbox
from tocsin.services.ports.http import Http, no_http
from tocsin.services.ports.keys import KeyKeeper
from tocsin.services.ports.knock import Knock
from tocsin.services.ports.log import Log, LogReader, Peers
from tocsin.services.ports.machine import Alarms, CaseKeys, Facts
from tocsin.services.ports.mail import Checks, Parses, unchecked
from tocsin.services.ports.notary import Notary, Signatures
from tocsin.services.ports.notifier import Notifier
from tocsin.services.ports.openpgp import Decrypts, NoTeamKeys
from tocsin.services.ports.publisher import ShelfWriter
from tocsin.services.ports.receipts import Receipts
from tocsin.services.ports.records import Arrivals, Records
from tocsin.services.ports.shelf import ShelfReader
from tocsin.services.ports.signals import NoSignals, Signals
from tocsin.services.ports.site import Nowhere, Signer, Tree, TreeReader, Typesetter
from tocsin.services.ports.sources import SourcesOf, no_sources
from tocsin.services.ports.store import Drops, Inbox, Journal, Numbers, Outbox, Rooms
from tocsin.services.ports.targets import Target
from tocsin.services.ports.tokens import Tokens
from tocsin.services.ports.unsent import Marks
from tocsin.services.ports.vault import Sealer, Vault
from tocsin.services.ports.world import Clock, Mint, People, Projects
from tocsin.services.post.room import Post
from tocsin.services.presence import Presence
from tocsin.services.quotas import Quotas


class Wall(Protocol):
    """Tells the store for whom this thread asks from now on, and which one case they reach besides those of their
    projects: a second wall, where the database has one."""

    def __call__(self, who: str, case: CaseRef = "") -> None:
        """Say so."""


def no_wall(who: str, case: CaseRef = "") -> None:
    """A store without one."""


def one_clock() -> datetime | None:
    """A store on this machine, whose clock is this machine's."""
    return None


@dataclass(frozen=True)
class Site:
    """Where the instance is reached: absolute URLs without a trailing slash."""

    public_url: str
    desk_url: str


@dataclass(frozen=True)
class Doors:
    """How strictly people are let in. In `production` others can reach the installation, and whoever does what is
    weighty has a second factor. In a `trial` a link signs somebody in and nothing is asked for again: for demos and
    tests; everywhere else a second factor is set up first, and shown again before what is weighty."""

    trial: bool = False
    production: bool = False


@dataclass(frozen=True)
class Watch:
    """What it takes to witness other instances' logs: a key of its own, a memory, and a way to read them."""

    notary: Notary
    peers: Peers
    fetch: Fetch


@dataclass(frozen=True)
class Guard:
    """What the egress guard looks for besides the forms of secrets: the words of return phrases, and planted words."""

    words: frozenset[str] = frozenset()
    canaries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """What looks after the machine itself: wrapped case keys, the key holder's other side, alarms, facts."""

    case_keys: CaseKeys
    keys: KeyKeeper
    alarms: Alarms
    facts: Facts


@dataclass(frozen=True)
class Press:
    """How what is public leaves as plain files: the tree, the key it is signed with, and who sets it for printing."""

    tree: Tree
    signer: Signer | None = None
    typesetter: Typesetter | None = None


MOST_UNSENT: Final = 10 * 10**9


@dataclass(frozen=True)
class Front:
    """What intake and the public pages hold: they can seal, and cannot open any case. `log_key` is the public half,
    `bills` reads what strangers send: in a child wherever there are processes."""

    site: Site
    now: Clock
    mint: Mint
    sealer: Sealer
    receipts: Receipts
    notary: Notary
    tokens: Tokens
    blobs: BlobStore
    journal: Journal
    rooms: Rooms
    drops: Drops
    projects: Projects
    shelf: ShelfReader
    log: LogReader
    log_key: bytes
    arrivals: Arrivals
    quotas: Quotas
    unsent: Marks
    most_unsent: int = MOST_UNSENT
    """Bytes of files that wait to be sent, all together."""
    tree: TreeReader = field(default_factory=Nowhere)
    facts: Facts | None = None
    bills: Bills = bill


@dataclass(frozen=True)
class Outside:
    """What the worker deals with the outside world through: what it remembers of it, and what came in from there.

    `front` is how it hands in a report that came another way than through the front's own doors: sealed all the same.
    """

    records: Records
    arrivals: Arrivals
    front: Front
    http: Http = no_http
    chat: Chat = no_chat
    forges: Forges = field(default_factory=NoForges)


@dataclass(frozen=True)
class Mailroom:
    """What mail that comes in is dealt with by: the front's own bundle to open cases with, the parser's child, the
    teams' OpenPGP keys. `trusted` is the host whose Authentication-Results are believed, `lists` the ids of mailing
    lists that are a mailbox of a project's own, `more` further addresses of projects."""

    front: Front
    parse: Parses
    keys: Decrypts = field(default_factory=NoTeamKeys)
    check: Checks = unchecked
    trusted: str = ""
    lists: tuple[str, ...] = ()
    more: tuple[tuple[str, ProjectId], ...] = ()


@dataclass(frozen=True)
class Desk:
    """What desk, API, CLI and worker hold: they open cases, each time naming an actor and a purpose."""

    site: Site
    now: Clock
    mint: Mint
    sealer: Sealer
    vault: Vault
    receipts: Receipts
    tokens: Tokens
    blobs: BlobStore
    journal: Journal
    inbox: Inbox
    rooms: Rooms
    drops: Drops
    outbox: Outbox
    numbers: Numbers
    people: People
    projects: Projects
    shelf: ShelfReader
    shelf_writer: ShelfWriter
    notifiers: Sequence[Notifier]
    log: Log
    log_notary: Notary
    signatures: Signatures
    watch: Watch
    machine: Machine
    api_tokens: ApiTokens
    repeats: Repeats
    outside: Outside
    likes: Likes = field(default_factory=Likes)
    measures: Measured = field(default_factory=Measured)
    presence: Presence = field(default_factory=Presence)
    spoilt: dict[str, datetime] = field(default_factory=dict)
    """Records of `services.book` that do not open, and until when each is passed over."""
    drafts: dict[ProjectId, dict[CaseRef, tuple[int, Draft | None]]] = field(default_factory=dict)
    sources: SourcesOf = no_sources
    doors: Doors = Doors()
    factors: Factors = field(default_factory=NoFactors)
    guard: Guard = Guard()
    press: Press | None = None
    mirrors: Mirrors = field(default_factory=NoMirrors)
    knocks: tuple[Knock, ...] = ()
    sandbox: Sandbox | None = None
    post: Post = field(default_factory=Post)
    targets: tuple[Target, ...] = ()
    cnas: Mapping[ProjectId, Cna] = field(default_factory=dict)
    signals: Signals = field(default_factory=NoSignals)
    aside: Callable[[Callable[[], None]], None] | None = None
    """Takes what may have to wait for others off the worker's turn; without one it is done in the turn."""
    mail: Mailroom | None = None
    wall: Wall = no_wall
    shared_clock: Callable[[], datetime | None] = one_clock
    """What the clock says that all machines of the installation share; None where there is one machine."""


Holder = Front | Desk
