# SPDX-License-Identifier: Apache-2.0
"""Workers that can be killed anywhere: `python -m tests.campaign.mortals`, with `TOCSIN_CONFIG` set.

This process loads everything once and opens nothing; each worker is forked from it, opens the installation as a worker
does, and takes turns at a given instant until there is nothing to do, or until it gets SIGKILL: at a chosen write (just
before or just after it), or after some milliseconds, wherever it is then. Orders come as lines of JSON, answers go the
same way.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import msgspec

PROJECT: Final = "warehousepg"
AHEAD: Final = timedelta(minutes=30)
MOST_TURNS: Final = 200
CVE: Final = "CVE-1900-0001"
SUBSCRIBERS: Final = ("ann@ops.example", "bob@ops.example")

WRITES: Final = {
    "journal": ("commit",),
    "outbox": ("done", "again", "lease"),
    "shelf_writer": ("put",),
    "inbox": ("put",),
}
"""Ports of the desk whose calls are instants to die at, besides every word to somebody else."""


class Order(msgspec.Struct):
    """What to do: prepare, or let as many workers run as `fates` says, each to be killed at that write (0: at none).

    `after` kills them all after so many seconds, wherever they are; `when` names an instant instead of counting to it.
    """

    do: str
    now: datetime
    fates: list[int] = []
    after: float = 0.0
    when: str = ""
    careless: bool = False
    settle: dict[str, bool] = {}


class Told(msgspec.Struct):
    """What became of it: exit codes, negative for a signal; by which instants a worker that lived came; and what it
    saw at its end: targets and their state, and when there is something to do again."""

    codes: list[int] = []
    instants: list[str] = []
    states: dict[str, str] = {}
    at: datetime | None = None
    waiting: int = 0
    again: datetime | None = None
    published: int = 0
    letters: list[str] = []
    loaded: list[str] = []


class Fate:
    """Counts the instants at which this process can end, and ends it at the chosen one."""

    def __init__(self, at: int, when: str = "") -> None:
        self.at, self.when = at, when
        self.seen: list[str] = []

    def __call__(self, what: str) -> None:
        self.seen.append(what)
        if len(self.seen) == self.at or what == self.when:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A port whose calls are instants at which this process can end: just before, and just after."""

    def __init__(self, name: str, port: Any, fate: Fate, calls: tuple[str, ...] = ("__call__",)) -> None:
        self._name, self._port, self._fate, self._calls = name, port, fate, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._watched(found) if name in self._calls else found

    def __call__(self, *args: Any, **more: Any) -> Any:
        return self._watched(self._port)(*args, **more)

    def _watched(self, found: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **more: Any) -> Any:
            self._fate(f"before {self._name}")
            result = found(*args, **more)
            self._fate(f"after {self._name}")
            return result

        return watched


def desk(clock: Callable[[], datetime], fate: Fate) -> Any:
    """The installation as a worker holds it, by a clock that stands still, and mortal."""
    from tocsin.adapters.cna import CveRecords, CveServices
    from tocsin.adapters.forge import ConfiguredForges
    from tocsin.boot import config as configuration
    from tocsin.boot import wiring

    settings = configuration.load()
    made = wiring.desk(settings)
    http: Any = Mortal("http", made.outside.http, fate)
    account = settings.cna[PROJECT]
    cnas = {PROJECT: CveServices(account, Path(account.key_file).read_text(encoding="utf-8").strip(), http)}
    outside = replace(
        made.outside,
        http=http,
        chat=Mortal("chat", made.outside.chat, fate),
        forges=ConfiguredForges(settings.forge, http),
    )
    sends: Any = Mortal("mail", made.post.sends, fate, ("send",))
    return replace(
        made,
        **{name: Mortal(name, getattr(made, name), fate, calls) for name, calls in WRITES.items()},
        now=clock,
        outside=replace(outside, front=replace(outside.front, now=clock)),
        targets=(CveRecords(cnas),),
        cnas=cnas,
        post=replace(made.post, sends=sends, http=http),
    )


def careless() -> None:
    """A broken build, for the control: what was cut short is said again without a look."""
    from tocsin.services.outward.chat import Chats

    made = Chats.__init__

    def hasty(self: Any, *given: Any, **more: Any) -> None:
        made(self, *given, **{**more, "blind": False})

    Chats.__init__ = hasty  # type: ignore[method-assign]


# ----------------------------------------------------------------------------------------------- what a worker does


def work(order: Order, fate: int) -> Told:
    """One worker's life."""
    if order.careless:
        careless()
    from tocsin.services import worker

    mortal = Fate(fate, order.when)
    place = desk(lambda: order.now, mortal)
    for _ in range(MOST_TURNS):
        if worker.run_once(place).idle:
            return seen(place, mortal.seen)
    raise AssertionError("there is always something to do")


