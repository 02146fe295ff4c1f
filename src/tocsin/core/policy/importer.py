# SPDX-License-Identifier: Apache-2.0
"""Import: an existing SECURITY.md becomes a proposed policy, with a cited line for every value, and with the choices
that only people can make (S72, S73).

What no rule understood is kept word for word as passages, so that rendering the policy loses nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from tocsin.core.policy.choices import UNNAMED, Choice, choices, initials, slug
from tocsin.core.policy.clause import Section
from tocsin.core.policy.describe.security_md import HEADINGS, TITLE
from tocsin.core.policy.model import SCHEMA, Policy
from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.markdown import Unit
from tocsin.core.policy.prose.reading import Reading, read
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.found import Found

_SECTIONS: Final = (
    (Section.SAFE_HARBOUR, r"safe[ -]harbou?r"),
    (Section.SUPPORTED, r"\bsupported\b.*\bversions?\b"),
    (Section.WHEN, r"^when to report"),
    (Section.CONTENT, r"\breport content\b|\bemail content\b|\bwhat to include\b"),
    (Section.DISCLOSURE, r"^public disclosure"),
    (Section.RESPONSE, r"^patch, release"),
    (Section.LISTS, r"^mailing lists?$"),
    (Section.PRIORITIES, r"^confidentiality, integrity"),
    (Section.REPORTING, r"\breport(?:ing)?\b.*\b(?:vulnerabilit|security|issue|bug)"),
)
_LAST_WINS: Final = frozenset({"cve.route"})


class Imported(Value):
    """A proposed policy as the tables of a policy file, the choices left, and the reading it rests on."""

    policy: dict[str, Any]
    choices: tuple[Choice, ...]
    reading: Reading


def import_security_md(data: bytes) -> Imported:
    """Read a SECURITY.md of any language, size and encoding and propose a policy. Never raises."""
    reading = read(data)
    tables: dict[str, Any] = {}
    for each in reading.found:
        if each.path in ("intake.channel.encryption", "intake.channel.key", "intake.channel.may_be_absent"):
            continue
        _put(tables, each)
    _doors(tables, reading)
    _complete(tables)
    _joined(tables)
    passages = list(_passages(reading))
    policy = {
        "schema": SCHEMA,
        "cite_file": "SECURITY.md",
        **_title(reading),
        "project": _project(tables.pop("project", {}), reading),
        **tables,
        **({"passage": passages} if passages else {}),
    }
    return Imported(policy=_ordered(policy, Policy), choices=choices(policy, reading), reading=reading)


def values(tables: Any) -> Any:
    """Return tables without their marks: what a policy says, whoever said it."""
    if isinstance(tables, dict):
        return {key: values(value) for key, value in tables.items() if key not in ("cite", "choice")}
    return [values(item) for item in tables] if isinstance(tables, list) else tables


def _put(tables: dict[str, Any], found: Found) -> None:
    """Put one finding where it belongs, with its cited line."""
    *around, key = found.path.split(".")
    table = tables
    for name in around:
        table = table.setdefault(name, {})
    if found.mode == "set":
        if key in table and found.path not in _LAST_WINS:
            return
        table[key] = found.value
    elif isinstance(found.value, dict):
        _put_table(table.setdefault(key, []), found)
        return
    elif key == "text":
        table[key] = f"{table[key]} {found.value}" if key in table else found.value
    else:
        listed = table.setdefault(key, [])
        if found.value in listed:
            return
        listed.append(found.value)
    if around != ["project"]:
        cites = table.setdefault("cite", {})
        cites[key] = _through(cites[key], found) if found.mode == "add" and key in cites else found.cite


def _through(cite: str, found: Found) -> str:
    """Extend a citation to the line of another item of the same list."""
    first = cite.partition(":")[0].partition("-")[0]
    return f"{first}-L{found.last}"


def _put_table(listed: list[dict[str, Any]], found: Found) -> None:
    """Add a table to a list of tables, or complete the one that is already there."""
    identity = ("kind", "id", "name", "address", "url")
    same = [key for key in identity if key in found.value]
    known = next((table for table in listed if all(table.get(key) == found.value[key] for key in same)), None)
    if known is None:
        listed.append({**found.value, "cite": found.cite})
        return
    new = {key: value for key, value in found.value.items() if key not in known}
    if new:
        cited = (
            known["cite"] if isinstance(known["cite"], dict) else {key: known["cite"] for key in known if key != "cite"}
        )
        known["cite"] = cited | dict.fromkeys(new, found.cite)
        known.update(new)


def _doors(tables: dict[str, Any], reading: Reading) -> None:
    """Give encryption, key and caution to the channels they speak of."""
    listed: list[dict[str, Any]] = tables.get("intake", {}).get("channel", [])
    blocks = {_identity(each.value): reading.page.units[each.unit].block for each in reading.of("intake.channel")}
    for name in ("may_be_absent", "key", "encryption"):
        for each in reading.of(f"intake.channel.{name}"):
            near = [door for door in listed if blocks.get(_identity(door)) == reading.page.units[each.unit].block]
            kinds = ("github-pvr",) if name == "may_be_absent" else ("email", "maintainers", "platform")
            door = next((door for kind in kinds for door in (*near, *listed) if door["kind"] == kind), None)
            if door is None or name in door or (each.value == "required" and "key" not in door):
                continue
            cited = (
                door["cite"] if isinstance(door["cite"], dict) else {key: door["cite"] for key in door if key != "cite"}
            )
            door[name] = each.value
            door["cite"] = cited | {name: each.cite}


def _identity(door: dict[str, Any]) -> tuple[str, ...]:
    return (door["kind"], door.get("address", ""), door.get("url", ""))


def _complete(tables: dict[str, Any]) -> None:
    """Add what the file's form needs around what was found, each marked as a choice."""
    cve = tables.get("cve")
    if cve is not None and "route" not in cve:
        cve |= {"route": "mitre", "choice": {"route": "the document does not say by which way"}}
    disclosure = tables.get("disclosure", {})
    if disclosure.get("negotiated") and "with" not in disclosure:
        disclosure |= {"with": ["reporter"], "choice": {"with": "the document does not say with whom"}}


