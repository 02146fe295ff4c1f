# SPDX-License-Identifier: Apache-2.0
"""A whole installation in memory, with a clock that stands still until it is told: real rules, real sealing, no disk.

`house()` gives both bundles over one memory store, so a test (or the author of a plug-in) can play reporter and desk
against each other without a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tocsin.adapters.notifiers import NOTIFIERS
from tocsin.adapters.vault.phrase import wordlist
from tocsin.core.notices import Notice
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import ProjectId, Role
from tocsin.services.alarms import AlarmedVault, sounder
from tocsin.services.app import Desk, Doors, Front, Guard, Machine, Mailroom, Outside, Press, Site, Watch
from tocsin.services.ports.notifier import Reach
from tocsin.services.quotas import OwnCounts, Quotas
from tocsin.testing.api import MemoryApiTokens, MemoryRepeats
from tocsin.testing.machine import MemoryAlarms, MemoryFacts, MemoryKeys
from tocsin.testing.mail import parsed
from tocsin.testing.records import MemoryArrivals, MemoryRecords
from tocsin.testing.shelf import MemoryShelf
from tocsin.testing.site import MemoryTree, OpenSigner
from tocsin.testing.store import MemoryStore
from tocsin.testing.unsent import MemoryMarks
from tocsin.testing.vault import Sealing, in_memory
from tocsin.testing.world import MemoryPeople, MemoryProjects, SeededMint, VirtualClock

START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
"""A Tuesday morning."""


@dataclass
class Told:
    """A notifier that remembers what it was told."""

    notices: list[Notice] = field(default_factory=list)
    name: str = "memory"
    address: str = ""

    def tell(self, notice: Notice, reach: Reach) -> None:
        """Remember."""
        self.notices.append(notice)


@dataclass
class Far:
    """The rest of the world, as far as a test lets it be reached."""

    reach: Callable[[str], bytes] | None = None

    def __call__(self, url: str) -> bytes:
        """Read a document at its address."""
        if self.reach is None:
            raise OSError(f"{url} cannot be reached")
        return self.reach(url)


@dataclass
class House:
    """The installation, its parts, and two people: Dana and Li, both of every project."""

    front: Front
    desk: Desk
    clock: VirtualClock
    store: MemoryStore
    sealing: Sealing
    told: Told
    dana: str
    li: str
    far: Far


def house(start: datetime = START, name: str = "security.example.org") -> House:
    """Make an installation with both source policies and two people, reached under `name`."""
    clock, mint, store, shelf, told = VirtualClock(start), SeededMint(), MemoryStore(), MemoryShelf(), Told()
    records, arrivals = MemoryRecords(), MemoryArrivals()
    sealing, tree = in_memory(name, clock=clock), MemoryTree(clock)
    projects = MemoryProjects()
    people = MemoryPeople(projects, mint)
    site = Site(public_url=f"https://{name}", desk_url=f"https://desk.{name.partition('.')[2]}")
    for name in NAMES:
        projects.adopt(seed(name) or "", "test", start)
    front = Front(
        site=site,
        now=clock,
        mint=mint,
        sealer=sealing.sealer,
        receipts=sealing.receipts,
        notary=sealing.notary,
        tokens=sealing.tokens,
        blobs=sealing.blobs,
        journal=store.journal,
        rooms=store.rooms,
        drops=store.drops,
        projects=projects,
        shelf=shelf,
        log=store.log,
        log_key=sealing.log_notary.public,
        arrivals=arrivals,
        quotas=Quotas(OwnCounts(), sealing.tokens.mark),
        unsent=MemoryMarks(),
        tree=tree,
    )
    far, alarms = Far(), MemoryAlarms()
    vault = AlarmedVault(sealing.vault, sounder(alarms, clock))
    desk = Desk(
        site=site,
        now=clock,
        mint=mint,
        sealer=vault,
        vault=vault,
        receipts=sealing.receipts,
        tokens=sealing.tokens,
        blobs=sealing.blobs,
        journal=store.journal,
        inbox=store.inbox,
        rooms=store.rooms,
        drops=store.drops,
        outbox=store.outbox,
        numbers=store.numbers,
        people=people,
        projects=projects,
        shelf=shelf,
        shelf_writer=shelf,
        notifiers=(told, *NOTIFIERS.values()),
        log=store.log,
        log_notary=sealing.log_notary,
        signatures=sealing.signatures,
        watch=Watch(notary=sealing.witness, peers=store.peers, fetch=far),
        machine=Machine(
            case_keys=store.case_keys,
            keys=MemoryKeys(sealing.sealer.instance, b"", sealing.log_notary.public),
            alarms=alarms,
            facts=MemoryFacts(),
        ),
        api_tokens=MemoryApiTokens(),
        repeats=MemoryRepeats(),
        outside=Outside(records=records, arrivals=arrivals, front=front),
        guard=Guard(words=frozenset(wordlist())),
        doors=Doors(trial=True),
        press=Press(tree=tree, signer=OpenSigner()),
        mail=Mailroom(front=front, parse=parsed),
    )
    maintainer = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})
    everywhere: dict[ProjectId, frozenset[Role]] = {project.id: maintainer for project in projects.all()}
    dana = people.add("Dana", "dana@example.org", everywhere)
    li = people.add("Li", "li@example.org", everywhere)
    return House(front, desk, clock, store, sealing, told, dana.id, li.id, far)
