# SPDX-License-Identifier: Apache-2.0
"""Understands what people paste when they ask whether they are affected: one thing a line, in whatever form they have.

`whpg@7.3.1`, a package URL, what `SELECT version()` says, a name as `rpm -qa` prints it, a line of `dpkg -l`, a product
and a version with a blank between, or only a version where the product is known from elsewhere. What cannot be read is
said with the place, and the other lines are answered all the same.

Forks of PostgreSQL answer `version()` with PostgreSQL's number first and their own in brackets. Theirs counts: which of
PostgreSQL's fixes a fork carries is told by the fork's advisories, never by the number of its origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.core.affected import names
from tocsin.core.affected.statements import Name
from tocsin.core.vocabulary import Value

LONGEST_LINE: Final = 2_000
MOST_LINES: Final = 10_000


class Asked(Value, gc=False):
    """One question: under which names to look, and which version. `upstream` is the version without a distribution's
    epoch and release, and "" where `version` is no distribution's; `label` is how the question is shown."""

    text: str
    label: str
    names: tuple[Name, ...]
    version: str
    upstream: str = ""


class Unread(Value):
    """A line that cannot be read; `at` is the place of the first character that is in the way, from 0."""

    text: str
    at: int
    why: str


_SERVER: Final = re.compile(
    r"PostgreSQL (?P<version>\d[\w.]*)(?: \((?P<fork>[^()]*(?:\([^()]*\)[^()]*)*)\))?", re.ASCII
)
_FORK: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z ]*?)(?: Database| Advanced Server)? v?(?P<version>\d+(?:\.\w+)+\S*)"
)
_PACKAGED: Final = re.compile(r"(?:Debian|Ubuntu|Red Hat|SUSE|Alpine|Homebrew|MacPorts|Postgres\.app|PGDG)\b")
_RPM: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.+-]*?)-(?:(?P<epoch>\d+):)?(?P<version>[^-\s:]+)-(?P<release>[^-\s]+?)"
    r"(?:\.(?:x86_64|aarch64|ppc64le|s390x|i[3-6]86|armv7hl|noarch|src))(?:\.rpm)?",
    re.ASCII,
)
_DPKG: Final = re.compile(r"[hiupr][inucHUFWt]R? (?P<name>[a-z0-9][a-z0-9+.-]+)(?::\w+)? (?P<version>\S+)", re.ASCII)
_PAIR: Final = re.compile(r"(?P<name>[^@\s][^@]*)@(?P<version>[^@\s]+)|(?P<name2>\S.*) v?(?P<version2>\d\S*)")
_BARE: Final = re.compile(r"v?(?P<version>\d[\w.+:~^-]*)", re.ASCII)
_CALLED: Final[Mapping[str, str]] = {"enterprisedb": "edb", "greenplumdatabase": "greenplum", "whpg": "warehousepg"}
_FURNITURE: Final = re.compile(r"[-+ ]+|\(\d+ rows?\)")
_DIGITS: Final = re.compile(r"[-_.]?\d[\d.]*$")
_REPACKED: Final = re.compile(r"[+~](?:dfsg|ds|deb)[\w.]*$", re.ASCII)
_PARTS: Final = frozenset({"server", "contrib", "libs", "client", "devel", "dev", "common", "core"})


