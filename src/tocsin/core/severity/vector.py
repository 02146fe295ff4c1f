# SPDX-License-Identifier: Apache-2.0
"""Reads a CVSS vector and says which metric at which column is wrong.

The `cvss` library computes the scores and is lenient where the standards are not: it accepts 4.0 metrics out of order
and says little about where a typing error is. This file checks the form first; the arithmetic stays with the library.
Sources: CVSS v2 guide 2.4, v3.0 and v3.1 specification 6 (vector string), v4.0 specification 7 (order is mandatory).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cvss import constants2, constants3, constants4

from tocsin.core.vocabulary import Refused

PREFIXES: Final = {"CVSS:3.0/": "3.0", "CVSS:3.1/": "3.1", "CVSS:4.0/": "4.0"}

Values = Mapping[str, Mapping[str, object]]

_VALUES: Final[dict[str, Values]] = {
    "2.0": constants2.METRICS_VALUES,
    "3.0": constants3.METRICS_VALUES,
    "3.1": constants3.METRICS_VALUES,
    "4.0": {name: constants4.METRICS_VALUE_NAMES[name] for name in constants4.METRICS},
}
_MANDATORY: Final[dict[str, tuple[str, ...]]] = {
    "2.0": tuple(constants2.METRICS_MANDATORY),
    "3.0": tuple(constants3.METRICS_MANDATORY),
    "3.1": tuple(constants3.METRICS_MANDATORY),
    "4.0": tuple(constants4.METRICS_MANDATORY),
}
_ORDER_4: Final = {name: place for place, name in enumerate(constants4.METRICS)}


def version_of(vector: str) -> str | None:
    """CVSS version that the vector announces; a vector without prefix is 2.0 when it has v2's `Au` metric."""
    for prefix, version in PREFIXES.items():
        if vector.startswith(prefix):
            return version
    return "2.0" if vector.startswith("AV:") and "/Au:" in vector else None


def metrics(vector: str) -> dict[str, str] | Refused:
    """Metric values by name, in the vector's own order; or a refusal that names the metric and its column (from 1)."""
    version = version_of(vector)
    if version is None:
        return _refused("the vector starts with none of CVSS:3.0/, CVSS:3.1/, CVSS:4.0/ and is not a 2.0 vector")
    allowed = _VALUES[version]
    column = 1 if version == "2.0" else len("CVSS:x.y/") + 1
    found: dict[str, str] = {}
    for field in vector[column - 1 :].split("/"):
        name, colon, value = field.partition(":")
        if not colon or name not in allowed:
            return _refused(f"{field!r} at column {column} is not a metric of CVSS {version}", name)
        if name in found:
            return _refused(f"metric {name} at column {column} is given twice", name)
        if value not in allowed[name]:
            choices = ", ".join(allowed[name])
            return _refused(f"metric {name} at column {column} is {value!r}; allowed are {choices}", name)
        if version == "4.0" and found and _ORDER_4[name] < _ORDER_4[next(reversed(found))]:
            return _refused(f"metric {name} at column {column} is out of order; CVSS 4.0 fixes the order", name)
        found[name] = value
        column += len(field) + 1
    absent = [name for name in _MANDATORY[version] if name not in found]
    return _refused(f"base metrics are missing: {', '.join(absent)}", *absent) if absent else found


def _refused(because: str, *names: str) -> Refused:
    return Refused(code="cvss.vector", because=because, rule="CVSS vector string", missing=names)