def _joined(table: dict[str, Any]) -> None:
    """Where every value of a table rests on the same line, say so once."""
    for value in table.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _joined(inner)
    cites = table.get("cite")
    plain = [key for key, value in table.items() if key not in ("cite", "choice") and not isinstance(value, dict)]
    if isinstance(cites, dict) and set(plain) == set(cites) and len(set(cites.values())) == 1:
        table["cite"] = next(iter(cites.values()))


def _title(reading: Reading) -> dict[str, str]:
    first = next((unit.text for unit in reading.page.units if unit.shape is Shape.HEADING), "")
    return {"title": first} if first and first != TITLE and _section(first) not in HEADINGS else {}


def _project(found: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """Name the project as well as the document allows; `choices` asks for the rest."""
    adopted, called = found.get("adopted_by", ""), found.get("called", "")
    named = [word for word in (adopted, called) if word and word.lower() not in ("the community", "this project")]
    forge = reading.page.forge
    name = named[0] if named else forge.rpartition("/")[2] or UNNAMED
    return {
        "id": slug(name),
        "name": name,
        "prefix": initials(name),
        **({"forge": forge} if forge else {}),
        "team": "The maintainers",
        "called": "this project",
        **found,
    }


def _section(heading: str) -> str:
    """Return the section a heading stands for, or the heading itself."""
    if not heading:
        return Section.INTRODUCTION.value
    lowered = heading.lower()
    return next((section.value for section, regex in _SECTIONS if re.search(regex, lowered)), heading)


def _passages(reading: Reading) -> Iterator[dict[str, str]]:
    """Keep what nobody understood: neighbours together, standard sections first, as the document is written again."""
    gathered: list[tuple[str, list[Unit]]] = []
    understood = reading.understood
    title = next((unit.text for unit in reading.page.units if unit.shape is Shape.HEADING), "")
    joined = -1
    for index, unit in enumerate(reading.page.units):
        if index in understood:
            continue
        under = _section("" if unit.heading == title and _section(title) == title else unit.heading)
        neighbours = gathered and gathered[-1][0] == under
        if neighbours and _together(gathered[-1][1][-1], unit, joined == index - 1):
            gathered[-1][1].append(unit)
        else:
            gathered.append((under, [unit]))
        joined = index
    rank = {section.value: place for place, section in enumerate(HEADINGS)}
    for under, listed in sorted(gathered, key=lambda each: rank.get(each[0], len(rank))):
        yield {"under": under, "text": _source(listed)}


def _together(before: Unit, unit: Unit, adjoin: bool) -> bool:
    """Say whether two units belong to one passage: adjoining sentences, and whatever is left of a list or table."""
    lists = {Shape.ITEM, Shape.STEP, Shape.ROW}
    if unit.shape in lists:
        return before.shape is unit.shape
    return adjoin and before.block == unit.block


def _source(listed: list[Unit]) -> str:
    """Write units as Markdown again."""
    lines: list[str] = []
    previous: Unit | None = None
    for unit in listed:
        mark = {Shape.ITEM: "* ", Shape.STEP: f"{unit.lead or 1}. "}.get(unit.shape, "")
        if previous is not None and previous.block == unit.block:
            lines[-1] += f" {unit.raw}"
        else:
            lines.append(mark + unit.raw.replace("\n", "\n" + " " * len(mark)))
        previous = unit
    return "\n".join(lines)


def _ordered(raw: Any, kind: Any) -> Any:
    """Put the keys of tables into the order in which the typed policy lists them."""
    if isinstance(raw, list):
        inner = next((part for part in get_args(kind) if isinstance(part, type)), None)
        return [_ordered(item, inner) for item in raw]
    if not isinstance(raw, dict) or not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return raw
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    order = [*types, "cite", "choice"]
    keys = sorted(raw, key=lambda key: order.index(key) if key in order else len(order))
    return {key: _ordered(raw[key], _struct(types.get(key))) for key in keys}


def _struct(hint: Any) -> Any:
    """Return the struct in `X | None`; lists keep their hint."""
    return next((part for part in get_args(hint) if isinstance(part, type) and issubclass(part, msgspec.Struct)), hint)
