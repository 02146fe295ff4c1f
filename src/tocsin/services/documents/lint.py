# SPDX-License-Identifier: Apache-2.0
"""Everything that is wrong with a document from anywhere: bytes, schema, the format's test suite, the CNA rules.

`lint` judges one document, `agree` several that are about one advisory. Nothing here raises on what a file holds,
fetches anything, or takes longer than the size of a document allows (`core.formats.judge.reading`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.core.formats import disagreements, format_named, schema_violations
from tocsin.core.formats.csaf_suite.walk import text
from tocsin.core.formats.judge import cna_rules, osv_rules
from tocsin.core.formats.judge.detect import Kind, as_kind, detect
from tocsin.core.formats.judge.reading import Problem, Unreadable, read
from tocsin.core.policy.lint import Severity, lint_security_txt
from tocsin.core.vocabulary import Value
from tocsin.services.documents import csaf

MOST: Final = 500
"""Findings of one document that are told."""

_BESIDE: Final = ("CNA ", "agreement")
_GROUP: Final = {"6.1": "error", "6.2": "warning", "6.3": "info"}
_CYCLONEDX: Final = "cyclonedx-{version}"


class DocumentFinding(Value):
    """One finding: the test by its number in the standard or our code, how grave, a JSON pointer, a sentence."""

    test: str
    severity: str
    path: str
    message: str


class Verdict(Value):
    """What is said of one file.

    A document is valid when it meets its standard: schema and mandatory tests. That it breaks a rule for CNAs, or says
    something else than its fellows, is an error of its publisher and leaves it valid.
    """

    file: str
    format: str
    version: str
    valid: bool
    findings: tuple[DocumentFinding, ...]


def lint(file: str, body: bytes, now: datetime, named: str = "") -> Verdict:
    """Judge the bytes of one file. `named` says the format if the document is not to be asked; `now` is for expiry."""
    text_kind = named == "security.txt"
    try:
        value, problems = (None, ()) if text_kind else read(body)
    except Unreadable as wrong:
        kind = detect(None, body)
        if named or kind is None or wrong.problem.test != "input.json":
            return _verdict(file, Kind(format=named or "unknown", version=""), [_of_bytes(wrong.problem)])
        value, problems = None, ()
    kind = as_kind(named, value) if named else detect(value, body)
    found = [_of_bytes(each) for each in problems]
    if kind is None:
        words = "no mark of CSAF, CVE, OSV, OpenVEX, CycloneDX, GHSA or security.txt; say which it is with --format"
        return _verdict(file, Kind(format="unknown", version=""), [*found, _error("format.unknown", "", words)])
    if kind.format != "security.txt" and not isinstance(value, dict):
        return _verdict(file, kind, [*found, _error("schema", "", "the document is no JSON object")])
    if not kind.known:
        words = f"there are no rules for {kind.format} {kind.version or '(no version)'}"
        return _verdict(file, kind, [*found, _error("format.version", "", words)])
    clean = body if not problems else msgspec.json.encode(value)
    for each in _JUDGES[kind.format](kind, value, clean, now):
        found.append(each)
        if len(found) >= MOST:
            break
    return _verdict(file, kind, found)


def agree(verdicts: Mapping[str, tuple[Kind, bytes]]) -> dict[str, list[DocumentFinding]]:
    """Findings by file where documents of one advisory, each in another format, differ from what most of them say."""
    groups: dict[str, dict[str, str]] = {}
    for file, (kind, body) in verdicts.items():
        name = format_name(kind)
        facts = _facts(name, body)
        if facts.get("id"):
            groups.setdefault(facts["id"], {}).setdefault(name, file)
    found: dict[str, list[DocumentFinding]] = {}
    for files in groups.values():
        if len(files) > 1:
            for each in disagreements({name: verdicts[file][1] for name, file in files.items()}):
                words = f"says {each.found[:200]!r}; most of the others say {each.expected[:200]!r}"
                found.setdefault(files[each.document], []).append(_error("agreement", each.field, words))
    return found


def kind_of(body: bytes, named: str = "") -> Kind | None:
    """The kind of a document that can be read; None otherwise."""
    try:
        value, _ = read(body)
    except Unreadable:
        return None
    return as_kind(named, value) if named else detect(value, body)


def format_name(kind: Kind) -> str:
    """The registered format (`core.formats.FORMATS`) of a kind; "" where none is."""
    if kind.format == "csaf":
        return {"2.0": "csaf20", "2.1": "csaf21"}.get(kind.version, "")
    return kind.format if kind.format in ("cve", "cyclonedx", "ghsa", "openvex", "osv") else ""


def with_findings(verdict: Verdict, more: list[DocumentFinding]) -> Verdict:
    """The verdict with further findings."""
    findings = (*verdict.findings, *more)
    return msgspec.structs.replace(verdict, findings=findings, valid=_valid(findings))


def _facts(name: str, body: bytes) -> Mapping[str, str]:
    try:
        return format_named(name).facts(body)
    except Exception:  # a stranger's document of any shape; its own verdict says what is wrong
        return {}


def _verdict(file: str, kind: Kind, found: list[DocumentFinding]) -> Verdict:
    findings = tuple(dict.fromkeys(found))
    return Verdict(file=file, format=kind.format, version=kind.version, valid=_valid(findings), findings=findings)


def _valid(findings: tuple[DocumentFinding, ...]) -> bool:
    return not any(each.severity == "error" and not each.test.startswith(_BESIDE) for each in findings)


def _error(test: str, path: str, message: str) -> DocumentFinding:
    return DocumentFinding(test=test, severity="error", path=path, message=message)


def _of_bytes(problem: Problem) -> DocumentFinding:
    severity = Severity.ERROR if problem.grave else Severity.WARNING
    return DocumentFinding(test=problem.test, severity=severity.value, path=problem.path, message=problem.message)


_Found = Iterator[DocumentFinding]
_Judge = Callable[[Kind, Any, bytes, datetime], _Found]


def _schema(name: str, body: bytes) -> _Found:
    yield from (_error("schema", each.path, each.message) for each in schema_violations(name, body))


def _csaf(kind: Kind, value: Any, body: bytes, _: datetime) -> _Found:
    for each in csaf.findings(kind.version, value, body):
        severity = "error" if each.test == "schema" else _GROUP[each.test[:3]]
        yield DocumentFinding(test=each.test, severity=severity, path=each.path, message=each.message)


def _cve(kind: Kind, value: Any, body: bytes, _: datetime) -> _Found:
    if kind.version == "container":
        yield from _schema("cve-5.2.0-submission", body)
    else:
        name = "cve-5.2.0" if kind.version.startswith("5.2") else "cve-5.1.1"
        rejected = text(value, "cveMetadata", "state") == "REJECTED"
        yield from _schema(f"{name}-{'rejected' if rejected else 'published'}", body)
    for each in cna_rules.breaches(value):
        severity = "error" if each.rule.must else "warning"
        yield DocumentFinding(test=f"CNA {each.rule.number}", severity=severity, path=each.path, message=each.message)


def _osv(_: Kind, value: Any, body: bytes, __: datetime) -> _Found:
    yield from _schema("osv-1.7.5", body)
    yield from map(_remark, osv_rules.osv(value))


def _openvex(_: Kind, value: Any, body: bytes, __: datetime) -> _Found:
    yield from _schema("openvex-0.2.0", body)
    yield from map(_remark, osv_rules.openvex(value))


def _cyclonedx(kind: Kind, value: Any, body: bytes, _: datetime) -> _Found:
    yield from _schema(_CYCLONEDX.format(version=kind.version), body)
    yield from map(_remark, osv_rules.cyclonedx(value))


def _ghsa(kind: Kind, value: Any, body: bytes, _: datetime) -> _Found:
    """The body of a call has a schema; what GitHub hands out is its own business, and read for its facts only."""
    if kind.version == "create":
        yield from _schema("ghsa-create", body)
        return
    inner = value.get("security_advisory") or value.get("repository_advisory") or value
    if not isinstance(inner, dict) or not isinstance(inner.get("summary"), str):
        yield _error("schema", "/summary", "an advisory has a summary")


def _security_txt(_: Kind, __: Any, body: bytes, now: datetime) -> _Found:
    for each in lint_security_txt(body, now):
        yield DocumentFinding(
            test=each.code, severity=each.severity.value, path=f"line {each.line}", message=each.message
        )


def _remark(each: osv_rules.Remark) -> DocumentFinding:
    severity = Severity.ERROR if each.error else Severity.WARNING
    return DocumentFinding(test=each.test, severity=severity.value, path=each.path, message=each.message)


_JUDGES: Final[Mapping[str, _Judge]] = {
    "csaf": _csaf,
    "cve": _cve,
    "cyclonedx": _cyclonedx,
    "ghsa": _ghsa,
    "openvex": _openvex,
    "osv": _osv,
    "security.txt": _security_txt,
}
