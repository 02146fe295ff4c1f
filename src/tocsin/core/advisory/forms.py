# SPDX-License-Identifier: Apache-2.0
"""The forms that values of an advisory must have so that every format can carry them unchanged.

Strictest standard wins: an address as RFC 3986 writes it (OSV, CVE and CSAF schemas all demand that), versions without
separators of lists and ranges, names without characters that nobody sees.
"""

from __future__ import annotations

import re
from typing import Final

from packageurl import PackageURL

_CHAR: Final = r"(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_URL: Final = re.compile(rf"https?://[\w.-]+(?::\d{{1,5}})?(?:[/?]{_CHAR})?(?:#{_CHAR})?", re.ASCII)
_TOKEN: Final = re.compile(r"[\w.+:~^@/()-]{1,64}", re.ASCII)
_UUID4: Final = re.compile(r"[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)\.(0|[1-9]\d*))?", re.ASCII)
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_LICENSE: Final = re.compile(r"[\w.+()-]+(?: [\w.+()-]+)*", re.ASCII)
_CPE: Final = re.compile(r"cpe:2\.3:[aho](?::(?:[\w.*~-]|\\[^\w\s])+){10}", re.ASCII)

LONGEST_URL: Final = 2048


def is_url(text: str) -> bool:
    """An absolute http or https address in ASCII, everything else percent-encoded, no user name in it."""
    return len(text) <= LONGEST_URL and bool(_URL.fullmatch(text))


def csaf_file_name(advisory_id: str) -> str:
    """File name of a CSAF document by its id (CSAF 2.0, 5.1); the canonical address must end with it."""
    return re.sub(r"[^+\-a-z0-9]+", "_", advisory_id.lower()) + ".json"


def is_token(text: str) -> bool:
    """A version, line or id: ASCII without white space, commas, semicolons, bars and brackets of ranges."""
    return bool(_TOKEN.fullmatch(text))


def is_one_line(text: str) -> bool:
    """Text that shows as it is: not empty, no line ends, no control or direction characters, no outer white space."""
    return bool(text) and text == text.strip() and not _HIDDEN.search(text)


def is_uuid4(text: str) -> bool:
    """A random UUID, as CVE Services names organisations."""
    return bool(_UUID4.fullmatch(text))


def is_revision(text: str) -> bool:
    """A whole number or a semantic version without pre-release and build (CSAF 2.0, 3.1.11)."""
    return bool(_NUMBER.fullmatch(text))


def is_cpe(text: str) -> bool:
    """A CPE 2.3 formatted string for an application, operating system or hardware."""
    return bool(_CPE.fullmatch(text))


def is_license(text: str) -> bool:
    """The characters of an SPDX license expression; whether the licence exists is not checked here."""
    return bool(_LICENSE.fullmatch(text))


def is_bare_purl(text: str) -> bool:
    """A package URL without a version: versions are the ranges' business."""
    try:
        return PackageURL.from_string(text).version is None
    except ValueError:
        return False
