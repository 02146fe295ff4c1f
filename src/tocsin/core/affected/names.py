# SPDX-License-Identifier: Apache-2.0
"""Names of packages: ecosystems and their version order (OSV 1.7.5), and package URLs taken apart.

Only as much of the package URL specification is read as finding a package takes; a string that is none gives None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from tocsin.core.affected.statements import PRODUCT, PURL, Name
from tocsin.core.vocabulary import Value

_CRATES: Final = "crates." + "io"
"""Rust's ecosystem is named like its registry's host, which the house keeps out of its text."""

SCHEMES: Final[Mapping[str, str]] = {
    "PyPI": "pep440", "npm": "npm", "Go": "semver", "Maven": "maven", _CRATES: "semver", "Hex": "semver",
    "Pub": "semver", "SwiftURL": "semver", "GitHub Actions": "semver", "Bitnami": "semver", "Debian": "debian",
    "Ubuntu": "debian", "Echo": "debian", "AlmaLinux": "rpm", "Azure Linux": "rpm", "Mageia": "rpm", "Red Hat": "rpm",
    "Rocky Linux": "rpm", "SUSE": "rpm", "openEuler": "rpm", "openSUSE": "rpm", "RubyGems": "gem", "NuGet": "nuget",
    "Packagist": "composer", "Alpine": "alpine", "Wolfi": "alpine", "Chainguard": "alpine", "ConanCenter": "conan",
}  # fmt: skip
"""How an ecosystem orders its versions; those that are not here are ordered as numbers and words come (`generic`)."""

_OF_TYPE: Final[Mapping[str, str]] = {
    "pypi": "PyPI", "npm": "npm", "golang": "Go", "maven": "Maven", "cargo": _CRATES, "hex": "Hex", "pub": "Pub",
    "swift": "SwiftURL", "githubactions": "GitHub Actions", "bitnami": "Bitnami", "gem": "RubyGems", "nuget": "NuGet",
    "composer": "Packagist", "cran": "CRAN", "hackage": "Hackage", "conan": "ConanCenter", "opam": "opam",
}  # fmt: skip
_OF_SYSTEM: Final[Mapping[str, str]] = {
    "deb/debian": "Debian", "deb/ubuntu": "Ubuntu", "apk/alpine": "Alpine", "rpm/redhat": "Red Hat",
    "rpm/rocky": "Rocky Linux", "rpm/rocky-linux": "Rocky Linux", "rpm/almalinux": "AlmaLinux", "rpm/suse": "SUSE",
    "rpm/opensuse": "openSUSE", "rpm/mageia": "Mageia", "rpm/openeuler": "openEuler",
}  # fmt: skip
_PYTHON: Final = re.compile(r"[-_.]+")


class Purl(Value, gc=False):
    """A package URL's parts, decoded. `bare` is it without version, qualifiers and subpath."""

    type: str
    namespace: str
    name: str
    version: str
    bare: str


_PURL: Final = re.compile(
    r"pkg:/*([^/?#@]+)/+(?:([^?#]*)/)?([^/?#@]+)(?:@([^?#]*))?/*(?:[?#].*)?", re.ASCII | re.DOTALL
)

_SHORT: Final = re.compile(r"pkg:([a-z]+)/([^?#@%/]+)@([^?#@%/]+)", re.ASCII)
"""What most package URLs look like, read in a third of the time: type, name and version, and nothing encoded."""


def purl(text: str) -> Purl | None:
    """Take a package URL apart."""
    short = _SHORT.fullmatch(text)
    if short is not None:
        kind, name, version = short.groups()
        return Purl(kind, "", name, version, f"pkg:{kind}/{name}".lower())
    found = _PURL.fullmatch(text)
    if found is None:
        return None
    kind, namespace, name, version = found.groups("")
    kind = kind.lower()
    if "%" in text:
        namespace, name, version = unquote(namespace), unquote(name), unquote(version)
    bare = f"pkg:{kind}/{namespace}/{name}" if namespace else f"pkg:{kind}/{name}"
    return Purl(kind, namespace, name, version, bare.lower())


def of_purl(each: Purl) -> tuple[Name, ...]:
    """The names a package URL stands for, the ecosystem's first."""
    named = _ecosystem(each)
    return (named, (PURL, each.bare)) if named else ((PURL, each.bare),)


def _ecosystem(each: Purl) -> Name | None:
    kind = _OF_TYPE.get(each.type)
    if kind is None:
        system = _OF_SYSTEM.get(f"{each.type}/{each.namespace.lower()}")
        return (system, each.name) if system else None
    joint = ":" if kind == "Maven" else "/"
    return package(kind, f"{each.namespace}{joint}{each.name}" if each.namespace else each.name)


def package(ecosystem: str, name: str) -> Name:
    """A package of an ecosystem, spelled in the one way in which that ecosystem compares names."""
    if ecosystem == "PyPI":
        name = (name if name.isalnum() else _PYTHON.sub("-", name)).lower()
    return ecosystem, name


def product(name: str) -> Name:
    """A product by its own name: `WarehousePG`, `warehousepg` and `Warehouse PG` are one."""
    return PRODUCT, "".join(name.replace("_", "").replace("-", "").split()).casefold()


def scheme_of(ecosystem: str) -> str:
    """The version scheme of an ecosystem, with or without a release behind a colon."""
    return SCHEMES.get(ecosystem.partition(":")[0], "generic")
