# SPDX-License-Identifier: Apache-2.0
"""An advisory on a forge in one normal form, so that two can be compared: ours with theirs, theirs with what it was.

What GitHub changes by itself (case of words, order of lists, derived fields) is not a difference. Source: GitHub REST
API 2026-03-10, `repository-advisory`, `repository-advisory-update`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

WRITABLE: Final = (
    "summary", "description", "severity", "cwe_ids", "cve_id", "vulnerabilities", "credits", "state",
)  # fmt: skip
"""Fields that people write there, in the words of the page; `severity` is the vector where there is one."""


def normal(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that people write, of an answer as of a request, each in one spelling."""
    return {
        "summary": _text(payload.get("summary")),
        "description": _text(payload.get("description")),
        "severity": _vector(payload) or _text(payload.get("severity")),
        "cwe_ids": sorted(payload.get("cwe_ids") or ()),
        "cve_id": _text(payload.get("cve_id")),
        "vulnerabilities": [_vulnerability(each) for each in payload.get("vulnerabilities") or ()],
        "credits": sorted([_text(each.get("login")).lower(), _text(each.get("type"))] for each in _credits(payload)),
        "state": _text(payload.get("state")),
    }


def fingerprint(payload: Mapping[str, Any]) -> str:
    """A hash over what people write: another one means that somebody changed something."""
    return hashlib.sha256(msgspec.json.encode(normal(payload), order="deterministic")).hexdigest()


def prints(payload: Mapping[str, Any]) -> dict[str, str]:
    """A short hash of each field, to name later which of them were changed, without keeping what they said."""
    return {
        name: hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:16]
        for name, value in normal(payload).items()
    }


def changed(before: Mapping[str, str], payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the fields that are not what they were when `before` was taken (`prints`)."""
    now = prints(payload)
    return tuple(name for name in WRITABLE if before.get(name) != now[name])


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the fields in which an advisory there is not what we would write; what we do not say does not count."""
    mine, other = normal(ours), normal(theirs)
    said = {"severity" if name == "cvss_vector_string" else name for name in ours}
    return tuple(name for name in WRITABLE if name in said and mine[name] != other[name])


def _vector(payload: Mapping[str, Any]) -> str:
    if vector := _text(payload.get("cvss_vector_string")):
        return vector
    scores = payload.get("cvss_severities") or {}
    for name in ("cvss_v4", "cvss_v3"):
        if vector := _text((scores.get(name) or {}).get("vector_string")):
            return vector
    return _text((payload.get("cvss") or {}).get("vector_string"))


def _vulnerability(each: Mapping[str, Any]) -> dict[str, Any]:
    package = each.get("package") or {}
    return {
        "ecosystem": _text(package.get("ecosystem")).lower(),
        "name": _text(package.get("name")),
        "range": " ".join(_text(each.get("vulnerable_version_range")).split()),
        "patched": _text(each.get("patched_versions")),
        "functions": sorted(each.get("vulnerable_functions") or ()),
    }


def _credits(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in payload.get("credits") or () if isinstance(each, Mapping)]


def _text(value: object) -> str:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
