# SPDX-License-Identifier: Apache-2.0
"""The facts of a published vulnerability that the demo plays again, read from `data/matters/`.

Versions, vectors, weaknesses, references and credits are those of the published record; the sentences are ours, made
from its public description and nothing else. Where each file's facts come from stands in it and in
`data/originals/SOURCES.md`.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

from tocsin.core.vocabulary import Value

DATA: Final[Traversable] = resources.files(__package__) / "data"
"""Everything the demo knows about the world, inside the package."""

MATTERS: Final = DATA / "matters"


class Line(Value):
    """One release line, in the words of the desk's table."""

    line: str
    state: str
    introduced: str = ""
    fixed_in: str = ""
    last_affected: str = ""
    reason: str = ""
    supported: bool = True


class Link(Value):
    """One public reference."""

    type: str
    url: str


class Thanks(Value):
    """One credit."""

    name: str
    type: str = "finder"
    organization: str = ""


class Matter(Value, kw_only=True):
    """One vulnerability. `reporter` is empty where the record credits nobody: the report is then anonymous.

    `mitigation` is empty where the record says that none is known, or says nothing. `original` names the files under
    `data/originals/` that were published, by format. `hold_reason` is the reason class given with a proposed date,
    for policies that ask for one.
    """

    id: str
    project: str
    source: str
    licence: str
    original: dict[str, str]

    title: str
    version: str
    reproduce: str
    effects: str
    attachment: str
    criticality: str
    plan: str
    workarounds: str
    fix: str
    reporter: str = ""
    hold_reason: str = ""

    summary: str
    details: str
    mitigation: str = ""
    required_configuration: str = ""
    cve_id: str
    assigner: str
    assigner_name: str = ""
    aliases: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()

    product: str
    vendor: str
    scheme: str
    ecosystem: str = ""
    package: str = ""
    purl: str = ""
    collection: str = ""
    repository: str = ""
    modules: tuple[str, ...] = ()
    cpe: str = ""
    lines: tuple[Line, ...]
    references: tuple[Link, ...] = ()
    credits: tuple[Thanks, ...] = ()

    def originals(self) -> dict[str, bytes]:
        """The published documents by format name."""
        return {name: (DATA / "originals" / file).read_bytes() for name, file in self.original.items()}


def names() -> tuple[str, ...]:
    """The ids of all matters that are played in full, in a fixed order."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in MATTERS.iterdir() if file.name.endswith(".toml")))


def load(name: str) -> Matter:
    """Read one matter; raises LookupError for an id that there is none of."""
    file = MATTERS / f"{name}.toml"
    if name not in names():
        raise LookupError(f"there is no matter {name}; there are {', '.join(names())}")
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Matter)


def load_all() -> tuple[Matter, ...]:
    """Read every matter that is played in full."""
    return tuple(load(name) for name in names())
