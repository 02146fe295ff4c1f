# SPDX-License-Identifier: Apache-2.0
"""CVE ids and records of a project that is its own CNA. Only the worker asks; every method may raise `Trouble` (now
not) or `Rejected` (not so), as a target does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from tocsin.core.vocabulary import Value

OFFICIAL: Final = "https://cveawg.mitre.org/api"
"""Where CVE Services is reached; for trials there is https://cveawg-test.mitre.org/api."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project's account with CVE Services: `[cna.PROJECT]` of the settings.

    `org` is the short name, `org_id` the UUID of the organisation. The key lies in `key_file`, never in the settings.
    """

    org: str
    org_id: str
    user: str
    key_file: str
    api: str = OFFICIAL

    def __post_init__(self) -> None:
        """Refuse an account that could not be used (ValueError)."""
        if not (self.org and self.org_id and self.user and self.key_file):
            raise ValueError("cna.PROJECT needs org, org_id, user and key_file")


class CveId(Value):
    """An id of ours there: `RESERVED`, `PUBLISHED` or `REJECTED`."""

    id: str
    state: str
    reserved_at: datetime | None = None


class Cna(Protocol):
    """One account with CVE Services."""

    @property
    def account(self) -> Account: ...

    def reserve(self, year: int) -> CveId:
        """Reserve one id of a year. Not safe to repeat: look at `reserved_since` first."""

    def reserved_since(self, at: datetime) -> Sequence[CveId]:
        """Ids of ours that were reserved after an instant and still are, oldest first."""

    def id(self, cve_id: str) -> CveId | None:
        """One id of ours; None where there is none, or it is somebody else's."""

    def record(self, cve_id: str) -> Mapping[str, Any] | None:
        """The record as everybody reads it; None while there is none."""

    def put(self, cve_id: str, container: bytes, *, exists: bool) -> None:
        """Publish a record, or update the one that `exists`; `container` is the JSON that is sent."""

    def reject(self, cve_id: str, container: bytes, *, exists: bool) -> None:
        """Reject an id, with the reasons in `container`."""

    def changed_since(self, at: datetime) -> Sequence[Mapping[str, Any]]:
        """Records of ours that changed after an instant."""
