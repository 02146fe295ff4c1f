# SPDX-License-Identifier: Apache-2.0
"""Every service outside that something waits for: how it fails, when it is tried, and whether what waited got through.

Each is an installation in memory with one thing to do outside. A try is what one queue asks of one service; a look at
a forge that makes four requests is one try, and while the service fails it ends with the first of them.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.cna.conftest import Place as Cve
from tests.mail import post as mails
from tests.outside.places import PROJECT, Town, keep, town
from tests.publication.places import order, states
from tests.services import acts
from tocsin.adapters.cna import CveRecords, CveServices
from tocsin.adapters.forge import ConfiguredForges
from tocsin.adapters.git import mirror
from tocsin.adapters.notifiers.smtp import SmtpSender
from tocsin.core.case import commands as cmd
from tocsin.core.case import target_commands as targets
from tocsin.core.case.cve_commands import RequestCve
from tocsin.core.mail.message import Envelope
from tocsin.core.mail_out.server import place as mail_place
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.services import branches, cases, credentials, worker
from tocsin.services import cve_watch as watch
from tocsin.services.app import Desk
from tocsin.services.forge import sync
from tocsin.services.hooks import deliveries, endpoints
from tocsin.services.mail import fetching
from tocsin.services.ports.cna import OFFICIAL, Account
from tocsin.services.ports.forge import Source
from tocsin.services.ports.git import GitFailed
from tocsin.services.ports.git import Source as Repository
from tocsin.services.ports.http import Answer, Http
from tocsin.services.ports.mail import Fetched
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.services.post import letters
from tocsin.services.post.letters import State
from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.doubles import Fault, failed
from tocsin.testing.github import API, GitHubDouble, World
from tocsin.testing.gitlab import LOGIN, NAME, GitLabDouble
from tocsin.testing.gitlab import TOKEN as LAB_TOKEN
from tocsin.testing.house import House, house

ADVISORY = "WHPG-SA-2026-001"
FROM_THERE = "A report that somebody left on a forge"
HOOK = "https://hooks.example.org/tocsin"


@dataclass
class Neighbour:
    """One service: `fault` is how it fails now, `tries` when it was tried while it failed. `chores` are what the worker
    does beside its turns, `through` says whether what waited is done. With `person` somebody has it taken up again."""

    home: House
    fault: Fault | None = None
    tries: list[datetime] = field(default_factory=list)
    chores: tuple[Callable[[Desk], Any], ...] = ()
    through: Callable[[], bool] = lambda: False
    person: Callable[[], Any] = lambda: None

    def turn(self) -> None:
        """Everything that the worker does now."""
        for chore in self.chores:
            chore(self.home.desk)
        while not worker.run_once(self.home.desk).idle:
            pass

    def failing(self) -> bool:
        """Note a try, and say whether it fails."""
        if self.fault is not None:
            self.tries.append(self.home.clock())
        return self.fault is not None

    def http(self, inner: Http) -> Http:
        """A service that is spoken to over HTTP."""

        def ask(method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
            if self.failing() and self.fault:
                return failed(self.fault)
            return inner(method, url, headers=headers, body=body)

        return ask


# ------------------------------------------------------------------------------------------------------- CVE Services


def _cve(path: Path) -> tuple[Neighbour, Cve]:
    home = house()
    made = Neighbour(home)
    service = CveServicesDouble(now=home.clock)
    account = Account(org=ORG, org_id=ORG_ID, user=USER, key_file="cna.key", api=OFFICIAL)
    client = CveServices(account, KEY, made.http(service))
    own = (seed(PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
    home.desk.projects.adopt(own, "test", home.clock())
    cnas = {PROJECT: client}
    made.home = replace(home, desk=replace(home.desk, targets=(CveRecords(cnas),), cnas=cnas))
    return made, Cve(made.home, service, client)


def _ordered(path: Path) -> tuple[Neighbour, Cve, CaseRef]:
    """A case with an id of this CNA, whose publication was ordered."""
    made, cve = _cve(path)
    ref = acts.report(made.home).case
    acts.ready(made.home, ref)
    cve.service.hold("CVE-1900-0001")
    acts.act(made.home, ref, cmd.SetCve(cve_id="CVE-1900-0001", assigner=ORG_ID, assigner_name=ORG))
    order(made.home, ref)
    return made, cve, ref


def cve_record(path: Path) -> Neighbour:
    """A record is to be published."""
    made, _, ref = _ordered(path)
    made.through = lambda: states(made.home, ref)["cve"] == "readable"
    return made


def cve_id(path: Path) -> Neighbour:
    """An id is to be reserved."""
    made, cve = _cve(path)
    ref = acts.report(made.home).case
    acts.act(made.home, ref, cmd.Investigate(effect="memory is read", criticality="high"))
    acts.act(made.home, ref, cmd.Accept(advisory_id=ADVISORY))
    acts.act(made.home, ref, RequestCve())

    def reserved() -> bool:
        opened = cases.open_case(made.home.desk, ref, _dana(made.home), "test")
        return opened is not None and bool(opened.case.cve_id) and len(cve.service.ids) == 1

    made.through = reserved
    return made


# ------------------------------------------------------------------------------------------------------------- forges


def _forged(source: Source, inner: Callable[[House], Http], token: str) -> tuple[Neighbour, Town, Any]:
    base = town()
    double: Any = inner(base.house)
    made = Neighbour(base.house)
    forges = ConfiguredForges({PROJECT: source}, made.http(double))
    base.desk = replace(base.desk, outside=replace(base.desk.outside, forges=forges))
    made.home = base.house = replace(base.house, desk=base.desk)
    keep(base, credentials.FORGE, token)
    return made, base, double


def _github() -> tuple[Neighbour, Town, GitHubDouble]:
    source = Source(repository="example/example", login="tocsin-bot", api=API)
    return _forged(source, lambda home: GitHubDouble(World(home.clock)), "the-token-of-the-double")


def github_report(path: Path) -> Neighbour:
    """A private report waits on GitHub."""
    made, base, github = _github()
    github.world.report("finder", summary=FROM_THERE, description="Start it with an empty header.")
    made.chores = (sync.look,)
    made.through = lambda: any(base.case(ref).title == FROM_THERE for ref in base.refs())
    return made


def github_advisory(path: Path) -> Neighbour:
    """An advisory is to be published on GitHub."""
    made, _, github = _github()
    ref = acts.report(made.home).case
    acts.ready(made.home, ref)
    order(made.home, ref)

    def published() -> bool:
        name = next(each for each in states(made.home, ref) if each.startswith("github-advisory"))
        return states(made.home, ref)[name] == "readable" and len(github.world.advisories) == 1

    made.through = published
    return made


def gitlab_report(path: Path) -> Neighbour:
    """A confidential issue waits on GitLab."""
    source = Source(kind="gitlab", repository=NAME, login=LOGIN)
    made, base, lab = _forged(source, lambda home: GitLabDouble(now=home.clock), LAB_TOKEN)
    lab.report("fin.der", FROM_THERE, "Start it with an empty header.")
    made.chores = (sync.look,)
    made.through = lambda: any(base.case(ref).title == FROM_THERE for ref in base.refs())
    return made


# --------------------------------------------------------------------------------------------- what is sent and fetched


def webhook(path: Path) -> Neighbour:
    """Three events are to be told."""
    made = Neighbour(house())
    got: list[str] = []

    def receive(method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        got.append((headers or {})["webhook-id"])
        return Answer(200)

    desk = made.home.desk
    made.home = replace(made.home, desk=replace(desk, outside=replace(desk.outside, http=made.http(receive))))
    assert not isinstance(endpoints.add(made.home.desk, PROJECT, HOOK, (), "usr"), Refused)
    for number in range(3):
        data = {"case": "WHPG-2026-k7x4m", "project": PROJECT}
        deliveries.tell(made.home.desk, PROJECT, "case.accepted", data, made.home.clock(), f"eff_{number}")
    made.chores = (deliveries.drain,)
    made.through = lambda: len(set(got)) >= 3
    return made


_SMTP = {Fault.BROKEN: 451, Fault.TOO_MANY: 421}
"""What a mail server answers that takes a connection and no mail; the other faults keep us from getting that far."""


def mail_server(path: Path) -> Neighbour:
    """Three letters are to leave."""
    made, taken = Neighbour(house()), []

    class Server:
        """As much of `smtplib.SMTP` as is spoken to."""

        def mail(self, sender: str) -> tuple[int, bytes]:
            return _SMTP.get(made.fault, 250) if made.fault else 250, b""

        def rcpt(self, to: str) -> tuple[int, bytes]:
            taken.append(to)
            return 250, b""

        def docmd(self, what: str) -> tuple[int, bytes]:
            return 354, b""

        def getreply(self) -> tuple[int, bytes]:
            return 250, b""

        send = rset = quit = close = lambda self, *_: None

    class Sender(SmtpSender):
        def _connect(self) -> Any:
            if made.failing() and made.fault not in _SMTP:
                raise (
                    smtplib.SMTPServerDisconnected(f"{made.fault}") if made.fault is Fault.GARBAGE else OSError("away")
                )
            return Server()

    clock = made.home.clock
    sender = Sender(mail_place("smtps://mail.example.org"), "here", clock=lambda: clock().timestamp())
    made.home.desk = replace(made.home.desk, post=replace(made.home.desk.post, sends=sender, sender="us@example.org"))
    boxes = [letters.Mailbox(address=f"r{number}@example.net") for number in range(3)]
    letters.fixed(made.home.desk, PROJECT, "x", boxes, letters.Fixed(subject="s", text="t"))

    def left() -> bool:
        kept = [each.value for each in letters.book(made.home.desk).all(PROJECT) if each.value.to in boxes]
        return len(kept) == 3 and all(each.state is State.SENT for each in kept)

    made.through = left
    return made


def chat(path: Path) -> Neighbour:
    """Something is to be said in a chat: nobody can ask it what it holds, so a person looks after a try that failed."""
    base = town()
    made, said = Neighbour(base.house), []

    def speak(address: str, title: str, text: str) -> None:
        if made.failing():
            raise Rejected("it was not said, or nobody can tell") if made.fault is not Fault.REFUSE else Trouble("away")
        said.append(text)

    desk = replace(base.desk, outside=replace(base.desk.outside, chat=speak))
    base.desk, made.home = desk, replace(base.house, desk=desk)
    keep(base, "channel-slack", "slack://secret")
    ref = acts.report(made.home).case
    acts.ready(made.home, ref)
    order(made.home, ref)

    def resumed() -> None:
        if states(made.home, ref)["slack"] == "refused":
            acts.act(made.home, ref, targets.ResumeTarget(target="slack", reason="It is not there."))

    made.person = resumed
    made.through = lambda: states(made.home, ref)["slack"] == "readable" and len(said) == 1
    return made


def repository(path: Path) -> Neighbour:
    """A repository is fetched."""
    made, brought = Neighbour(house()), []

    def bring(where: Path, source: Any, credential: Any) -> None:
        if made.failing():
            raise GitFailed(f"the repository does not answer ({made.fault})")
        brought.append(where)

    clock = made.home.clock
    mirrors = mirror.GitMirrors(path, {PROJECT: Repository(url="https://git.example.org/x.git", minutes=60)},
                                clock=lambda: clock().timestamp())  # fmt: skip
    mirrors._fetch = lambda project, source, credential: bring(path, source, credential) or False  # type: ignore[method-assign]
    made.home.desk = replace(made.home.desk, mirrors=mirrors)
    made.chores = (branches.watch,)
    made.through = lambda: bool(brought) and not mirrors.trouble(PROJECT)
    return made


def mailbox(path: Path) -> Neighbour:
    """Mails wait in a mailbox that is looked into."""
    made, seen = Neighbour(house()), set()
    waiting = {f"imap.example.net/INBOX/1/{number}": mails.mail(message_id=f"i{number}@e", subject=f"Number {number}")
               for number in range(3)}  # fmt: skip

    def look(after: str = "") -> Iterator[Fetched]:
        if made.failing() and made.fault:
            raise _IMAP.get(made.fault, OSError("imap.example.net answers what was not expected"))
        for name, raw in waiting.items():
            if name not in seen:
                yield Fetched(name=name, raw=raw, envelope=Envelope(via="imap"))
                seen.add(name)

    made.chores = (partial(fetching.fetch, project=PROJECT, mailbox=look),)
    made.through = lambda: len(seen) == 3 and {f"Number {each}" for each in range(3)} <= _titles(made.home)
    return made


_IMAP = {
    Fault.REFUSE: ConnectionRefusedError(), Fault.HANG: TimeoutError(), Fault.SLOW: TimeoutError(),
    Fault.FORBIDDEN: PermissionError("imap.example.net does not let security in"),
}  # fmt: skip
"""How a look into a mailbox fails: `tests/mail/test_servers.py` shows it of sockets."""


def _titles(home: House) -> set[str]:
    return {opened.case.title for each in home.desk.journal.cases(limit=100)
            if (opened := cases.open_case(home.desk, each.case, _dana(home), "test"))}  # fmt: skip


def cve_watch(path: Path) -> Neighbour:
    """Somebody changed a record of ours while nobody could look."""
    made, cve, ref = _ordered(path)
    while states(made.home, ref)["cve"] != "readable":
        made.turn()
        made.home.clock.advance(timedelta(minutes=1))
    watch.look(made.home.desk)
    record = cve.service.records["CVE-1900-0001"]
    record["containers"]["cna"]["title"] = "Nothing to see here"
    record["cveMetadata"]["dateUpdated"] = f"{made.home.clock():%Y-%m-%dT%H:%M:%S}.000Z"
    made.chores = (Every(watch.EVERY, watch.look, made.home.clock()),)
    start = made.home.clock()
    made.through = lambda: [each.kind for each in made.home.desk.machine.alarms.since(start, 9)] == [watch.FOREIGN_EDIT]
    return made


@dataclass
class Every:
    """A chore as the worker does it: every so often, and first after as long."""

    every: timedelta
    do: Callable[[Desk], Any]
    last: datetime

    def __call__(self, desk: Desk) -> None:
        if desk.now() - self.last >= self.every:
            self.last = desk.now()
            self.do(desk)


def _dana(home: House) -> Any:
    return home.desk.people.actor(home.dana, PROJECT)


NEIGHBOURS: Mapping[str, Callable[[Path], Neighbour]] = {
    each.__name__: each
    for each in (
        cve_record, cve_id, github_report, github_advisory, gitlab_report, webhook, mail_server, chat, repository,
        mailbox, cve_watch,
    )
}  # fmt: skip
"""Who can fail."""
__all__ = ["NEIGHBOURS", "Neighbour"]
