# SPDX-License-Identifier: Apache-2.0
"""What the steps of the site share: what they are given, what they remember, and where everything lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.feeds.csaf import Edition, Filed, Provider
from tocsin.core.feeds.entry import Entry, Page
from tocsin.core.vocabulary import Value
from tocsin.services.ports.shelf import ShelfCard, ShelfReader
from tocsin.services.ports.site import Signer, Tree, Typesetter
from tocsin.services.ports.world import ProjectInfo, Projects

STATE: Final = "site-state.json"
"""What the tree holds already. It stands beside the files, so that a copy of the tree can be grown on."""

REST: Final = timedelta(minutes=1)

FULL: Final = 50
"""Publications on one page of a feed."""


class Made(Value):
    """What a tree is made for: another address, key or form makes it anew."""

    form: int = 6
    url: str = ""
    fingerprint: str = ""


class State(Value):
    """How far the tree has come. `months` are those in which something was published first (`2026-03`), `stale` the
    ones of them that have changed since `assembled_at`; `cost` is how many seconds the last assembly took, `dump_cost`
    the last dump, and `dumped` the serial it has; `printed` the last serial that has its PDF. Read at every look and
    written with every publication, so nothing may stand here that grows with what was published."""

    made: Made = Made()
    serial: int = 0
    printed: int = 0
    months: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    assembled: int = -1
    assembled_at: datetime | None = None
    day: str = ""
    cost: float = 0.0
    dumped: int = -1
    dumped_at: datetime | None = None
    dump_cost: float = 0.0

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the months."""
        return tuple(dict.fromkeys(int(each[:4]) for each in self.months))


_STATE: Final = msgspec.json.Decoder(State)


@dataclass(frozen=True)
class Writer:
    """What it takes to write the tree. `url` is where it is reached, without a trailing slash; without a signer the
    site is a provider, not a trusted one."""

    shelf: ShelfReader
    projects: Projects
    tree: Tree
    url: str
    now: Callable[[], datetime]
    signer: Signer | None = None
    typesetter: Typesetter | None = None
    renewed: Callable[[], datetime] | None = None
    closed: Callable[[str], bool] = lambda project: False
    """Whether a project is archived: security.txt does not name it."""

    def state(self) -> State:
        """What the tree holds; an empty state where it was made for something else, or cannot be read."""
        fresh = State(made=self.made)
        found = self.tree.file(STATE)
        try:
            state = _STATE.decode(found.body) if found else fresh
        except msgspec.MsgspecError:
            return fresh
        return state if state.made == self.made and state.serial <= self.shelf.serial() else fresh

    def settled(self) -> bool:
        """Whether the tree, its lists and its PDFs hold all that was published, so that nothing is to be done."""
        state, newest = self.state(), self.shelf.serial()
        listed = state.assembled == newest and state.day == f"{self.now():%Y-%m-%d}"
        held = state.serial == newest and listed and state.dumped == newest
        return held and (self.typesetter is None or state.printed >= newest)

    def keep(self, state: State) -> None:
        """Remember what the tree holds, once it does hold it."""
        self.tree.flush()
        self.tree.write(STATE, msgspec.json.encode(state))
        self.tree.flush()

    @property
    def made(self) -> Made:
        """What this writer makes a tree for."""
        return Made(url=self.url, fingerprint=self.fingerprint)

    @property
    def fingerprint(self) -> str:
        """The key's, or "" without one."""
        return self.signer.fingerprint if self.signer else ""

    def provider(self) -> Provider:
        """Who publishes here: the project where there is one, the installation where there are several."""
        host = urlsplit(self.url).hostname or self.url
        found = Provider(name=host, namespace=self.url, url=self.url, fingerprint=self.fingerprint)
        projects = self.projects.all()
        if len(projects) != 1:
            return found
        policy = self.projects.policy(projects[0].id, projects[0].policy)
        return msgspec.structs.replace(
            found,
            name=policy.project.name,
            namespace=policy.project.url or self.url,
            contact=f"{self.url}/p/{projects[0].id}/report",
        )

    def home(self, project: str) -> str:
        """Address of a project's list of advisories."""
        return f"{self.url}/p/{project}/advisories/"

    def entry(self, card: ShelfCard) -> Entry:
        """A card as an entry of a feed."""
        page = self.home(card.project) + card.id
        return Entry(
            id=page,
            link=page,
            title=card.title,
            summary=f"{card.summary} {card.affected}".strip(),
            published=card.published_at,
            updated=card.modified_at,
            severity=card.severity,
            categories=(card.cve_id,) if card.cve_id else (),
        )

    def filed(self, card: ShelfCard) -> Filed:
        """Where a card's CSAF document lies."""
        return Filed(path=csaf_path(card), entry=self.entry(card), signed=bool(self.signer))

    def page(self, info: ProjectInfo, kind: str, number: int, older: int, updated: datetime) -> Page:
        """The frame of one page of a project's feed; number 0 is the head."""
        head = f"{self.url}/{feed_path(info.id, kind, 0)}"
        return Page(
            title=f"{info.name} security advisories",
            home=self.home(info.id),
            this=f"{self.url}/{feed_path(info.id, kind, number)}",
            current=head,
            older=f"{self.url}/{feed_path(info.id, kind, older)}" if older else "",
            updated=updated,
            author=f"{info.name} security",
        )


def rested(now: datetime, last: datetime | None, cost: float, rests: int) -> bool:
    """Whether it is time again for what took `cost` seconds the last time: it rests `rests` times as long, and a minute
    at least."""
    return last is None or now >= last + max(REST, timedelta(seconds=rests * cost))


def csaf_path(card: ShelfCard) -> str:
    """`2026/whpg-sa-2026-001.json`, as `core.advisory.assemble.csaf_address` has promised it in the document."""
    return f"{card.published_at.year:04}/{csaf_file_name(card.id)}"


def feed_path(project: str, kind: str, number: int) -> str:
    """Where a page of a feed lies: the head at `p/x/advisories.atom`, full pages below `p/x/feed/`."""
    return f"p/{project}/feed/{number}.{kind}" if number else f"p/{project}/advisories.{kind}"


FORMATS: Final = {each.document_format: each for each in Edition}
"""Formats that lie in a folder of the provider."""
