# SPDX-License-Identifier: Apache-2.0
"""Workers of a real installation on disk, killed with SIGKILL at every step of a publication, alone and in pairs:
nothing goes out early, nothing twice, and all of it is out after they are started again.

Eight and more targets: the own site with feeds, CSAF and OSV, CVE Services and GitHub behind real sockets (both hold
every request against the official descriptions), a mailing list, a chat and subscribers. A target that cannot be asked
what it holds (list, chat) is looked after by a person where a worker was killed while it spoke: they look there.
1,000 rounds with `--deep`, a seeded sample otherwise; the first rounds go through the steps in their order.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.campaign.mortals import CVE, PROJECT, SUBSCRIBERS, Order, Told
from tests.support import ROOT
from tocsin.core.policy.seeds import seed
from tocsin.services.ports.http import Answer
from tocsin.testing.cna import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.doubles import Fault, serving
from tocsin.testing.github import API, GitHubDouble, World
from tocsin.testing.world import VirtualClock

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed")]

ROUNDS, SAMPLE = 1000, 20
SEED = 20261122
START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
LIST = "announce@warehousepg.example"
MOST = 30
"""Starts of a worker within which everything has to be done."""
SERVED = ("site", "feeds", "csaf", "osv", "cve", "github-advisory", "mailing-list", "slack", "subscribers")

BLIND = ("mailing-list", "slack")


@dataclass
class Chat:
    """A chat that remembers, and cannot be asked."""

    said: list[bytes] = field(default_factory=list)
    fault: Fault | None = None

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        self.said.append(body)
        return Answer(200, {}, b"{}")


@dataclass
class Outside:
    """Everything outside: it lives in this process, which nobody kills."""

    clock: VirtualClock
    cve: CveServicesDouble
    github: GitHubDouble
    chat: Chat
    mails: Path

    def reset(self) -> None:
        """As if nothing had happened yet."""
        self.clock.set(START)
        self.cve.records.clear()
        self.cve.written_at.clear()
        self.cve.log.clear()
        stamp = "2026-03-03T09:00:00.000Z"
        self.cve.ids = {CVE: {
            "cve_id": CVE, "cve_year": "1900", "owning_cna": ORG, "state": "RESERVED",
            "requested_by": {"cna": ORG, "user": USER}, "reserved": stamp,
            "time": {"created": stamp, "modified": stamp},
        }}  # fmt: skip
        self.github.world.advisories.clear()
        self.github.log.clear()
        self.chat.said.clear()
        shutil.rmtree(self.mails, ignore_errors=True)

    def listed(self) -> list[str]:
        """Message-IDs of the mails that the list got, one for each mail."""
        return [name for to, name in self._mails() if to == LIST]

    def lettered(self) -> Counter[str]:
        """How many different letters each subscriber got."""
        return Counter(to for to, _ in set(self._mails()) if to in SUBSCRIBERS)

    def _mails(self) -> list[tuple[str, str]]:
        found = []
        for each in sorted(self.mails.glob("*.eml")):
            _, to, body = each.read_bytes().split(b"\r\n", 2)
            found.append((to.partition(b": ")[2].decode(), str(message_from_bytes(body)["Message-ID"])))
        return found

    def said(self, target: str) -> bool:
        """What a person sees who looks whether it was said."""
        return bool(self.listed()) if target.startswith("mailing-list") else bool(self.chat.said)

    def cve_writes(self) -> list[str]:
        """Writes that CVE Services took."""
        return [each.method for each in self.cve.log if each.method != "GET" and each.status == 200]

    def github_publications(self) -> list[str]:
        """Times at which an advisory became public there."""
        return [at for each in self.github.world.advisories.values() if (at := each["published_at"])]

    def quiet(self) -> bool:
        """Whether nobody outside was told anything."""
        return not (self.cve.log or self.github.log or self.chat.said or self.listed() or self.lettered())


@dataclass
class Campaign:
    """The installation, the world, and the process that forks workers."""

    home: Path
    world: Outside
    process: subprocess.Popen[bytes]
    ready: Told

    def ask(self, do: str = "work", **more: Any) -> Told:
        order = Order(do=do, now=self.world.clock(), **more)
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log()
        return msgspec.json.decode(line, type=Told)

    def restart(self) -> None:
        """Back to the armed publication."""
        shutil.rmtree(self.home / "data")
        shutil.copytree(self.home / "template", self.home / "data")
        self.world.reset()

    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")[-4000:]


def settings(home: Path, cve: str, github: str, chat: str) -> str:
    key = home / "cna.key"
    key.write_text(KEY)
    return f"""
[cna.{PROJECT}]
org = "{ORG}"
org_id = "{ORG_ID}"
user = "{USER}"
key_file = {json.dumps(str(key))}
api = "{cve}/api"

[forge.{PROJECT}]
repository = "example/example"
api = "{github}"
login = "tocsin-bot"

