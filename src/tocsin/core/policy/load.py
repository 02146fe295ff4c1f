# SPDX-License-Identifier: Apache-2.0
"""Read a policy file: TOML text in, a typed policy or every problem with its line out.

`extends` names another policy whose text the caller supplies: tables merge, arrays replace, and an inherited value
keeps the citation of its own file. What cannot hold together is refused whole (`coherent`); the text is never repaired.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import msgspec
import rfc8785

from tocsin.core.policy.coherent import incoherent
from tocsin.core.policy.convert import Converter
from tocsin.core.policy.model import SCHEMA, Policy
from tocsin.core.policy.problem import Invalid, Problem
from tocsin.core.policy.provenance import NEEDS_NO_SOURCE, Provenance
from tocsin.core.policy.source import Source
from tocsin.core.policy.toml_lines import key_lines, nearest_line

if TYPE_CHECKING:
    from collections.abc import Callable

_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_DEEPEST: Final = 4


class _Document(msgspec.Struct, frozen=True):
    """A raw policy with what it extends already merged in."""

    raw: dict[str, Any]
    sources: dict[str, Source]
    lines: dict[str, int]


def load(text: str, base: Callable[[str], str | None] = lambda _: None, *, stood: bool = False) -> Policy | Invalid:
    """Read a policy. `base` returns the text of a policy that is named by `extends`, or None when nobody knows it. One
    that `stood` was put in force before, maybe when less was asked of policies."""
    problems: list[Problem] = []
    return _finish(_read(text, base, problems, ()), problems, stood=stood)


def _finish(document: _Document | None, problems: list[Problem], *, stood: bool = False) -> Policy | Invalid:
    if document is None:
        return Invalid(problems=tuple(problems))
    converter = Converter(document.lines)
    policy = converter.struct(Policy, document.raw, "")
    problems.extend(converter.problems)
    if isinstance(policy, Policy):
        policy = msgspec.structs.replace(policy, sources=document.sources, version=_digest(document))
        problems.extend(incoherent(policy, document.lines, stood=stood))
    if problems or not isinstance(policy, Policy):
        return Invalid(problems=tuple(sorted(problems, key=lambda problem: problem.line)))
    return policy


def from_tables(tables: dict[str, Any], base: Callable[[str], str | None] = lambda _: None) -> Policy | Invalid:
    """Read a policy from tables instead of text: what a story, a form or an import holds. Problems have line 1."""
    problems: list[Problem] = []
    return _finish(_document({"schema": SCHEMA, **tables}, {}, base, problems, ()), problems)


def uncited(text: str, base: Callable[[str], str | None] = lambda _: None) -> tuple[Problem, ...]:
    """List the values that neither cite a line nor are marked as a choice; `policy check` reports them."""
    document = _read(text, base, [], ())
    if document is None:
        return ()
    missing = (path for path in _leaves(document.raw, "") if path not in document.sources)
    return tuple(
        Problem(
            line=nearest_line(document.lines, path),
            path=path,
            code="uncited-value",
            message=f"{path} neither cites a line nor is marked as a choice",
            remedy='add cite = "L24" or choice = true to its table',
        )
        for path in missing
        if path.partition(".")[0] not in NEEDS_NO_SOURCE
    )


def _read(
    text: str, base: Callable[[str], str | None], problems: list[Problem], seen: tuple[str, ...]
) -> _Document | None:
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        at = _TOML_LINE.search(str(wrong))
        line = int(at[1]) if at else max(1, text.count("\n"))
        problems.append(Problem(line=line, path="", code="not-toml", message=str(wrong)))
        return None
    return _document(raw, key_lines(text), base, problems, seen)


def _document(
    raw: dict[str, Any],
    lines: dict[str, int],
    base: Callable[[str], str | None],
    problems: list[Problem],
    seen: tuple[str, ...],
) -> _Document | None:
    """Strip the marks of one document and merge it with what it extends."""

    def note(path: str, code: str, message: str, remedy: str) -> None:
        line = nearest_line(lines, path)
        problems.append(Problem(line=line, path=path, code=code, message=message, remedy=remedy))

    if raw.get("schema") != SCHEMA:
        note("schema", "wrong-schema", f"schema must be {SCHEMA!r}", f'write schema = "{SCHEMA}" on the first line')
        return None
    provenance = Provenance(str(raw.get("cite_file", "SECURITY.md")), raw.pop("chosen", None), note)
    try:
        document = _Document(provenance.strip(raw), provenance.sources, lines)
    except RecursionError:
        note("", "too-deep", "tables lie too deep inside each other", "a policy needs five levels")
        return None
    parent = raw.get("extends")
    if not isinstance(parent, str):
        return document
    inherited = None if parent in seen or len(seen) >= _DEEPEST else base(parent)
    if inherited is None:
        note("extends", "unknown-base", f"no policy is called {parent!r}", "name one of the policies that exist")
        return None
    below = _read(inherited, base, problems, (*seen, parent))
    return _merge(below, document) if below else None


def _merge(base: _Document, own: _Document) -> _Document:
    sources, lines = dict(base.sources), dict(base.lines)

    def over(under: dict[str, Any], top: dict[str, Any], path: str) -> dict[str, Any]:
        merged = dict(under)
        for key, value in top.items():
            at = f"{path}.{key}" if path else key
            if isinstance(value, dict) and isinstance(under.get(key), dict):
                merged[key] = over(under[key], value, at)
                continue
            for known in (sources, lines):
                for stale in [name for name in known if name == at or name.startswith(f"{at}.")]:
                    del known[stale]
            merged[key] = value
        return merged

    raw = over(base.raw, own.raw, "")
    return _Document(raw, sources | own.sources, lines | own.lines)


def _leaves(raw: Any, path: str) -> list[str]:
    if isinstance(raw, dict):
        return [leaf for key, value in raw.items() for leaf in _leaves(value, f"{path}.{key}" if path else key)]
    if isinstance(raw, list) and any(isinstance(item, dict) for item in raw):
        return [leaf for index, item in enumerate(raw) for leaf in _leaves(item, f"{path}.{index}")]
    return [path]


def _digest(document: _Document) -> str:
    """Digest everything the policy says, and on whose word: RFC 8785 canonical JSON, SHA-256."""
    content = {"policy": _plain(document.raw), "sources": msgspec.to_builtins(document.sources)}
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
