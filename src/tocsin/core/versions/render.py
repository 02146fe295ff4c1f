# SPDX-License-Identifier: Apache-2.0
"""Writes the lines of a product as OSV ranges, CVE versions and vers strings.

Sources: OSV schema 1.7.5 `affected[].ranges[].events`; CVE Record Format 5.1.1 `affected[].versions`; vers as CSAF 2.0
(3.1.2.3.2) expects it in a product version range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from tocsin.core.versions.lines import Interval, LineRange, interval, vulnerable
from tocsin.core.versions.scheme import Scheme
from tocsin.core.vocabulary import Affectedness

_PLAIN: Final = re.compile(r"[\w.+:~-]+", re.ASCII)

_CVE_STATUS = {
    Affectedness.AFFECTED: "affected",
    Affectedness.FIXED: "affected",
    Affectedness.NOT_AFFECTED: "unaffected",
    Affectedness.UNSUPPORTED: "unknown",
    Affectedness.REVIEW: "unknown",
}


def cve_status(state: Affectedness) -> str:
    """CVE's word for a state; `unknown` covers both what is under review and what nobody will look at."""
    return _CVE_STATUS[state]


def osv_ranges(scheme: Scheme, lines: Iterable[LineRange]) -> list[dict[str, object]]:
    """OSV ranges of the affected intervals.

    All fixed intervals share one range, in ascending order. OSV forbids `fixed` and `last_affected` in one range, and a
    `limit` holds for a whole range, so an interval that ends in either has a range of its own.
    """
    return [{"type": scheme.osv_type, "events": events} for events in osv_events(vulnerable(scheme, lines))]


def osv_events(affected: Iterable[Interval]) -> list[list[dict[str, str]]]:
    """The events of each of these ranges; the intervals are in ascending order."""
    shared: list[dict[str, str]] = []
    own: list[list[dict[str, str]]] = []
    for each in affected:
        if each.fixed:
            shared += ({"introduced": each.start}, {"fixed": each.fixed})
        elif each.last:
            own.append([{"introduced": each.start}, {"last_affected": each.last}])
        elif each.limit:
            own.append([{"introduced": each.start}, {"limit": each.limit}])
        else:
            own.append([{"introduced": each.start}])
    return [shared, *own] if shared else own


def cve_versions(scheme: Scheme, lines: Iterable[LineRange]) -> list[dict[str, str]]:
    """CVE version objects, one a line, in the order in which the project lists its lines."""
    return [cve_version(scheme, line, interval(scheme, line)) for line in lines]


def cve_version(scheme: Scheme, line: LineRange, each: Interval) -> dict[str, str]:
    """The CVE version object of one line, whose versions are `each`."""
    status, start, before, last = _CVE_STATUS[line.state], each.start, each.before, each.last
    if last and last == start:
        return {"status": status, "version": start}  # a single version takes no versionType
    if before:
        return {"lessThan": before, "status": status, "version": start, "versionType": scheme.cve_type}
    return {"lessThanOrEqual": last or "*", "status": status, "version": start, "versionType": scheme.cve_type}


def vers(scheme: Scheme, each: Interval) -> str:
    """The interval as a canonical vers string: `vers:semver/>=7.4.0|<7.4.2`; every version is `vers:all/*`."""
    start, before, last = each.start, each.before, each.last
    if last and last == start:
        return f"vers:{scheme.vers_type}/{quoted(last)}"
    end = f"<{quoted(before)}" if before else f"<={quoted(last)}" if last else ""
    if start == "0":
        return f"vers:{scheme.vers_type}/{end}" if end else "vers:all/*"
    return f"vers:{scheme.vers_type}/>={quoted(start)}{'|' if end else ''}{end}"


@lru_cache(maxsize=4096)
def quoted(version: str) -> str:
    """The version as a vers string holds it: its special characters are percent-encoded (vers, `version`)."""
    return version if _PLAIN.fullmatch(version) else quote(version, safe="+:~@,;^$&'()")
