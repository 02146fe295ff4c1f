# SPDX-License-Identifier: Apache-2.0
"""The score's metrics as choices in words, for CVSS 3.x and 4.0 side by side, and the vector that chosen ones make.

3.0 and 3.1 ask the same questions, so they share a column. What the reporter's answers come to stands beside each
choice where it differs. Metrics that are not asked here (threat, environment) stay in the vector as they are.
Source: CVSS v3.1 specification 2; CVSS v4.0 specification 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from cvss import constants3, constants4

from tocsin.core.severity import score
from tocsin.core.severity.surface import Draft, draft, understand
from tocsin.core.severity.vector import metrics, version_of
from tocsin.core.vocabulary import Refused

FAMILIES: Final = {"3": ("3.0", "3.1"), "4": ("4.0",)}
_MANDATORY: Final = {"3": constants3.METRICS_MANDATORY, "4": constants4.METRICS_MANDATORY}
_TITLES: Final = {"3": constants3.METRICS_ABBREVIATIONS, "4": constants4.METRICS_ABBREVIATIONS}
_VALUES: Final = {"3": constants3.METRICS_VALUE_NAMES, "4": constants4.METRICS_VALUE_NAMES}

_AMOUNT: Final = {"H": "all of it", "L": "some of it", "N": "nothing"}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "AV": {"N": "over a network", "A": "from the same network", "L": "on the machine", "P": "by touching it"},
    "AC": {"L": "works every time", "H": "takes luck or preparation"},
    "AT": {"N": "no special setup", "P": "only in a special setup"},
    "PR": {"N": "anybody", "L": "any account", "H": "an administrator"},
    "UI": {"N": "nobody has to help", "R": "somebody has to do something", "P": "as in daily use", "A": "on purpose"},
    "S": {"U": "stays in the component", "C": "reaches beyond it"},
    **dict.fromkeys(("C", "I", "A", "VC", "VI", "VA", "SC", "SI", "SA"), _AMOUNT),
}


class Value(msgspec.Struct, frozen=True):
    """One choice: `theirs` where the reporter's answer says so, `assumed` where it stands for an answer nobody gave."""

    code: str
    name: str
    words: str
    chosen: bool
    theirs: bool
    assumed: bool


class Metric(msgspec.Struct, frozen=True):
    """One question. `differs` where the reporter's answers come to another choice than the one taken."""

    field: str
    name: str
    title: str
    values: tuple[Value, ...]
    differs: bool


class Editor(msgspec.Struct, frozen=True):
    """Both columns, the version that is saved, its vector, and what the reporter's answers come to."""

    version: str
    versions: tuple[str, ...]
    vector: str
    three: tuple[Metric, ...]
    four: tuple[Metric, ...]
    vectors: tuple[str, ...]
    theirs: str
    differing: tuple[str, ...]


def editor(vectors: Mapping[str, str], surface: tuple[str, ...], wanted: str, asked: Mapping[str, str]) -> Editor:
    """Lay the metrics out. `vectors` are those scored by family (`3`, `4`), `surface` the reporter's answers as the
    report keeps them, `wanted` the version to save, `asked` the choices of the form, empty before anybody chose."""
    version = asked.get("v", "") if asked.get("v") in ("3.0", "3.1", "4.0") else wanted
    answers = understand(surface)
    drafts = {"3": draft(answers, "3.1"), "4": draft(answers, "4.0")} if surface else {}
    theirs = {family: each.vector for family, each in drafts.items()}
    chosen = {family: _chosen(family, vectors.get(family) or theirs.get(family, ""), asked) for family in FAMILIES}
    columns = {family: _column(family, chosen[family], drafts.get(family)) for family in FAMILIES}
    made = {family: _write(family, version, chosen[family]) for family in FAMILIES}
    rated = score(theirs["4" if version == "4.0" else "3"]) if theirs else None
    return Editor(
        version=version,
        versions=("3.0", "3.1", "4.0"),
        vector=made[version[0]],
        three=columns["3"],
        four=columns["4"],
        vectors=tuple(filter(None, made.values())),
        theirs=f"{rated.rating} {rated.base:.1f}" if rated and not isinstance(rated, Refused) else "",
        differing=tuple(each.title for each in columns[version[0]] if each.differs),
    )


def by_family(vectors: tuple[str, ...]) -> dict[str, str]:
    """Keep the last vector of each family."""
    return {version[0]: each for each in vectors if (version := version_of(each)) and version[0] in FAMILIES}


def _read(vector: str) -> dict[str, str]:
    found = metrics(vector) if vector else {}
    return {} if isinstance(found, Refused) else found


def _chosen(family: str, vector: str, asked: Mapping[str, str]) -> dict[str, str]:
    found = _read(vector)
    for name in _MANDATORY[family]:
        told = asked.get(f"m{family}{name}", "")
        if told in _VALUES[family][name]:
            found[name] = told
    return found


def _column(family: str, chosen: Mapping[str, str], drafted: Draft | None) -> tuple[Metric, ...]:
    drawn = _read(drafted.vector) if drafted else {}
    guessed = {name: drawn[name] for name in drafted.assumed} if drafted else {}
    theirs = {name: code for name, code in drawn.items() if name not in guessed}
    return tuple(
        Metric(
            field=f"m{family}{name}",
            name=name,
            title=_TITLES[family][name],
            values=tuple(
                Value(
                    code=code,
                    name=title,
                    words=_WORDS[name][code],
                    chosen=chosen.get(name) == code,
                    theirs=theirs.get(name) == code,
                    assumed=guessed.get(name) == code,
                )
                for code, title in _VALUES[family][name].items()
                if code in _WORDS[name]
            ),
            differs=bool(name in theirs and chosen.get(name) and chosen[name] != theirs[name]),
        )
        for name in _MANDATORY[family]
    )


def _write(family: str, version: str, chosen: Mapping[str, str]) -> str:
    """Spell the vector of the chosen metrics, base metrics first; "" while one is open."""
    mandatory = _MANDATORY[family]
    if any(name not in chosen for name in mandatory):
        return ""
    names = [*mandatory, *(name for name in chosen if name not in mandatory)]
    spelt = version if version in FAMILIES[family] else FAMILIES[family][-1]
    return f"CVSS:{spelt}/" + "/".join(f"{name}:{chosen[name]}" for name in names)
