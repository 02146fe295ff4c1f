# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint security-txt`: RFC 9116, section by section, and CSAF 2.0 (7.1.8) for the field it adds.

The codes are those of the Dutch `sectxt` library with dashes, because people know them; tests compare the two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.core.clock import show
from tocsin.core.policy.lint.armor import BEGIN_MESSAGE, BEGIN_SIGNATURE, END_SIGNATURE, armor_fault
from tocsin.core.policy.lint.finding import Finding, Severity
from tocsin.core.policy.lint.languages import is_language

if TYPE_CHECKING:
    from collections.abc import Iterator

CODES: Final = {
    "bom-in-file": "The file begins with a byte-order mark (2, Net-Unicode).",
    "data-after-sig": "Something stands after the signature (2.3).",
    "empty-key": "A line has no field name (4).",
    "empty-value": "A field has no value (4).",
    "expired": "The file has expired (2.5.5).",
    "invalid-expiry": "Expires is not a date and time of RFC 3339 (2.5.5).",
    "invalid-lang": "A preferred language is no language tag of RFC 5646 (2.5.8).",
    "invalid-line": "A line is neither field nor comment (4).",
    "long-expiry": "Expires lies more than a year ahead (2.5.5).",
    "multi-expire": "Expires stands there more than once (2.5.5).",
    "multi-lang": "Preferred-Languages stands there more than once (2.5.8).",
    "multiple-csaf-fields": "There is more than one CSAF field (CSAF 2.0, 7.1.8).",
    "no-canonical": "A signed file should say where it belongs (2.3, 2.5.2).",
    "no-canonical-match": "The file was found where it does not say it belongs (2.5.2).",
    "no-contact": "There is no Contact (2.5.3).",
    "no-csaf-file": "CSAF must point to a provider-metadata.json (CSAF 2.0, 7.1.8).",
    "no-encryption": "There is an e-mail contact and no key (2.5.4).",
    "no-expire": "There is no Expires (2.5.5).",
    "no-https": "A web address must begin with https:// (2.5).",
    "no-line-separators": "The last line does not end (2.2).",
    "no-space": "A space must follow the colon (4).",
    "no-uri": "The value must be a URI (2.5).",
    "not-signed": "The file should be signed (2.3).",
    "pgp-data-error": "The OpenPGP parts are not all there, once and in order (2.3).",
    "pgp-error": "The OpenPGP signature cannot be read (2.3).",
    "prec-ws": "No space may stand before the colon (4).",
    "signed-format-issue": "A signed file must begin with the signed message (2.3).",
    "too-many-line-separators": "A signed file may not end with an empty line.",
    "unknown-field": "A field nobody registered: its own, or mistyped (2.4).",
    "utf8": "The file is not UTF-8 (2).",
}
"""Every code with its sentence and the section of RFC 9116."""

_URIS: Final = frozenset({"acknowledgments", "canonical", "contact", "encryption", "hiring", "policy", "csaf"})
_KNOWN: Final = _URIS | {"preferred-languages", "expires"}
_INSTANT: Final = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})$", re.I | re.A)
_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_YEAR: Final = timedelta(days=365)
_ADVICE: Final = frozenset({"long-expiry", "multiple-csaf-fields", "no-canonical", "no-encryption", "not-signed"})
_NOTES: Final = frozenset({"unknown-field"})


def lint_security_txt(data: bytes, now: datetime, url: str = "") -> tuple[Finding, ...]:
    """Check a file as it stands at `now`. `url` is where it was found, if anywhere. Never raises."""
    reader = _Reader(now)
    text = reader.decode(data)
    reader.read(text)
    reader.whole(text, url)
    return tuple(sorted(reader.findings, key=lambda each: each.line))


