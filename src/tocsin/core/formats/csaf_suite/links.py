# SPDX-License-Identifier: Apache-2.0
"""Tests of addresses that need no network: hosts of which it is certain that they never resolve (6.3.6, 6.3.7).

Sources: RFC 2606 and RFC 6761 for the reserved names, RFC 8375 and RFC 9476 for `home.arpa` and `alt`. Whether another
address answers can only be found out by asking, which a check of a document does not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tocsin.core.formats.csaf_suite.walk import Found, Test, full_names, get, objects, strings, text, vulnerabilities

_NEVER: Final = (".invalid", ".test", ".localhost", ".local", ".internal", ".home.arpa", ".alt", ".onion")
_URL_SCHEMES: Final = frozenset({"http", "https"})


def _dead(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.scheme in _URL_SCHEMES and f".{host}".endswith(_NEVER)


def _references(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from objects(document, "document", "references")
    for at, each in vulnerabilities(document):
        yield from objects(each, "references", at=at)


def _others(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Addresses outside references."""
    for names in (("aggregate_severity", "namespace"), ("distribution", "tlp", "url"), ("publisher", "namespace")):
        yield "/".join(("", "document", *names)), text(document, "document", *names)
    holders = [("/document", get(document, "document")), *vulnerabilities(document)]
    for at, holder in holders:
        for where, each in objects(holder, "acknowledgments", at=at):
            yield from ((f"{where}/urls/{place}", url) for place, url in enumerate(strings(each, "urls")))
        for where, each in objects(holder, "remediations", at=at):
            yield f"{where}/url", text(each, "url")
    for at, name in full_names(document):
        helper, below = name.get("product_identification_helper"), f"{at}/product_identification_helper"
        yield from ((f"{below}/sbom_urls/{place}", url) for place, url in enumerate(strings(helper, "sbom_urls")))
        for where, each in objects(helper, "x_generic_uris", at=below):
            yield from ((f"{where}/{field}", text(each, field)) for field in ("namespace", "uri"))


def _elsewhere(document: dict[str, Any]) -> Found:
    """6.3.6."""
    named = [(f"{at}/url", text(each, "url")) for at, each in _references(document) if each.get("category") != "self"]
    for at, url in (*named, *_others(document)):
        if _dead(url):
            yield at, f"{url} can never be reached: its host is reserved"


def _itself(document: dict[str, Any]) -> Found:
    """6.3.7."""
    for at, each in _references(document):
        if each.get("category") == "self" and _dead(text(each, "url")):
            yield f"{at}/url", f"{text(each, 'url')} can never be reached: its host is reserved"


BOTH: Final[dict[str, Test]] = {"6.3.6": _elsewhere, "6.3.7": _itself}
