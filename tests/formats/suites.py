# SPDX-License-Identifier: Apache-2.0
"""The public suites that lie beside the repository, each run through our code and counted."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.core.advisory import purl
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.clock import at
from tocsin.core.formats import schema_violations
from tocsin.core.policy.lint import lint_security_txt
from tocsin.core.severity import Severity, score
from tocsin.core.versions import (
    canonical,
    compare,
    holds,
    native,
    parse_vers,
    scheme_called,
    sort,
    strict_vers,
)

OPENVEX_VALID = {
    "go-vex-testdata/vex/testdata/v0.2.0.json",
    "vexctl/examples/csaf/openvex.json",
    "vexctl/examples/openvex/document1.vex.json",
    "vexctl/examples/openvex/demo.vex.json",
    "vexctl/pkg/ctl/testdata/templates/oci-vexctl.openvex.json",
}
"""Which fixtures are valid 0.2.0 documents is said in the suite's SOURCES.md."""


class Score(NamedTuple):
    """How many cases of a suite came out as it says."""

    suite: str
    right: int
    cases: int


def count(suite: str, verdicts: Iterator[bool]) -> Score:
    """Count the verdicts of one suite."""
    found = list(verdicts)
    return Score(suite, sum(found), len(found))


def scores(standards: Path) -> list[Score]:
    """Every suite that our own code is measured on, in the order of the page."""
    order = standards / "version-order"
    found = [
        count(
            "CVSS 4.0: FIRST's reference corpus", _corpus(standards / "cvss" / "v4.0" / "first-reference-corpus.tsv")
        ),
        count("CVSS 2.0 to 4.0: Red Hat's vectors", _red_hat(standards / "cvss" / "redhat-vectors")),
    ]
    for name, file in [
        ("debian", "debian"),
        ("maven", "maven"),
        ("pep440", "pypi"),
        ("rpm", "redhat"),
        ("semver", "semver"),
    ]:
        files = sorted((order / "osv-semantic").glob(f"{file}-versions*.txt"))
        found.append(
            count(f"version order {name}: osv-scalibr", (each for path in files for each in _pairs(name, path)))
        )
    found.append(
        count("version order maven: vers", _vers("maven", order / "vers" / "tests" / "maven_version_cmp_test.json"))
    )
    found += [
        count(
            "schema OSV 1.7.5: linter data", _named(standards / "osv" / "linter-testdata", "osv-1.7.5", _osv_verdict)
        ),
        count("schema OSV 1.7.5: Go, Python", _all(standards / "real-osv", "osv-1.7.5")),
        count("schema CVE 5.1.1: real records", _all(standards / "real-cve", "cve-5.1.1")),
        count("schema OpenVEX 0.2.0: fixtures", _openvex(standards / "openvex")),
        count(
            "schema CycloneDX 1.7: test BOMs",
            _named(standards / "cyclonedx" / "tests" / "1.7", "cyclonedx-1.7", _prefix),
        ),
    ]
    return found + _further(standards)


VERS = (
    ("alpine", "alpine_version_cmp"), ("arch", "alpm_version_cmp"), ("conan", "conan_version_cmp"),
    ("datetime", "datetime_version_cmp"), ("gentoo", "gentoo_version_cmp"), ("lexicographic", "lexicographic"),
    ("nuget", "nuget_version_cmp"), ("openssl", "openssl_version_cmp"),
)  # fmt: skip
SCALIBR = (
    ("alpine", "alpine"), ("composer", "packagist"), ("gem", "rubygems"), ("intdot", "hackage"), ("nuget", "nuget"),
)  # fmt: skip


def _further(standards: Path) -> list[Score]:
    """Suites of the other ecosystems, ranges, package URLs, file names, weaknesses."""
    order = standards / "version-order"
    found = []
    for name, file in SCALIBR:
        files = sorted((order / "osv-semantic").glob(f"{file}-versions*.txt"))
        pairs = (each for path in files for each in _pairs(name, path))
        found.append(count(f"version order {name}: osv-scalibr", pairs))
    for name, file in VERS:
        path = next((order / "vers" / "tests").glob(f"{file}[_-]test.json"))
        found.append(count(f"version order {name}: vers", _vers(name, path)))
    kinds = ("from_native", "containment", "validate", "parse")
    found += [count(f"vers ranges: {kind}", _ranges(order / "vers" / "tests", kind)) for kind in kinds]
    boms = standards / "cyclonedx" / "tests" / "1.6"
    found += [
        count("package URLs: specification and types", _purls(standards / "purl" / "tests")),
        count(
            "schema CycloneDX 1.6: test BOMs",
            _named(boms, "cyclonedx-1.6", _prefix),
        ),
        count("CWE 4.20: names of weaknesses", _weaknesses(standards / "cwe" / "csv" / "cwe_4.20_2026-04-30.csv")),
        count("CSAF file names", _file_names(standards)),
        count("security.txt: cases of sectxt", _security_txt(standards / "security-txt" / "sectxt-cases.json")),
    ]
    return found


def _ranges(folder: Path, kind: str) -> Iterator[bool]:
    for path in sorted(folder.glob("*.json")):
        for each in json.loads(path.read_text(encoding="utf-8"))["tests"]:
            if each["test_type"] == kind:
                yield _range(kind, each)


