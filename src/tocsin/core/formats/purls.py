# SPDX-License-Identifier: Apache-2.0
"""Package URLs that say which versions are meant: one version, or a range in the `vers` qualifier.

Sources: purl specification (version; the known qualifier `vers`), vers specification. The record's own purls have
neither (`advisory.forms.is_bare_purl`).
"""

from __future__ import annotations

from functools import lru_cache
from string import ascii_letters, digits
from typing import Final
from urllib.parse import quote, unquote

from tocsin.core.formats import facts

_UNRESERVED: Final = frozenset(ascii_letters + digits + "-._~")
_ESCAPES: Final = str.maketrans(
    {each: each if each in _UNRESERVED else f"%{ord(each):02X}" for each in map(chr, range(128))}
)


def escaped(text: str) -> str:
    """Percent-encoding of everything but unreserved characters; several times as quick as the library's on ASCII."""
    return text.translate(_ESCAPES) if text.isascii() else quote(text, safe="")


@lru_cache(maxsize=4096)
def with_version(purl: str, version: str) -> str:
    """The purl with the version in its place, before qualifiers and subpath."""
    end = min((at for at in (purl.find("?"), purl.find("#")) if at >= 0), default=len(purl))
    return f"{purl[:end]}@{escaped(version)}{purl[end:]}"


def with_range(purl: str, written: str) -> str:
    """The purl with a range, a vers string, as its qualifier; qualifiers stay sorted only where there were none."""
    base, hash_mark, subpath = purl.partition("#")
    first, bar, rest = written.partition("|")
    joined = f"{base}{'&' if '?' in base else '?'}vers={_constraint(first)}"
    return f"{joined}%7C{_constraint(rest)}{hash_mark}{subpath}" if bar else f"{joined}{hash_mark}{subpath}"


@lru_cache(maxsize=4096)
def _constraint(written: str) -> str:
    """A range up to its first `|`, or what follows. It is kept: each line begins alike in every advisory."""
    return escaped(written)


def bare(purl: str) -> str:
    """The purl without version and `vers` qualifier, by which products are told apart."""
    base, hash_mark, subpath = purl.partition("#")
    path, _, qualifiers = base.partition("?")
    kept = "&".join(each for each in qualifiers.split("&") if each and not each.startswith("vers="))
    head, _, tail = path.rpartition("/")
    return f"{head}/{tail.partition('@')[0]}{'?' if kept else ''}{kept}{hash_mark}{subpath}"


def range_of(purl: str) -> str:
    """The range of a purl as facts write it, "" where it names none."""
    qualifiers = purl.partition("#")[0].partition("?")[2].split("&")
    found = next((each.removeprefix("vers=") for each in qualifiers if each.startswith("vers=")), "")
    return facts.vers_span(unquote(found)) if found else ""


def version_of(purl: str) -> str:
    """The version of a purl, "" where it names none."""
    path = purl.partition("#")[0].partition("?")[0]
    return unquote(path.rpartition("/")[2].partition("@")[2])
