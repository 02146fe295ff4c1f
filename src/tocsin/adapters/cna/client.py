# SPDX-License-Identifier: Apache-2.0
"""The client of CVE Services, about seven calls. Whoever turns us away (403, 429) is waited for, and a person is told.

Source: the OpenAPI description of CVE Services 2.3.3 (CVEProject/cve-services); headers and paths as `cvelib` uses
them, which judges this client in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from tocsin.services.ports.cna import Account, CveId
from tocsin.services.ports.http import Answer, Held, Http
from tocsin.services.ports.targets import Rejected, Trouble

TURNED_AWAY: Final = timedelta(minutes=10)
"""How long we wait at least after a 403 or a 429 that does not say how long."""

MOST: Final = timedelta(hours=6)
"""The longest wait that we let ourselves be told."""

_MISSING: Final = frozenset({"CVE_RECORD_DNE", "CVEID_NOT_FOUND", "CVE_ID_NOT_FOUND"})


@dataclass(frozen=True)
class CveServices:
    """`ports.cna.Cna` over HTTP."""

    account: Account
    key: str = field(repr=False)
    http: Http = field(repr=False)

    def reserve(self, year: int) -> CveId:
        """Reserve one id."""
        asked = {"amount": 1, "cve_year": f"{year:04}", "short_name": self.account.org}
        found = self._json("POST", "/cve-id", asked)
        return _id(_items(found, "cve_ids")[0])

    def reserved_since(self, at: datetime) -> Sequence[CveId]:
        """Ids reserved after an instant, all pages."""
        asked = {"state": "RESERVED", "time_reserved.gt": _stamp(at)}
        found = [_id(each) for each in self._pages("/cve-id", "cve_ids", asked)]
        return sorted(found, key=lambda each: (each.reserved_at or at, each.id))

    def id(self, cve_id: str) -> CveId | None:
        """One id; somebody else's is shown without its state, and is none of ours."""
        found = self._json("GET", f"/cve-id/{quote(cve_id, safe='')}", missing=True)
        ours = found is not None and found.get("owning_cna") == self.account.org
        return _id(found) if found is not None and ours else None

    def record(self, cve_id: str) -> Mapping[str, Any] | None:
        """The public record. No account is named: it is read as everybody reads it."""
        return self._json("GET", f"/cve/{quote(cve_id, safe='')}", missing=True, public=True)

    def put(self, cve_id: str, container: bytes, *, exists: bool) -> None:
        """Publish or update a record."""
        self._json("PUT" if exists else "POST", f"/cve/{quote(cve_id, safe='')}/cna", body=container)

    def reject(self, cve_id: str, container: bytes, *, exists: bool) -> None:
        """Reject an id, or a record that is there."""
        self._json("PUT" if exists else "POST", f"/cve/{quote(cve_id, safe='')}/reject", body=container)

    def changed_since(self, at: datetime) -> Sequence[Mapping[str, Any]]:
        """Records of ours that changed after an instant."""
        asked = {"time_modified.gt": _stamp(at), "assigner_short_name": self.account.org}
        return list(self._pages("/cve", "cveRecords", asked))

    def _pages(self, path: str, name: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        page: Any = None
        while True:
            found = self._json("GET", path, {**asked, **({"page": page} if page else {})}) or {}
            yield from _items(found, name, empty=True)
            page = found.get("nextPage")
            if not page:
                return

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        body: bytes = b"",
        missing: bool = False,
        public: bool = False,
    ) -> Mapping[str, Any] | None:
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body else {})
        if not public:
            account = self.account
            headers |= {"CVE-API-ORG": account.org, "CVE-API-USER": account.user, "CVE-API-KEY": self.key}
        url = f"{self.account.api.rstrip('/')}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self.http(method, url, headers=headers, body=body)
        except Held as held:
            raise Rejected(held.because) from held
        except OSError as error:
            raise Trouble("CVE Services does not answer") from error
        told = _told(answer)
        if answer.ok:
            if told is None:
                raise Trouble("CVE Services answers what is no JSON")
            return told
        code = str((told or {}).get("error", ""))
        if missing and (answer.status == 404 or code in _MISSING):
            return None
        raise _no(answer, told or {}, code)


def _told(answer: Answer) -> Mapping[str, Any] | None:
    try:
        found = answer.json()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _no(answer: Answer, told: Mapping[str, Any], code: str) -> Exception:
    """What an answer other than a good one means for us."""
    words = f"{code}: {told.get('message', '')}".strip(": ")
    if answer.status in (403, 429):
        asks = "asks us to slow down" if answer.status == 429 else "turns us away"
        wait = _after(answer)
        return Trouble(f"CVE Services {asks} ({answer.status}) {words}".strip(), after=wait, person=True)
    if answer.status >= 500:
        return Trouble(f"CVE Services fails ({answer.status})")
    if answer.status == 401:
        return Rejected("CVE Services does not know the account or its key (401)")
    details = "; ".join(str(each.get("msg", each)) for each in told.get("details", ())[:3] if isinstance(each, dict))
    return Rejected(f"CVE Services does not take it ({answer.status}) {words} {details}".strip())


def _after(answer: Answer) -> timedelta:
    said = answer.headers.get("retry-after", "")
    wait = timedelta(seconds=int(said)) if said.isdigit() else TURNED_AWAY
    return min(max(wait, TURNED_AWAY), MOST)


def _items(found: Mapping[str, Any] | None, name: str, empty: bool = False) -> list[Mapping[str, Any]]:
    items = (found or {}).get(name)
    if not isinstance(items, list) or not (items or empty):
        raise Trouble(f"CVE Services answers without {name}")
    return items


def _id(found: Mapping[str, Any]) -> CveId:
    try:
        reserved = found.get("reserved")
        at = datetime.fromisoformat(reserved) if isinstance(reserved, str) else None
        return CveId(id=str(found["cve_id"]), state=str(found["state"]), reserved_at=at)
    except (KeyError, ValueError) as error:
        raise Trouble("CVE Services answers an id without id or state") from error


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
