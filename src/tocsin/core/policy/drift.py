# SPDX-License-Identifier: Apache-2.0
"""Drift: does the published document still say what the policy says? (S72)

The policy is rendered and read again; the published document is read the same way. Both are then in the importer's own
words, so that only promises are compared, never wording. What a project chose where its document is silent or vague is
told, but is no drift.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.describe import security_md
from tocsin.core.policy.importer import import_security_md, values
from tocsin.core.policy.lint.finding import Finding, Severity
from tocsin.core.policy.tables import flat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.importer import Imported
    from tocsin.core.policy.model import Policy

_NO_PROMISE: Final = ("schema", "cite_file", "title", "project", "passage", "assess.outcomes")
_DERIVED: Final = re.compile(r"\.(?:to|url|label|attachments|ask)$")
"""Values that a document need not repeat word for word."""


def drift(policy: Policy, data: bytes) -> tuple[Finding, ...]:
    """Compare a published SECURITY.md with the policy. Errors are drift; infos are the project's own choices."""
    published = import_security_md(data)
    ours, theirs = _said(import_security_md(security_md(policy).encode())), _said(published)
    lines = _lines(published)
    findings = [*_gone_or_changed(policy, ours, theirs, lines), *_unspoken(ours, theirs, lines)]
    return tuple(sorted(findings, key=lambda each: (each.line, each.code, each.message)))


def _said(imported: Imported) -> dict[str, Any]:
    """Return what a document promises, one value a path."""
    said = flat(values(imported.policy))
    return {
        path: value for path, value in said.items() if not path.startswith(_NO_PROMISE) and not _DERIVED.search(path)
    }


def _lines(imported: Imported) -> dict[str, int]:
    lines: dict[str, int] = {}
    for found in imported.reading.found:
        lines.setdefault(found.path, found.line)
    return lines


def _gone_or_changed(
    policy: Policy, ours: dict[str, Any], theirs: dict[str, Any], lines: dict[str, int]
) -> Iterator[Finding]:
    for path, value in ours.items():
        if path in theirs and theirs[path] == value:
            continue
        line = lines.get(_bare(path), 1)
        chosen = _chosen(policy, path)
        if path in theirs:
            message = f"{path} is {_words(theirs[path])} here and {_words(value)} in the policy"
            yield _finding(line, "drift-differs", message, chosen)
        else:
            yield _finding(line, "drift-gone", f"{path} = {_words(value)} is in the policy and not said here", chosen)


def _unspoken(ours: dict[str, Any], theirs: dict[str, Any], lines: dict[str, int]) -> Iterator[Finding]:
    addressed = any(path.startswith("intake.channel[email") for path in ours)
    for path, value in theirs.items():
        if path.startswith("intake.channel[maintainers]") and addressed:
            continue  # "their individual email addresses": the policy names one
        if path not in ours:
            message = f"{path} = {_words(value)} is said here and not in the policy"
            yield _finding(lines.get(_bare(path), 1), "drift-unspoken", message, chosen=False)


def _finding(line: int, code: str, message: str, chosen: bool) -> Finding:
    severity = Severity.INFO if chosen else Severity.ERROR
    return Finding(line=line, code=code, severity=severity, message=message + (" (chosen)" if chosen else ""))


def _chosen(policy: Policy, path: str) -> bool:
    """Say whether the project chose a value itself; for items of a list, whether it chose any such item."""
    if "[" not in path:
        near = (policy.source(path), policy.source(f"{path}.rule"), policy.source(f"{path}.count"))
        return any(source.chosen for source in near)
    start = path.partition("[")[0]
    if start == "versions.line":
        start = "versions.supported"
    return any(source.chosen for name, source in policy.sources.items() if name.startswith(start))


def _bare(path: str) -> str:
    """Return the path at which the reading lists an item of a list."""
    return path.partition("[")[0]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
