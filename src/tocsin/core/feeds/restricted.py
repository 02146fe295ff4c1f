# SPDX-License-Identifier: Apache-2.0
"""The provider behind sign-in: drafts that are TLP:AMBER or TLP:RED, listed for those who may read them (CSAF 2.0,
section 7.1, requirement 5).

A draft that nobody outside the team was told of is RED; once another party takes part it is AMBER (AMBER+STRICT, which
2.0 has no label for, in words). Metadata of its own names both feeds: nothing public tells that there is anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core.advisory.model import Tlp
from tocsin.core.case.model import Case
from tocsin.core.case.parties import KNOWS
from tocsin.core.feeds import csaf
from tocsin.core.feeds.csaf import Edition, Filed, Provider
from tocsin.core.vocabulary import Value

METADATA: Final = "provider-metadata.json"


class Label(StrEnum):
    """Who may be told, as CSAF 2.0 labels documents and feeds."""

    AMBER = "AMBER"
    RED = "RED"

    @property
    def feed(self) -> str:
        """File name of the feed that lists what is labelled so."""
        return f"feed-tlp-{self.value.lower()}.json"

    @property
    def tlp(self) -> Tlp:
        """The label of TLP 2.0 that a document carries."""
        return Tlp.AMBER_STRICT if self is Label.AMBER else Tlp.RED


class Draft(Value):
    """A draft in its place: the name of its CSAF document, and how it is listed."""

    label: Label
    filed: Filed


def label(case: Case) -> Label:
    """RED until somebody else than the reporters takes part, AMBER from then on."""
    told = any(each.here and each.part not in KNOWS for each in case.parties)
    return Label.AMBER if told else Label.RED


def feed(provider: Provider, which: Label, drafts: Iterable[Draft], now: datetime) -> bytes:
    """The ROLIE feed of one label; `provider.url` is the root that everything lies below."""
    shown = [each.filed for each in drafts if each.label is which]
    updated = max((each.entry.updated for each in shown), default=now)
    entries = b",".join(csaf.entry(provider, Edition.V20, each, provider.url) for each in shown)
    head = csaf.feed_head(provider, Edition.V20, which.feed, updated, base=provider.url, label=which)
    return head + entries + csaf.FEED_TAIL


def metadata(provider: Provider, certificate: str, now: datetime) -> bytes:
    """`provider-metadata.json` for those who are let in; `certificate` is where the key lies, "" without one. Nobody is
    asked to list or mirror it."""
    made = msgspec.json.decode(csaf.metadata(provider, Edition.V20, now, ()))
    feeds = [
        {"summary": f"Drafts that are TLP:{each}", "tlp_label": each, "url": f"{provider.url}/{each.feed}"}
        for each in Label
    ]
    made |= {
        "canonical_url": f"{provider.url}/{METADATA}",
        "distributions": [{"rolie": {"feeds": feeds}}],
        "list_on_CSAF_aggregators": False,
        "mirror_on_CSAF_aggregators": False,
    }
    if certificate:
        made["public_openpgp_keys"] = [{"fingerprint": provider.fingerprint, "url": certificate}]
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
