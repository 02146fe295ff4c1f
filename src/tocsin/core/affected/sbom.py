# SPDX-License-Identifier: Apache-2.0
"""The components of a software bill of materials: CycloneDX JSON (1.2 and later) and SPDX JSON (2.2, 2.3).

Only what finding an advisory takes is read: name, version, package URL. Components inside components count as well.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tocsin.core.affected import names
from tocsin.core.affected.asked import Asked, upstream_of
from tocsin.core.affected.statements import PURL
from tocsin.core.vocabulary import Value

DEEPEST: Final = 64
LARGEST: Final = 50_000_000
"""Bytes of a bill of materials that are read."""

MOST_ASKED: Final = 1000
"""Components of a stranger's bill that are answered at a time."""


class Bill(Value):
    """What a bill of materials asks about: as much as is answered at a time, how many components are left out, or in
    `wrong` why it is none."""

    asked: tuple[Asked, ...] = ()
    left_out: int = 0
    wrong: str = ""


class _Component(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    version: str = ""
    purl: str = ""
    group: str = ""
    components: tuple[_Component, ...] = ()


class _CycloneDx(msgspec.Struct, frozen=True):
    bomFormat: Literal["CycloneDX"]  # noqa: N815 - the standard's own spelling
    components: tuple[_Component, ...] = ()


class _Locator(msgspec.Struct, frozen=True):
    referenceType: str = ""  # noqa: N815
    referenceLocator: str = ""  # noqa: N815


class _Package(msgspec.Struct, frozen=True):
    name: str = ""
    versionInfo: str = ""  # noqa: N815
    externalRefs: tuple[_Locator, ...] = ()  # noqa: N815


class _Spdx(msgspec.Struct, frozen=True):
    spdxVersion: str  # noqa: N815
    packages: tuple[_Package, ...] = ()


_CYCLONEDX: Final = msgspec.json.Decoder(_CycloneDx)
_SPDX: Final = msgspec.json.Decoder(_Spdx)


def bill(document: bytes) -> Bill:
    """What a stranger's bill asks about. Never raises for what is no bill; the process that faces the internet has it
    run in a child (`services.ports.child`)."""
    try:
        found = read(document)
    except ValueError as wrong:
        return Bill(wrong=str(wrong))
    return Bill(asked=tuple(found[:MOST_ASKED]), left_out=max(0, len(found) - MOST_ASKED))


def read(document: bytes) -> list[Asked]:
    """What a bill of materials asks about. Raises ValueError, in words, for a document that is none."""
    if len(document) > LARGEST:
        raise ValueError(f"the file is larger than {LARGEST // 1_000_000} MB")
    try:
        return _cyclonedx(_CYCLONEDX.decode(document).components)
    except RecursionError:
        raise ValueError("components are nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as first:
        wrong = first
    try:
        return [_asked(each.name, each.versionInfo, _purl(each)) for each in _SPDX.decode(document).packages]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"neither CycloneDX nor SPDX in JSON ({wrong})") from None


def _cyclonedx(components: tuple[_Component, ...], depth: int = 0) -> list[Asked]:
    if depth > DEEPEST:
        raise ValueError("components are nested too deeply")
    found = []
    for each in components:
        found.append(_asked(each.name, each.version, each.purl))
        if each.components:
            found += _cyclonedx(each.components, depth + 1)
    return found


def _purl(package: _Package) -> str:
    return next((each.referenceLocator for each in package.externalRefs if each.referenceType == "purl"), "")


def _asked(name: str, version: str, purl: str) -> Asked:
    taken = names.purl(purl) if purl else None
    if taken is None:
        return Asked(text=f"{name} {version}".strip(), label=name, names=(names.product(name),), version=version)
    version = taken.version or version
    upstream = upstream_of(version) if taken.type in ("deb", "rpm") else ""
    called = names.of_purl(taken)
    if called[0][0] == PURL:
        called = (*called, names.product(taken.name))
    return Asked(purl, name or taken.name, called, version, upstream)
