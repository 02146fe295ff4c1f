# SPDX-License-Identifier: Apache-2.0
"""What makes a web server a CSAF trusted provider: ROLIE feed, service and category documents, `index.txt`,
`changes.csv`, `provider-metadata.json`.

Sources: CSAF 2.0 and CSAF 2.1, section 7.1; RFC 8322 (ROLIE). While both versions are served, 2.0 is authoritative and
each has its own documents, folders and metadata (CSAF 2.1, 7.4). Everything is TLP:CLEAR (TLP:WHITE in 2.0): nothing
else ever reaches a public shelf.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from tocsin.core.feeds.entry import Entry, instant, shown
from tocsin.core.vocabulary import Value


class Edition(StrEnum):
    """The version of the standard."""

    V20 = "2.0"
    V21 = "2.1"

    @property
    def document_format(self) -> str:
        """The name of the format (`core.formats`) that its documents are in."""
        return f"csaf{self.value.replace('.', '')}"

    @property
    def folder(self) -> str:
        """Where its documents lie, by year, below the root of the site."""
        return "csaf" if self is Edition.V20 else "csaf-2.1"

    @property
    def label(self) -> str:
        """What the Traffic Light Protocol calls what everybody may read."""
        return "WHITE" if self is Edition.V20 else "CLEAR"

    @property
    def feed(self) -> str:
        """File name of the feed that lists everything."""
        return f"feed-tlp-{self.label.lower()}.json"

    def year_feed(self, year: int) -> str:
        """File name of the feed of one year."""
        return f"feed-tlp-{self.label.lower()}-{year}.json"

    @property
    def schema(self) -> str:
        """The schema of its documents."""
        base = "https://docs.oasis-open.org/csaf/csaf"
        return f"{base}/v2.0/csaf_json_schema.json" if self is Edition.V20 else f"{base}/v2.1/schema/csaf.json"


METADATA: Final = ".well-known/csaf/provider-metadata.json"
KEYS: Final = "csaf/openpgp"
HASHES: Final = ("sha256", "sha512")
_CSAF: Final = {"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}


class Filed(Value):
    """A CSAF document in its place: `path` is `2026/whpg-sa-2026-001.json`."""

    path: str
    entry: Entry
    signed: bool = True


class Provider(Value):
    """Who provides, and with which key. `url` is the root of the site; without a key nobody is *trusted*."""

    name: str
    namespace: str
    url: str
    contact: str = ""
    category: str = "vendor"
    fingerprint: str = ""

    @property
    def trusted(self) -> bool:
        """Whether everything is signed."""
        return bool(self.fingerprint)


def metadata_path(edition: Edition) -> str:
    """Where the metadata of one edition lie (CSAF 2.1, 7.4.2)."""
    return f".well-known/csaf/v{edition}/provider-metadata.json"


def entry(provider: Provider, edition: Edition, each: Filed, base: str = "") -> bytes:
    """One entry of a ROLIE feed, as it stands in it; `base` is where the documents lie, if not in the public folder."""
    at = f"{base or f'{provider.url}/{edition.folder}'}/{each.path}"
    links = [{"rel": "self", "href": at}, *({"rel": "hash", "href": f"{at}.{name}"} for name in HASHES)]
    if each.signed:
        links.append({"rel": "signature", "href": f"{at}.asc"})
    return msgspec.json.encode(
        {
            "id": each.entry.id,
            "title": shown(each.entry.title),
            "link": links,
            "published": instant(each.entry.published),
            "updated": instant(each.entry.updated),
            "summary": {"content": shown(each.entry.summary)},
            "content": {"type": "application/json", "src": at},
            "format": {"schema": edition.schema, "version": edition.value},
        }
    )


def feed_head(
    provider: Provider,
    edition: Edition,
    name: str,
    updated: datetime,
    year: int = 0,
    *,
    base: str = "",
    label: str = "",
) -> bytes:
    """A ROLIE feed up to its entries, which follow parted by commas, and then `FEED_TAIL`. With a `base` it is none of
    the public feeds, bears its own `label`, and no service document names it."""
    what = f"advisories of {year}" if year else "advisories"
    root = base or f"{provider.url}/{edition.folder}"
    service = [] if base else [{"rel": "service", "href": f"{root}/service.json"}]
    head = msgspec.json.encode(
        {
            "id": f"csaf-{edition}-{name.removesuffix('.json')}",
            "title": f"{shown(provider.name)}: CSAF {edition} {what} (TLP:{label or edition.label})",
            "link": [{"rel": "self", "href": f"{root}/{name}"}, *service],
            "category": [_CSAF],
            "updated": instant(updated),
        }
    )
    return b'{"feed":' + head[:-1] + b',"entry":['


FEED_TAIL: Final = b"]}}\n"


def index_line(path: str) -> bytes:
    """A line of `index.txt`."""
    return f"{path}\n".encode()


def changes_line(edition: Edition, path: str, at: str) -> bytes:
    """A line of `changes.csv`: a document and when it changed last; 2.0 wants quotes, 2.1 none."""
    return (f'"{path}","{at}"\n' if edition is Edition.V20 else f"{path},{at}\n").encode()


def service(provider: Provider, edition: Edition, years: Iterable[int]) -> bytes:
    """The ROLIE service document: every feed there is."""
    base = f"{provider.url}/{edition.folder}"
    names = [(edition.feed, "all advisories"), *((edition.year_feed(year), str(year)) for year in years)]
    collection = [
        {"title": f"TLP:{edition.label}, {title}", "href": f"{base}/{name}", "categories": {"category": [_CSAF]}}
        for name, title in names
    ]
    workspace = [{"title": f"CSAF {edition} of {shown(provider.name)}", "collection": collection}]
    return _json({"service": {"workspace": workspace}})


def category(projects: Sequence[str]) -> bytes:
    """The ROLIE category document: what the advisories can be told apart by, the products' projects."""
    terms = [_CSAF, {"term": "csaf_security_advisory"}, *({"term": shown(name)} for name in projects)]
    return _json({"categories": {"category": terms}})