[egress]
hosts = ["{chat.removeprefix("http://")}", "127.0.0.1"]

[mail]
folder = {json.dumps(str(home / "mails"))}
sender = "security@warehousepg.example"

[backup]
nightly = false
"""


def policy() -> str:
    """The project's own, as its own CNA, with a list, a chat and GitHub as its channels and no release to wait for."""
    told = (seed(PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
    told = told.replace("after_release = true", "after_release = false")
    told = told.replace('to = "announce@warehousepg.org"', f'to = "{LIST}"')
    for kind in ("twitter", "blog", "other"):
        told = told.replace(f'[[publish.channel]]\nkind = "{kind}"\ncite = "L97"\n', "")
    return told


@contextmanager
def campaign(home: Path) -> Iterator[Campaign]:
    """Make the installation, serve the world, arm the publication."""
    clock = VirtualClock(START)
    world = Outside(
        clock, CveServicesDouble(now=clock), GitHubDouble(World(clock), login="tocsin-bot"), Chat(), home / "mails"
    )
    with ExitStack() as stack:
        bases = ((world.cve, "https://cveawg.mitre.org"), (world.github, API), (world.chat, ""))
        cve, github, chat = (stack.enter_context(serving(each, base)) for each, base in bases)
        (home / "policy.toml").write_text(policy())
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DJANGO_"))}
        environment = {
            **clean,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "TOCSIN_CONFIG": str(home / "tocsin.toml"),
            "CAMPAIGN_CHAT": chat.replace("http", "json", 1) + "/",
        }
        made = [
            sys.executable,
            "-m",
            "tocsin.boot.main",
            "init",
            "--dir",
            str(home),
            "--policy",
            str(home / "policy.toml"),
        ]
        done = subprocess.run(made, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with (home / "tocsin.toml").open("a") as file:
            file.write(settings(home, cve, github, chat))
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.campaign.mortals"],
                env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        made_ = Campaign(home, world, process, Told())
        try:
            world.reset()
            made_.ready = made_.ask("prepare")
            assert made_.ready.codes == [0], made_.log()
            shutil.copytree(home / "data", home / "template")
            yield made_
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(60)
            assert process.stdout
            process.stdout.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with campaign(tmp_path_factory.mktemp("killed")) as made:
        yield made


@pytest.fixture(scope="module")
def instants(here: Campaign) -> list[str]:
    """The instants at which one publication can be cut short; and that it is whole when it is not."""
    told = worked(here, 0)
    assert wrong(here, told) == []
    assert len(told.instants) > 100
    assert told.instants.count("after chat") == 1
    return told.instants


def worked(here: Campaign, *fates: int, after: float = 0.0, when: str = "", careless: bool = False) -> Told:
    """Let workers be killed like this at the instant of the publication, and start them again until all is done."""
    here.restart()
    at = here.ready.at
    assert at
    here.world.clock.set(at - timedelta(minutes=1))
    early = here.ask()
    assert early.published == 0, "a publication before its instant"
    assert here.world.quiet(), "a word outside before the instant"
    here.world.clock.set(at)
    first = told = here.ask(fates=list(fates), after=after, when=when, careless=careless)
    for _ in range(MOST):
        if told.states and all(state in ("readable", "skipped") for state in told.states.values()):
            break
        if stuck := [name for name, state in told.states.items() if state == "refused"]:
            settled = here.ask("settle", settle={each: here.world.said(each) for each in stuck})
            assert settled.codes == [0], here.log()
        due = told.again or here.world.clock()
        here.world.clock.set(max(due, here.world.clock() + timedelta(minutes=1)))
        told = here.ask(careless=careless)
    told.instants, told.codes = first.instants, first.codes
    return told


def wrong(here: Campaign, told: Told) -> list[str]:
    """What went wrong with one publication; empty for nothing."""
    world, found = here.world, []
    places = {name.partition(":")[0]: state for name, state in told.states.items()}
    found += [f"{each} is {places.get(each)}" for each in SERVED if places.get(each) != "readable"
              and not (each in BLIND and places.get(each) == "skipped")]  # fmt: skip
    written = {
        "the record at CVE Services": len(world.cve_writes()),
        "the advisory on GitHub": len(world.github.world.advisories),
        "publishing on GitHub": len(world.github_publications()),
        "the mail to the list": len(world.listed()),
        "the word in the chat": len(world.chat.said),
        "the shelf": told.published,
        **{f"the letter to {each}": world.lettered()[each] for each in SUBSCRIBERS},
    }
    found += [f"{what}: {times} times" for what, times in written.items() if times != 1]
    return found + world.cve.wrong + world.github.wrong


def one_round(here: Campaign, number: int, instants: list[str], careless: bool = False) -> list[str]:
    """One or two workers, of which at least one is killed: at the next step, at any step, or after some while."""
    chance = random.Random(f"{SEED}/{number}")
    steps = len(instants)
    fates = [1 + number % steps if number < 2 * steps else chance.randint(1, steps)]
    if number % 2:
        fates.append(chance.choice((0, chance.randint(1, steps))))
    after = chance.uniform(0.02, 1.0) if number % 5 == 4 else 0.0
    return wrong(here, worked(here, *fates, after=after, careless=careless))


def rounds(deep: bool) -> list[int]:
    """All, or a sample that is spread over the steps; CAMPAIGN_ROUNDS says how many."""
    many = int(os.environ.get("CAMPAIGN_ROUNDS", ROUNDS if deep else SAMPLE))
    return [round(each * ROUNDS / many) for each in range(many)] if many < ROUNDS else list(range(many))


def test_killed_anywhere_nothing_is_early_nothing_twice_and_everything_is_done(
    here: Campaign, instants: list[str], deep: bool
) -> None:
    told = {number: found for number in rounds(deep) if (found := one_round(here, number, instants))}
    assert told == {}


def test_control_a_build_that_speaks_again_without_a_look_is_noticed(here: Campaign, instants: list[str]) -> None:
    told = worked(here, when="after chat")
    assert told.codes == [-signal.SIGKILL]
    assert wrong(here, told) == [], "killed right after the word, the real build asks a person"
    assert "the word in the chat: 2 times" in wrong(here, worked(here, when="after chat", careless=True))
