# SPDX-License-Identifier: Apache-2.0
"""Published pairs of documents on one vulnerability: one is imported, written as the other, held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tocsin.core.advisory.compare import compare
from tocsin.services.documents.convert import NotConvertible, convert

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Outcome(NamedTuple):
    """One pair in one direction: the fields that differ, or why there is no document."""

    suite: str
    pair: str
    differing: tuple[str, ...]
    refused: str = ""
    detail: tuple[object, ...] = ()


def pairs(folder: Path) -> Iterator[tuple[str, Path, Path, str]]:
    """Suite, source, expected document and its format."""
    for path in sorted((folder / "apache-cve-osv").glob("*.cve.json")):
        other = path.with_name(path.name.replace(".cve.", ".osv."))
        yield "Apache: CVE to OSV", path, other, "osv"
        yield "Apache: OSV to CVE", other, path, "cve"
    for path in sorted((folder / "go-cve-osv-report").glob("*.cve5.json")):
        other = path.with_name(path.name.replace(".cve5.", ".osv."))
        yield "Go: CVE to OSV", path, other, "osv"
        yield "Go: OSV to CVE", other, path, "cve"
    for path in sorted((folder / "ghsa-graphql-to-osv").glob("*.osv.json")):
        yield "GitHub: GraphQL to OSV", path.with_name(path.name.replace(".osv", "")), path, "osv"
    for path in sorted((folder / "rhsa-csaf-to-osv" / "OSV").glob("*.json")):
        source = folder / "rhsa-csaf-to-osv" / "CSAF" / path.name.lower()
        yield "Red Hat: CSAF to OSV", source, path, "osv"


def outcomes(folder: Path) -> Iterator[Outcome]:
    """Every pair, converted and compared."""
    for suite, source, expected, kind in pairs(folder):
        try:
            made = convert(source.read_bytes(), kind, NOW, which="1")
        except NotConvertible as wrong:
            yield Outcome(suite, source.name, (), str(wrong))
            continue
        found = compare(kind, made.body, expected.read_bytes())
        yield Outcome(suite, source.name, tuple(each.field for each in found), "", tuple(found))


def counted(found: list[Outcome]) -> dict[str, Counter[str]]:
    """How many pairs of each suite differ in each field; `all` counts them, `agree` those without a difference."""
    table: dict[str, Counter[str]] = {}
    for each in found:
        row = table.setdefault(each.suite, Counter())
        row["all"] += 1
        row["agree"] += not each.differing and not each.refused
        row["refused"] += bool(each.refused)
        row.update(each.differing)
    return table


REASONS = {
    ("Apache: CVE to OSV", "credits"): "Apache's OSV files name nobody; ours carry the credits of the record.",
    ("Apache: CVE to OSV", "cwe"): "Apache's OSV files have no weaknesses; ours keep them where OSV databases do.",
    ("Apache: CVE to OSV", "fixed"): "Apache writes `*` for no end, and leaves out `changes` within a range.",
    ("Apache: CVE to OSV", "ids"): "Where the CVE record names the issue, ours keep it as an alias.",
    (
        "Apache: CVE to OSV",
        "ranges",
    ): "Apache writes `unspecified` for the beginning and cuts ranges down.",
    ("Apache: CVE to OSV", "references"): "Apache leaves out references that are not its own.",
    ("Apache: CVE to OSV", "vector"): "Apache leaves the vector out.",
    ("Apache: OSV to CVE", "credits"): "They are not in Apache's OSV file.",
    ("Apache: OSV to CVE", "cwe"): "They are not in Apache's OSV file.",
    ("Apache: OSV to CVE", "fixed"): "What Apache's OSV file has cut cannot come back.",
    ("Apache: OSV to CVE", "product"): "Apache's OSV file names no package.",
    ("Apache: OSV to CVE", "ranges"): "What Apache's OSV file has cut cannot come back.",
    ("Apache: OSV to CVE", "references"): "They are not in Apache's OSV file.",
    ("Apache: OSV to CVE", "vector"): "It is not in Apache's OSV file.",
    ("GitHub: GraphQL to OSV", "cwe"): "The expected file keeps whole CWE objects; ours the ids that readers look for.",
    ("GitHub: GraphQL to OSV", "fixed"): "The expected file leaves the fix out.",
    (
        "GitHub: GraphQL to OSV",
        "ranges",
    ): "The expected files list `= 1.1.6` as a version and lose `<= 1.2.1`.",
    ("GitHub: GraphQL to OSV", "vector"): "The expected files leave the vector out.",
    ("Go: CVE to OSV", "cwe"): "Go's OSV files have no weaknesses; ours keep them.",
    ("Go: CVE to OSV", "ids"): "Go's and GitHub's ids are not in the CVE record.",
    ("Go: CVE to OSV", "product"): "Of some modules the CVE record names only packages of another path.",
    (
        "Go: CVE to OSV",
        "references",
    ): "Go's page is a reference there and `database_specific` in its OSV file.",
    ("Go: OSV to CVE", "cwe"): "They are not in Go's OSV file.",
    ("Go: OSV to CVE", "product"): "Go's CVE record lists packages; a product of ours is the module, as in OSV.",
    ("Go: OSV to CVE", "ranges"): "One module of two has no versions in the CVE record.",
    ("Go: OSV to CVE", "references"): "References that came later are not in Go's OSV file.",
    ("Red Hat: CSAF to OSV", "credits"): "Red Hat's OSV file names nobody.",
    ("Red Hat: CSAF to OSV", "cwe"): "Red Hat's OSV file has no weaknesses.",
    (
        "Red Hat: CSAF to OSV",
        "ids",
    ): "The CVE id is an alias with us and `upstream` there.",
    ("Red Hat: CSAF to OSV", "references"): "The address of the CSAF file itself is no reference of ours.",
}
"""Why a field differs, by suite. Each was looked at in the documents."""

FIELDS = ("ids", "product", "ranges", "fixed", "cwe", "vector", "references", "credits")


def page(found: list[Outcome]) -> str:
    """The tables of docs/reference/pairs.md."""
    table = counted(found)
    lines = [f"| Pairs | All | {' | '.join(FIELDS)} |", "| --- | ---: |" + " ---: |" * len(FIELDS)]
    for suite, row in table.items():
        agreed = (str(row["all"] - row["refused"] - row[each]) for each in FIELDS)
        lines.append(f"| {suite} | {row['all']} | {' | '.join(agreed)} |")
    lines += ["", "| Pairs | Field | Differ | Why |", "| --- | --- | ---: | --- |"]
    for suite, row in table.items():
        for field in FIELDS:
            if row[field]:
                why = REASONS.get((suite, field), "")
                lines.append(f"| {suite} | {field} | {row[field]} | {why} |")
    return "\n".join(lines)
