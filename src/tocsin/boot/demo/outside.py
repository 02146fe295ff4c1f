# SPDX-License-Identifier: Apache-2.0
"""The outside world of the demo: a small CVE Services and a small GitHub for each project, in the process that waits.

What the demo publishes really goes to them over HTTP and is read back there; each holds every request against the
official description of the service that it stands for. They begin before the desk is filled, end with the demo, and
remember nothing. A person can open their addresses: GitHub's pages of what is public, and what was asked of each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from tocsin.boot.demo.matter import DATA, load_all
from tocsin.boot.demo.place import Forge, Outside
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.services.ports.http import Answer
from tocsin.testing.cna import CveServicesDouble
from tocsin.testing.doubles import Double, serving
from tocsin.testing.github import API, GitHubDouble, World

CVE: Final = "https://cveawg.mitre.org"


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def standing() -> Iterator[Outside]:
    """Serve them on loopback until the block ends."""
    with ExitStack() as until:
        cna = CveServicesDouble(now=_now)
        for number in numbers():
            cna.hold(number)
        shown = Shown(cna, ())
        address = until.enter_context(serving(shown, CVE))
        forges = {project: _forge(until, name) for project, name in repositories().items()}
        yield Outside(cna=address, forges=forges)


def _forge(until: ExitStack, name: str) -> Forge:
    world = World(_now, name)
    double = GitHubDouble(world)
    world.web = until.enter_context(serving(Shown(double, (world,)), API))
    return Forge(repository=name, api=world.web)


def repositories() -> Mapping[str, str]:
    """Where the code of each project of the demo lives, as its policy says."""
    told = (tomllib.loads(seed(name) or "")["project"] for name in NAMES)
    return {each["id"]: urlsplit(each["forge"]).path.strip("/") for each in told}


def numbers() -> tuple[str, ...]:
    """Every CVE id of the demo. They are the ids of the published records that are played again; here each is reserved,
    and none is public."""
    staged = tomllib.loads((DATA / "stage.toml").read_text(encoding="utf-8"))["case"]
    return tuple(dict.fromkeys((*(each["id"] for each in staged), *(each.cve_id for each in load_all()))))


@dataclass(frozen=True)
class Shown:
    """A double that people can look at as well: `/` says what it was asked, and GitHub has a page for each published
    advisory of its `worlds`."""

    double: CveServicesDouble | GitHubDouble
    worlds: tuple[World, ...]

    @property
    def fault(self) -> None:
        """It never fails."""

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Answer a person or a program."""
        path = urlsplit(url).path
        if method == "GET" and path == "/":
            return _page(200, asked(self.double))
        for world in self.worlds:
            if method == "GET" and path.startswith(f"/{world.name}/"):
                return _advisory(world, path.rpartition("/")[2])
        return self.double(method, url, headers=headers, body=body)


def asked(double: Double) -> str:
    """What a double was asked, and what of it did not fit the official description."""
    lines = [f"{each.status or '---'} {each.method:5} {each.path}" for each in double.log]
    wrong = [f"does not fit: {each}" for each in double.wrong]
    verdict = f"{len(lines)} requests; {len(wrong)} things did not fit the official description"
    return "\n".join((verdict, "", *wrong, *lines)) + "\n"


def _advisory(world: World, ghsa: str) -> Answer:
    found = world.advisories.get(ghsa)
    if found is None or found["state"] != "published":
        return _page(404, "Nothing is public here.\n")
    return _page(200, f"{ghsa}  {found['cve_id'] or ''}\n{found['summary']}\n\n{found['description']}\n")


def _page(status: int, text: str) -> Answer:
    return Answer(status, {"content-type": "text/plain; charset=utf-8"}, text.encode())