def read(text: str, product: str = "") -> list[Asked | Unread]:
    """Every line of a text. `product` is what lines with only a version are about. Lines beyond `MOST_LINES` are not
    read, and the last entry says so."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line_of(line, product) for line in lines[:MOST_LINES] if line and not _furniture(line)]
    if len(lines) > MOST_LINES:
        found.append(Unread(text=lines[MOST_LINES][:80], at=0, why=f"only {MOST_LINES:,} lines are read at a time"))
    return found


def _furniture(line: str) -> bool:
    """What psql prints around an answer, and comments."""
    return line.startswith("#") or line == "version" or bool(_FURNITURE.fullmatch(line))


def line_of(line: str, product: str = "") -> Asked | Unread:
    """One question."""
    if len(line) > LONGEST_LINE:
        return Unread(text=line[:80], at=LONGEST_LINE, why=f"longer than {LONGEST_LINE:,} characters")
    plain = " ".join(line.split())
    return next(filter(None, _readings(plain, product)), None) or _unread(plain, product)


def _readings(line: str, product: str) -> Iterator[Asked | None]:
    yield _purl(line)
    yield _server(line)
    yield _dpkg(line)
    yield _rpm(line)
    yield _bare(line, product)
    yield _pair(line)


def _unread(line: str, product: str) -> Unread:
    found = re.search(r"\s|@", line)
    if not product and _BARE.fullmatch(line):
        return Unread(text=line, at=0, why="a version of what? Name the product: whpg@7.3.1")
    if found is None:
        return Unread(text=line, at=len(line), why="a version is missing: whpg@7.3.1")
    return Unread(text=line, at=found.end(), why="a version is expected here")


def _purl(line: str) -> Asked | None:
    found = names.purl(line)
    if found is None or not found.version:
        return None
    called = (*names.of_purl(found), names.product(found.name))
    upstream = upstream_of(found.version) if found.type in ("deb", "rpm") else ""
    return Asked(text=line, label=found.name, names=called, version=found.version, upstream=upstream)


def _server(line: str) -> Asked | None:
    """`PostgreSQL 12.12 (WarehousePG 7.3.1 build …) on x86_64…`."""
    found = _SERVER.search(line)
    if found is None:
        return None
    fork = _FORK.search(found["fork"] or "")
    if fork is None or _PACKAGED.match(found["fork"]):
        return _product(line, "PostgreSQL", found["version"])
    return _product(line, fork["name"].removeprefix("Apache "), fork["version"].rstrip(",;"))


def _product(line: str, name: str, version: str) -> Asked:
    own = names.product(name)
    other = _CALLED.get(own[1])
    called = (own, names.product(other)) if other else (own,)
    return Asked(text=line, label=name, names=called, version=version)


def _dpkg(line: str) -> Asked | None:
    found = _DPKG.match(line)
    return _package(line, "Debian", found["name"], found["version"], found["version"]) if found else None


def _rpm(line: str) -> Asked | None:
    found = _RPM.fullmatch(line)
    if found is None:
        return None
    whole = f"{found['epoch'] or '0'}:{found['version']}-{found['release']}"
    return _package(line, "Red Hat", found["name"], whole, found["version"])


def _package(line: str, system: str, name: str, version: str, upstream: str) -> Asked:
    """A distribution's package, and the product that it most likely is: `postgresql15-server` is PostgreSQL."""
    words = [word for word in name.split("-") if word not in _PARTS]
    stem = _DIGITS.sub("", "-".join(words))
    called = [(system, name), *(names.product(each) for each in (name, stem) if each)]
    return Asked(
        text=line, label=name, names=tuple(dict.fromkeys(called)), version=version, upstream=upstream_of(upstream)
    )


def upstream_of(version: str) -> str:
    """A distribution's version without epoch and release: `1:15.4-1.pgdg120+1` is upstream's 15.4."""
    whole = version.partition(":")[2] or version
    return _REPACKED.sub("", whole.rpartition("-")[0] or whole)


def _bare(line: str, product: str) -> Asked | None:
    found = _BARE.fullmatch(line)
    return _product(line, product, found["version"]) if found and product else None


def _pair(line: str) -> Asked | None:
    found = _PAIR.fullmatch(line)
    if found is None:
        return None
    name, version = (found["name"] or found["name2"]).strip(), found["version"] or found["version2"]
    ecosystem, slash, package = name.partition("/")
    if slash and (ecosystem in names.SCHEMES or ecosystem.partition(":")[0] in names.SCHEMES):
        return Asked(text=line, label=package, names=(names.package(ecosystem, package),), version=version)
    return _product(line, name, version)