def _range(kind: str, each: dict[str, Any]) -> bool:
    given, expected = each["input"], each.get("expected_output")
    try:
        if kind == "from_native":
            found: object = str(native(scheme_called(given["scheme"]), given["native_range"]))
        elif kind == "containment":
            read = parse_vers(given["vers"])
            found = holds(scheme_called(read.type), read, given["version"])
        elif kind == "validate":
            read = parse_vers(given)
            found = str(canonical(read, scheme_called(read.type)))
        else:
            found = strict_vers(given, scheme_called(given.partition(":")[2].partition("/")[0]))
    except ValueError:
        found = None
    return found == expected


def _purls(folder: Path) -> Iterator[bool]:
    for path in sorted(folder.rglob("*.json")):
        for each in json.loads(path.read_text(encoding="utf-8"))["tests"]:
            try:
                right = _purl(each)
            except ValueError:
                right = each.get("expected_failure", False)
            yield right


def _purl(each: dict[str, Any]) -> bool:
    given, expected = each["input"], each.get("expected_output")
    if each.get("expected_failure"):
        return _built(given) is None if isinstance(given, dict) else purl.parse(given) is None
    if each["test_type"] == "parse":
        found = purl.parse(given)
        parts = ("type", "namespace", "name", "version", "qualifiers", "subpath")
        return all((getattr(found, part) or None) == (expected.get(part) or None) for part in parts)
    return str(_built(given) if isinstance(given, dict) else purl.parse(given)) == expected


def _built(given: dict[str, Any]) -> purl.Purl:
    texts = {name: given.get(name) or "" for name in ("namespace", "name", "version", "subpath")}
    return purl.build(given["type"] or "", qualifiers=given.get("qualifiers"), **texts)


def _security_txt(path: Path) -> Iterator[bool]:
    suite = json.loads(path.read_text(encoding="utf-8"))
    for case in suite["cases"]:
        told, ours = security_txt_codes(case, at(suite["evaluated_at"]))
        yield told == ours


def security_txt_codes(case: dict[str, Any], now: datetime) -> tuple[set[Any], set[Any]]:
    """What a case of sectxt's says is wrong with a file, by code and line, and what we say."""
    told = {(code, line) for kind in ("errors", "recommendations", "notifications") for code, line in case[kind]}
    found = lint_security_txt(case["content"].encode(), now)
    ours = {(each.code.replace("-", "_"), each.line) for each in found}
    whole_file = {code for code, line in told if line is None}
    return told, {(code, None if code in whole_file else line) for code, line in ours}


def _weaknesses(path: Path) -> Iterator[bool]:
    for line in path.read_text(encoding="utf-8").splitlines():
        number, _, name, *_ = line.split("\t")
        yield cwe_name(f"CWE-{number}") == name


def _file_names(standards: Path) -> Iterator[bool]:
    for edition in ("csaf-2.0", "csaf-2.1"):
        for verdict in ("valid", "invalid"):
            for path in sorted((standards / edition / "tests" / "filenames" / verdict).rglob("*.json")):
                own = json.loads(path.read_text(encoding="utf-8"))["document"]["tracking"]["id"]
                yield (csaf_file_name(own) == path.name) is (verdict == "valid")


def _corpus(path: Path) -> Iterator[bool]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found = score(row["vector"])
            valid = isinstance(found, Severity)
            if row["validity"] != "valid":
                yield not valid
            else:
                yield isinstance(found, Severity) and found.overall == float(row["expected_score"])


def _red_hat(folder: Path) -> Iterator[bool]:
    for path in sorted(folder.glob("*.txt")):
        for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
            vector, _, expected = line.partition(" - ")
            numbers = ast.literal_eval(expected)
            last = [each for each in (numbers if isinstance(numbers, tuple) else (numbers,)) if each is not None][-1]
            found = score(vector)
            yield isinstance(found, Severity) and found.overall == abs(last)


def _pairs(name: str, path: Path) -> Iterator[bool]:
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] in "<=>" and not line.startswith(("//", "#")):
            yield _compared(name, parts[0], parts[2]) == parts[1]


def _compared(name: str, first: str, second: str) -> str:
    """The sign, or "" where we read no version."""
    try:
        return compare(name, first, second)
    except ValueError:
        return ""


def _vers(name: str, path: Path) -> Iterator[bool]:
    for each in json.loads(path.read_text(encoding="utf-8"))["tests"]:
        versions = each["input"]["versions"]
        if each["test_type"] == "equality":
            yield (compare(name, *versions) == "=") is each["expected_output"]
        else:
            yield sort(name, versions) == each["expected_output"]


def _named(folder: Path, schema: str, verdict: Callable[[str], bool]) -> Iterator[bool]:
    for path in sorted(folder.glob("*.json")):
        yield (not schema_violations(schema, path.read_bytes())) is verdict(path.name)


def _osv_verdict(name: str) -> bool:
    """Of the linter's negatives only this kind breaks the schema (the suite's SOURCES.md)."""
    return not name.startswith("nointroduced-")


def _prefix(name: str) -> bool:
    return name.startswith("valid-")


def _all(folder: Path, schema: str) -> Iterator[bool]:
    for path in sorted(folder.rglob("*.json")):
        yield not schema_violations(schema, path.read_bytes())


def _openvex(folder: Path) -> Iterator[bool]:
    for path in sorted(folder.rglob("*.json")):
        document = path.read_bytes()
        if b"openvex.dev/ns" in document and "spec/" not in path.relative_to(folder).as_posix():
            expected = path.relative_to(folder).as_posix() in OPENVEX_VALID
            yield (not schema_violations("openvex-0.2.0", document)) is expected