def seen(place: Any, instants: Sequence[str] = ()) -> Told:
    """How far everything is."""
    from tocsin.core.vocabulary import SYSTEM_ACTOR
    from tocsin.services import cases
    from tocsin.services.post import letters

    told = Told(instants=list(instants), waiting=place.outbox.waiting(), again=place.outbox.oldest())
    for head in place.journal.cases():
        opened = cases.open_case(place, head.case, SYSTEM_ACTOR, "campaign")
        run = opened.case.run if opened else None
        if run is not None:
            told.at = run.at
            told.states = {each.target.name: each.state.value for each in run.targets}
    told.published = len(place.shelf.publications(0, 10))
    told.letters = sorted(each.value.to.address for each in letters.book(place).all(PROJECT))
    return told


def prepare(order: Order, fate: int) -> Told:
    """Take a case to the publication that is armed for half an hour ahead, with every kind of target set up."""
    from tests.publication.places import order as ordered
    from tests.services import acts
    from tocsin.boot.main import open_desk
    from tocsin.core.case import commands as cmd
    from tocsin.core.vocabulary import Refused, Role
    from tocsin.services import credentials
    from tocsin.services.credentials import Credential
    from tocsin.services.rollout import door
    from tocsin.services.rollout.subscribers import Subscriber, subscriber_id, subscribers
    from tocsin.testing.cna import ORG, ORG_ID
    from tocsin.testing.github import TOKEN
    from tocsin.testing.world import VirtualClock

    clock = VirtualClock(order.now)
    place, front = replace(desk(clock, Fate(0)), now=clock), replace(open_desk.front(), now=clock)
    every = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})
    dana, li = (place.people.add(name, f"{name}@example.org", {PROJECT: every}).id for name in ("dana", "li"))
    home: Any = SimpleNamespace(desk=place, front=front, dana=dana, li=li, clock=clock)
    owner = place.people.actor(dana, PROJECT)
    secrets = {credentials.FORGE: TOKEN, f"{credentials.CHANNEL}slack": os.environ["CAMPAIGN_CHAT"]}
    for use, secret in secrets.items():
        kept = credentials.put(place, PROJECT, use, Credential(secret=secret), owner)
        assert not isinstance(kept, Refused), kept
    for to in SUBSCRIBERS:
        name = subscriber_id(place, PROJECT, to)
        subscribers(place).add(PROJECT, name, Subscriber(wish=door.Wish(to=to), since=place.now()))
    ref = acts.report(home).case
    acts.ready(home, ref)
    acts.act(home, ref, cmd.SetCve(cve_id=CVE, assigner=ORG_ID, assigner_name=ORG))
    assert not isinstance(refused := ordered(home, ref, clock() + AHEAD), Refused), refused
    return seen(place)


def watch(order: Order, fate: int) -> Told:
    """Look, and do nothing."""
    return seen(desk(lambda: order.now, Fate(0)))


def settle(order: Order, fate: int) -> Told:
    """The person who looks after a target that cannot be asked: was it said, it is so; was it not, it is tried again.

    Where it was said is in the environment of this campaign, not in the product.
    """
    from tocsin.core.case.target_commands import ResumeTarget, SkipTarget
    from tocsin.core.vocabulary import Actor, ActorKind, Refused, Role
    from tocsin.services import cases

    place = desk(lambda: order.now, Fate(0))
    (ref,) = [head.case for head in place.journal.cases()]
    actor = Actor(kind=ActorKind.PERSON, id="usr_dana", roles=frozenset({Role.OWNER, Role.PUBLISHER}))
    for target, said in order.settle.items():
        wish: Any = SkipTarget(target=target, reason="It stands there.") if said else ResumeTarget(target=target)
        done = cases.handle(place, ref, wish, actor)
        assert not isinstance(done, Refused), done
    return seen(place)


# ------------------------------------------------------------------------------------------------- the one that forks

DEEDS: Final[dict[str, Callable[[Order, int], Told]]] = {
    "work": work, "prepare": prepare, "watch": watch, "settle": settle,
}  # fmt: skip


def fork(order: Order, fate: int) -> tuple[int, int]:
    """Start one; its number, and where its answer comes from."""
    mine, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        return child, mine
    status = 1
    try:
        os.close(mine)
        before = set(sys.modules)
        told = DEEDS[order.do](order, fate)
        told.loaded = [each for each in sys.modules if each not in before and "__main__" not in each]
        os.write(theirs, msgspec.json.encode(told))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def carried_out(order: Order) -> Told:
    """Let them live and die, and say what the last one who lived saw. What it had to load is loaded for all later."""
    begun = [fork(order, fate) for fate in order.fates or [0]]
    if order.after:
        time.sleep(order.after)
        for child, _ in begun:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    told, codes = Told(), []
    for child, answer in begun:
        with os.fdopen(answer, "rb") as pipe:
            words = pipe.read()
        _, status = os.waitpid(child, 0)
        codes.append(os.waitstatus_to_exitcode(status))
        told = msgspec.json.decode(words, type=Told) if words else told
    for each in told.loaded:
        with suppress(ImportError):
            import_module(each)
    told.codes, told.loaded = codes, []
    return told


def main() -> None:
    """Carry out orders until there are none."""
    from tocsin.boot import setup
    from tocsin.boot.config import Role

    setup.start(Role.WORKER)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(carried_out(msgspec.json.decode(line, type=Order))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
