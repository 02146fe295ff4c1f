# SPDX-License-Identifier: Apache-2.0
"""Quotas of intake: how many reports an hour go straight into the queue, by source, by project and for all of them.

Beyond a quota nothing is refused and nothing is closed: the report is accepted, sealed, acknowledged and *held*, which
only means that the inbox lists it under a tab of its own. Its promises run as for any other, and the first warning that
one of them comes near puts it back in the queue. A source's first report of an hour is never held because of others,
and one about what is already public is never held at all. Sources are remembered for an hour, as keyed hashes only.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from hashlib import blake2b
from ipaddress import ip_address
from threading import Lock
from typing import Final

import msgspec

from tocsin.core.vocabulary import ProjectId, ReportKind

HELD: Final = "held"
"""What the inbox row of a held report says it waits for."""

MOST_SOURCES: Final = 100_000
"""Sources that are told apart within an hour; beyond that, new ones count as unknown."""


class Quota(msgspec.Struct, frozen=True):
    """Reports an hour that are not held."""

    source: int = 5
    project: int = 40
    installation: int = 400


USUAL: Final = Quota()


class Quotas:
    """The counts of this hour, in memory. `key` blinds addresses and dies with the process."""

    def __init__(self, key: bytes = b"", quota: Quota = USUAL) -> None:
        self._key = key
        self._quota = quota
        self._lock = Lock()
        self._hour = datetime.min.replace(tzinfo=UTC)
        self._sources: Counter[bytes] = Counter()
        self._projects: Counter[ProjectId] = Counter()

    def hold(self, project: ProjectId, address: str, kind: ReportKind, now: datetime) -> bool:
        """Count a report and say whether it is held. `address` is where a stranger's came from; "" is somebody at the
        machine itself, who is not counted."""
        if not address:
            return False
        source = self._blind(address)
        with self._lock:
            self._turn(now)
            before = self._sources[source] if source else 0
            if source and (source in self._sources or len(self._sources) < MOST_SOURCES):
                self._sources[source] += 1
            held = kind is not ReportKind.ALREADY_PUBLIC and self._full(project, source, before)
            if not held:
                self._projects[project] += 1
            return held

    def _full(self, project: ProjectId, source: bytes, before: int) -> bool:
        if source and not before:
            return False
        quota = self._quota
        crowded = self._projects[project] >= quota.project or self._projects.total() >= quota.installation
        return crowded or before >= quota.source

    def _turn(self, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._sources.clear()
            self._projects.clear()

    def _blind(self, address: str) -> bytes:
        """Hash an address; one of this machine or a private network is a proxy's, and says nothing of the source. Of an
        IPv6 address the network counts, because one person has billions of the rest."""
        try:
            place = ip_address(address)
        except ValueError:
            return b""
        if not place.is_global:
            return b""
        kept = place.packed if place.version == 4 else place.packed[:8]
        return blake2b(kept, key=self._key, digest_size=12).digest()