class _Reader:
    """Reads one file line by line and remembers its fields."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.findings: list[Finding] = []
        self.values: dict[str, list[str]] = defaultdict(list)
        self.signed = self.in_signature = self.ended = False

    def note(self, code: str, line: int = 1, more: str = "") -> None:
        severity = Severity.WARNING if code in _ADVICE else Severity.INFO if code in _NOTES else Severity.ERROR
        message = f"{CODES[code].rstrip('.')}{': ' + more if more else ''}"
        self.findings.append(Finding(line=line, code=code, severity=severity, message=message))

    def decode(self, data: bytes) -> str:
        if data.startswith(b"\xef\xbb\xbf"):
            self.note("bom-in-file")
            data = data[3:]
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as wrong:
            self.note("utf8", data.count(b"\n", 0, wrong.start) + 1)
            return data.decode("utf-8", "replace")

    def read(self, text: str) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            self._line(number, line.rstrip(), text)

    def _line(self, number: int, line: str, text: str) -> None:
        if self.in_signature:
            self.in_signature = line != END_SIGNATURE
            self.ended = not self.in_signature
        elif line and self.ended:
            self.note("data-after-sig", number)
        elif line == BEGIN_MESSAGE:
            self._begin(number, text)
        elif line == BEGIN_SIGNATURE and self.signed:
            self.in_signature = True
        else:
            # Clear-signed text escapes lines with a dash (RFC 9580, 7.2).
            self._content(number, line[2:] if self.signed and line.startswith("- ") else line)

    def _begin(self, number: int, text: str) -> None:
        if number != 1:
            self.note("signed-format-issue", number)
        self.signed = True
        if fault := armor_fault(text):
            self.note(fault, number)

    def _content(self, number: int, line: str) -> None:
        if not line or line.startswith("#"):
            return
        name, colon, value = line.partition(":")
        if not colon:
            self.note("invalid-line", number)
            return
        if name.rstrip() != name:
            self.note("prec-ws", number)
        if value and value[0] != " ":
            self.note("no-space", number)
        self._field(number, name.rstrip().lower(), value.lstrip())

    def _field(self, number: int, name: str, value: str) -> None:
        if name == "hash" and self.signed:
            return
        if not name:
            self.note("empty-key", number)
            return
        if not value:
            self.note("empty-value", number, name)
            return
        if name in _URIS:
            self._uri(number, name, value)
        elif name == "expires":
            self._expires(number, value)
        elif name == "preferred-languages":
            for tag in (part.strip() for part in value.split(",")):
                if not is_language(tag):
                    self.note("invalid-lang", number, tag)
        else:
            self.note("unknown-field", number, name)
        self.values[name].append(value)

    def _uri(self, number: int, name: str, value: str) -> None:
        if not _SCHEME.match(value):
            meant = f"{name}: mailto:{value}" if "@" in value else name
            self.note("no-uri", number, meant)
        elif value.lower().startswith("http:"):
            self.note("no-https", number, value)

    def _expires(self, number: int, value: str) -> None:
        try:
            if not _INSTANT.match(value):
                raise ValueError(value)
            at = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.note("invalid-expiry", number, "write it like 2026-12-31T23:00:00Z")
            return
        if at < self.now:
            self.note("expired", number, show(at))
        elif at > _a_year_after(self.now):
            self.note("long-expiry", number, show(at))

    def whole(self, text: str, url: str) -> None:
        """Check what only the whole file can show."""
        for code, line, more in _whole(self.values, text, self.signed, url):
            self.note(code, line, more)


def _a_year_after(now: datetime) -> datetime:
    try:
        return now.replace(year=now.year + 1)
    except ValueError:  # 29 February
        return now + _YEAR


def _whole(values: dict[str, list[str]], text: str, signed: bool, url: str) -> Iterator[tuple[str, int, str]]:
    lines = text.split("\n")
    for name, once, none in (("expires", "multi-expire", "no-expire"), ("preferred-languages", "multi-lang", "")):
        if len(values[name]) > 1:
            yield once, 1, ""
        elif not values[name] and none:
            yield none, 1, ""
    if lines[-1].strip():
        yield "no-line-separators", len(lines), ""
    if signed and len(lines) > 1 and not lines[-1].strip() and not lines[-2].strip():
        yield "too-many-line-separators", len(lines), ""
    if not values["contact"]:
        yield "no-contact", 1, ""
    elif any(value.startswith("mailto:") for value in values["contact"]) and not values["encryption"]:
        yield "no-encryption", 1, ""
    yield from _addresses(values, signed, url)


def _addresses(values: dict[str, list[str]], signed: bool, url: str) -> Iterator[tuple[str, int, str]]:
    if url and values["canonical"] and url not in values["canonical"]:
        yield "no-canonical-match", 1, url
    if any(not value.endswith("provider-metadata.json") for value in values["csaf"]):
        yield "no-csaf-file", 1, ""
    if len(values["csaf"]) > 1:
        yield "multiple-csaf-fields", 1, ""
    if not signed:
        yield "not-signed", 1, ""
    elif not values["canonical"]:
        yield "no-canonical", 1, ""