def metadata(provider: Provider, edition: Edition, updated: datetime, years: Iterable[int]) -> bytes:
    """`provider-metadata.json`."""
    base = f"{provider.url}/{edition.folder}"
    later = edition is Edition.V21
    feeds = [
        {
            "summary": "All advisories" if not year else f"Advisories first published in {year}",
            "tlp_label": edition.label,
            "url": f"{base}/{edition.year_feed(year) if year else edition.feed}",
            **({"last_updated": instant(updated)} if later else {}),
        }
        for year in (0, *(years if later else ()))
    ]
    rolie = {"rolie": {
        "feeds": feeds, "services": [f"{base}/service.json"], "categories": [f"{base}/category.json"]
    }}  # fmt: skip
    directory: dict[str, Any] = {"directory_url": f"{base}/"}
    if later:
        directory = {"directory": {"tlp_label": edition.label, "url": f"{base}/"}}
    found: dict[str, Any] = {
        "canonical_url": f"{provider.url}/{metadata_path(edition)}",
        "distributions": [rolie, directory],
        "last_updated": instant(updated),
        "list_on_CSAF_aggregators": True,
        "metadata_version": edition.value,
        "mirror_on_CSAF_aggregators": True,
        "publisher": {"category": provider.category, "name": provider.name, "namespace": provider.namespace},
        "role": "csaf_trusted_provider" if provider.trusted else "csaf_provider",
    }
    if later:
        found = {"$schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/provider.json", **found}
    if provider.contact:
        found["publisher"]["contact_details"] = provider.contact
    if provider.trusted:
        url = f"{provider.url}/{KEYS}/{provider.fingerprint}.asc"
        found["public_openpgp_keys"] = [{"fingerprint": provider.fingerprint, "url": url}]
    return _json(found)


def _json(document: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
