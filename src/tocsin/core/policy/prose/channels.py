# SPDX-License-Identifier: Apache-2.0
"""Channels: addresses, forms and keys through which a document takes reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.prose.found import Found, Page, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Link, Unit

EMAIL: Final = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}\b")
_SPELLED: Final = re.compile(
    r"\b([A-Za-z0-9._%+-]{1,64})\s?(?:\[at\]|\(at\)|\sAT\s|\sat\s(?=\S{1,64}\s(?:dot|\[dot\]))|\{at\})\s?"
    r"([A-Za-z0-9-]{1,63}(?:\s?(?:\[dot\]|\(dot\)|\sDOT\s|\sdot\s|\.)\s?[A-Za-z0-9-]{1,63}){1,4})\b"
)
_DOT: Final = re.compile(r"\s?(?:\[dot\]|\(dot\)|\sDOT\s|\sdot\s)\s?", re.I)
_ABOUT: Final = re.compile(
    r"\breport|\bcontact|\bsend\b|\be-?mail|\bmail\b|\bnotify|\bsubmit|\bdisclose\b|\breach\b|\bvulnerabilit"
    r"|\bsecurity issue",
    re.I,
)
_NOT_ABOUT: Final = re.compile(
    r"\badded to our list\b|\bspecification\b|\bdo not report this to us\b|\bin scope\b|\bare outside\b|\brating"
    r"|\bCWE\b",
    re.I,
)
_PVR: Final = re.compile(
    r"github\.com/[^/\s]+/[^/\s]+/security/advisories/new|privately-reporting-a-security-vulnerability", re.I
)
_PVR_WORDS: Final = re.compile(
    r"\bprivate vulnerability report|\bOpen a GitHub Security Advisory|\buse GitHub Security Advisories\b"
    r"|\bprivately using GitHub\b|\bReport a vulnerability\" *button|\bsecurity advisory form\b",
    re.I,
)
_ELSEWHERE: Final = re.compile(
    r"https?://(?!docs\.github|github\.com/[^\s]+/(?:issues|blob|tree|wiki)|www\.first\.org|first\.org|nvd\.nist|cve\.mitre"
    r"|www\.cve\.org|calver|semver|cwe\.mitre)\S+",
    re.I,
)
_PLATFORMS: Final = re.compile(
    r"https?://(?:[\w-]+\.)?(?:hackerone|bugcrowd|huntr|intigriti|yeswehack|tidelift)\.(?:com|dev|io)/"
    r"|https://github\.com/\S{1,200}/SECURITY\.md",
    re.I,
)
"""Places that exist to take reports, and the policy of a larger organisation that a document points to."""

_REPORT_LINK: Final = re.compile(
    r"report|contact|vuln|secur|disclos|bounty|hackerone|bugcrowd|huntr|intigriti|tidelift|cveform|bugzilla|form", re.I
)
_FINGERPRINT: Final = re.compile(r"\b(?:[0-9A-F]{4}[\s\u00a0]{0,3}){9}[0-9A-F]{4}\b|\b[0-9A-F]{40}\b")
_KEY_URL: Final = re.compile(r"\.asc\b|keys\.openpgp\.org|/pks/lookup|pgp[-_]?key|openpgp", re.I)
_ENCRYPT: Final = re.compile(r"\bencrypt|\b(?:Open)?PGP\b|\bGnuPG\b|\bGPG\b", re.I)
_MAINTAINERS: Final = re.compile(r"\bindividual e-?mail addresses\b", re.I)
_ABSENT: Final = re.compile(r"\bmay not be (?:present|available|enabled)\b", re.I)
_PRIVATE_LIST: Final = re.compile(r"^Use (\S{3,200}@\S{3,200}) to report\b.{1,200}\blist to privately discuss\b", re.I)
_WEB_FORM: Final = re.compile(r"\bprivate report form\b", re.I)


def emails(unit: Unit) -> tuple[str, ...]:
    """Return the addresses of a sentence, spelled-out ones too."""
    linked = [
        link.url.removeprefix("mailto:").partition("?")[0] for link in unit.links if link.url.startswith("mailto:")
    ]
    plain = EMAIL.findall(unit.text)
    spelled = [f"{who}@{_DOT.sub('.', where)}" for who, where in _SPELLED.findall(unit.text)]
    return tuple(dict.fromkeys(address.rstrip(".") for address in (*linked, *plain, *spelled)))


def channels(index: int, unit: Unit, _page: Page) -> Iterator[Found]:
    """Yield the doors a sentence names. Each is a table that `reading` joins by kind and address."""
    if listed := _PRIVATE_LIST.search(unit.text):
        yield found(index, unit, "intake.channel", {"kind": "email", "address": listed[1], "private_list": True}, "add")
        return
    for door in _doors(unit):
        yield found(index, unit, "intake.channel", door, "add")
    if _ABSENT.search(unit.text):
        yield found(index, unit, "intake.channel.may_be_absent", True)
    yield from _encryption(index, unit)


def _doors(unit: Unit) -> Iterator[dict[str, Any]]:
    speaks = _speaks_of_reporting(unit)
    if _MAINTAINERS.search(unit.text):
        yield {"kind": "maintainers"}
    if speaks:
        yield from ({"kind": "email", "address": address} for address in emails(unit))
    if _PVR_WORDS.search(unit.text) or (speaks and any(_PVR.search(link.url) for link in unit.links)):
        yield {"kind": "github-pvr"}
    elif _WEB_FORM.search(unit.text):
        yield {"kind": "web"} | ({"url": unit.links[0].url} if unit.links else {})
    elif speaks:
        yield from ({"kind": "platform", "url": link.url} for link in unit.links if _is_form(unit, link))


def _speaks_of_reporting(unit: Unit) -> bool:
    """Say whether a sentence, or the heading above it, is about how to report."""
    if _NOT_ABOUT.search(unit.text):
        return False
    return bool(_ABOUT.search(unit.text)) or bool(re.search(r"\breport", unit.heading, re.I))


def _is_form(unit: Unit, link: Link) -> bool:
    if _PLATFORMS.match(link.url):
        return True
    if _KEY_URL.search(link.url) or not _ELSEWHERE.match(link.url):
        return False
    asks = re.search(r"\breport|\bcontact|\bnotify|\bsend\b|\bform\b|\bvia\b|\bsee\b|\bnl:|\ben:", unit.text, re.I)
    return bool(asks) and bool(_REPORT_LINK.search(link.url))


def _encryption(index: int, unit: Unit) -> Iterator[Found]:
    """Yield whether encryption is asked for, and the key."""
    keys = [link.url for link in unit.links if _KEY_URL.search(link.url)]
    fingerprint = _FINGERPRINT.search(unit.text)
    stated = re.search(r"\bkey for encrypted email is (.{3,300}?)\.?$", unit.text, re.I)
    key: Any = keys[0] if keys else stated[1] if stated else " ".join(fingerprint[0].split()) if fingerprint else ""
    if key:
        yield found(index, unit, "intake.channel.key", key)
    if _ENCRYPT.search(unit.text) and not stated:
        must = re.search(r"\b(?:must|required|only accept)\b", unit.text, re.I)
        may = re.search(r"\boptional|\bif you (?:like|want|wish)|\bmay\b", unit.text, re.I)
        wanted = "required" if must else "optional" if may else "encouraged"
        yield found(index, unit, "intake.channel.encryption", wanted)
