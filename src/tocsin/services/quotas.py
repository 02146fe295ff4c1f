# SPDX-License-Identifier: Apache-2.0
"""Quotas of intake: how many reports an hour go straight into the queue, by source, by project and for all of them.

Beyond a quota nothing is refused and nothing is closed: the report is accepted, sealed, acknowledged and *held*, which
only means that the inbox lists it under a tab of its own. Its promises run as for any other, and the first warning that
one of them comes near puts it back in the queue. A source's first report of an hour is never held because of others,
and one about what is already public is never held at all.

All processes of an installation on PostgreSQL count together (`ports.counts`); on one file the one that faces the
internet counts by itself. Sources are remembered for an hour, as keyed hashes that are others in the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import Lock
from typing import Final

import msgspec

from tocsin.core.vocabulary import ProjectId, ReportKind
from tocsin.services.ports.counts import Counts

_ALL: Final = "installation"


class Quota(msgspec.Struct, frozen=True):
    """Reports an hour that are not held."""

    source: int = 5
    project: int = 40
    installation: int = 400
    unsent_bytes: int = 1024**3
    """Of files an hour from one source that are kept before anything is sent."""
    brought_bytes: int = 4 * 1024**3
    """Of files an hour that one person of a project brings to desk and API, sent or not."""


USUAL: Final = Quota()


class OwnCounts:
    """`ports.counts.Counts` of one process alone, in its memory: the newest hour that it was asked about."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hour = datetime.min.replace(tzinfo=UTC)
        self._counts: Counter[str] = Counter()

    def add(self, names: Sequence[str], hour: datetime, by: int = 1) -> Sequence[int]:
        """Count; see the port."""
        with self._lock:
            if hour != self._hour:
                self._hour = hour
                self._counts.clear()
            for name in names:
                self._counts[name] += by
            return [self._counts[name] for name in names]

    def forget(self, before: datetime) -> int:
        """Nothing is kept longer than an hour as it is."""
        return 0


class Quotas:
    """What is held. `blind` makes the keyed hash of a purpose and a text that an address is counted by."""

    def __init__(self, counts: Counts, blind: Callable[[str, str], bytes], quota: Quota = USUAL) -> None:
        self._counts = counts
        self._blind = blind
        self._quota = quota

    def hold(self, project: ProjectId, address: str, kind: ReportKind, now: datetime) -> bool:
        """Count a report and say whether it is held. `address` is where a stranger's came from; "" is somebody at the
        machine itself, who is not counted. Raises `Unavailable` where nobody can count now."""
        if not address:
            return False
        hour = now.replace(minute=0, second=0, microsecond=0)
        queue, source = (_ALL, f"project/{project}"), self._source(address, hour)
        every, here, *own = self._counts.add((*queue, *source), hour)
        quota, before = self._quota, own[0] - 1 if own else None
        crowded = every > quota.installation or here > quota.project
        full = before != 0 and (crowded or (before or 0) >= quota.source)
        held = full and kind is not ReportKind.ALREADY_PUBLIC
        if held:  # it takes nobody's place in the queue
            self._counts.add(queue, hour, by=-1)
        return held

    def upload(self, address: str, size: int, now: datetime) -> bool:
        """Count bytes of files that are kept before anything is sent, and say whether they may be. Raises `Unavailable`
        where nobody can count now."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if not (names := [f"upload/{each}" for each in self._source(address, hour)]):
            return True
        return self._counts.add(names, hour, by=-(-size // 1024))[0] * 1024 <= self._quota.unsent_bytes

    def bring(self, person: str, size: int, now: datetime) -> bool:
        """Count bytes of files that somebody signed in brings, and say whether they may be kept. Raises `Unavailable`
        where nobody can count now."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        name = f"brought/{self._blind(f'quota {hour:%Y-%m-%dT%H}', person)[:12].hex()}"
        return self._counts.add([name], hour, by=-(-size // 1024))[0] * 1024 <= self._quota.brought_bytes

    def _source(self, address: str, hour: datetime) -> tuple[str, ...]:
        """What an address is counted under, blinded anew each hour; nothing for one that says nothing."""
        kept = source(address)
        return (f"source/{self._blind(f'quota {hour:%Y-%m-%dT%H}', kept)[:12].hex()}",) if kept else ()


def source(address: str) -> str:
    """Return whom an address stands for: itself, or of IPv6 its network of 64 bits, all of which one person has. Empty
    for no address, and for one of this machine or of a private network: that is a proxy's and says nothing of who
    sends."""
    try:
        place = ip_address(address)
    except ValueError:
        return ""
    if not place.is_global:
        return ""
    return place.packed.hex() if place.version == 4 else place.packed[:8].hex()
