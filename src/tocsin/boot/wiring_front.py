# SPDX-License-Identifier: Apache-2.0
"""Builds the bundle of ports that faces the internet: what seals, and what is public.

Apart from the desk's (`wiring`), so that the front's process imports nothing that opens, signs, prints or calls out.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final

from tocsin.adapters.child.pool import Pool
from tocsin.adapters.db.counts import DbCounts
from tocsin.adapters.db.database import DEFAULT
from tocsin.adapters.db.drops import DbDrops
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.log import DbLog
from tocsin.adapters.db.machine import DbFacts
from tocsin.adapters.db.projects import DbProjects
from tocsin.adapters.db.records import DbArrivals
from tocsin.adapters.db.rooms import DbRooms
from tocsin.adapters.db.shelf import DbShelf
from tocsin.adapters.db.unsent import DbMarks
from tocsin.adapters.vault import load_log_key, load_notary, load_receipts, load_sealer, load_tokens
from tocsin.boot import storage
from tocsin.boot.config import Config
from tocsin.core.affected.sbom import Bill
from tocsin.core.vocabulary import GHSA_ALPHABET, CaseRef
from tocsin.services.advertised import Advertised
from tocsin.services.app import Front, Site
from tocsin.services.quotas import OwnCounts, Quotas


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


class RandomMint:
    """Ids from the operating system's randomness."""

    def case_ref(self, prefix: str, now: datetime) -> CaseRef:
        """Return a case reference; five letters of twenty are 3.2 million a year and prefix, and the store refuses a
        second use."""
        many = len(GHSA_ALPHABET)
        drawn = secrets.randbelow(many**5)
        letters = "".join([GHSA_ALPHABET[drawn // many**place % many] for place in range(5)])
        return f"{prefix}-{now.year}-{letters}"

    def id(self, prefix: str) -> str:
        """Return a prefixed random id of 128 bits."""
        return f"{prefix}_{secrets.token_hex(16)}"

    def nonce(self) -> bytes:
        """Return sixteen random bytes."""
        return secrets.token_bytes(16)


def site(config: Config) -> Site:
    """Return where the instance is reached."""
    return Site(public_url=config.server.url.rstrip("/"), desk_url=config.server.desk_url.rstrip("/"))


LARGEST_BILL: Final = 16 * 1024 * 1024
"""Bytes that come back from reading a bill of materials: the components that are answered at a time."""

BILLS: Final = Pool("sbom", Bill, LARGEST_BILL)
"""Where the process that faces the internet has bills of materials read; nothing is started before the first."""


def front(config: Config) -> Front:
    """Build what the process that faces the internet holds. It reads no key that opens anything."""
    sealer, tokens = load_sealer(config.data_dir), load_tokens(config.data_dir)
    # One file has one process that faces the internet, which need not write (and sync) before each report to count.
    counts = OwnCounts() if DEFAULT.is_sqlite else DbCounts()
    return Front(
        site=site(config),
        now=now,
        mint=RandomMint(),
        sealer=sealer,
        receipts=load_receipts(config.data_dir),
        notary=load_notary(config.data_dir),
        tokens=tokens,
        blobs=storage.blobs(config, sealer.instance),
        journal=DbJournal(),
        rooms=DbRooms(),
        drops=DbDrops(),
        projects=Advertised(DbProjects(), DbFacts()),
        shelf=DbShelf(),
        log=DbLog(),
        log_key=load_log_key(config.data_dir),
        arrivals=DbArrivals(),
        quotas=Quotas(counts, tokens.mark),
        unsent=DbMarks(),
        most_unsent=config.storage.unsent_gb * 10**9,
        tree=storage.tree(config),
        facts=DbFacts(),
        bills=BILLS,
    )
