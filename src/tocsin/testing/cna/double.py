# SPDX-License-Identifier: Apache-2.0
"""The small CVE Services as a program that is spoken to: `services.ports.http.Http` over the ids and records of a CNA.

Every request and every answer is held against the official description and written down in `log`; what does not fit is
answered 400 and stands in `wrong`. `fault` makes it fail the ways that others fail. Ids are test ids, `CVE-1900-...`
(CNA Rules 5.4), unless another year is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from tocsin.core.formats.schema import CVE_52, instance_violations
from tocsin.services.ports.http import Answer
from tocsin.testing.cna import contract
from tocsin.testing.doubles import Double, No, failed

ORG: Final = "whpg"
ORG_ID: Final = "b15e7b5b-3da4-40ae-a43c-f7aa60e62599"
USER: Final = "tocsin@example.org"
KEY: Final = "the-key-of-the-double"


@dataclass
class CveServicesDouble(Double):
    """One CNA's corner of CVE Services. `shown_after` is how long a record takes to be read by everybody."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    quota: int = 100
    shown_after: timedelta = timedelta(0)
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    written_at: dict[str, datetime] = field(default_factory=dict)

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Answer one request; see `ports.http`."""
        path = urlsplit(url).path
        wrong = contract.wrong_request(method, url, body)
        if self.fault is not None:
            self.saw(method, path, 0, wrong)
            return failed(self.fault)
        if method != "GET" and self.before_write:
            self.before_write(path)
        try:
            if wrong:
                raise No(400, error="BAD_INPUT", message="Parameters were invalid")
            value = self._answer(method, url, {k.lower(): v for k, v in (headers or {}).items()}, body)
            status = 200
        except No as no:
            status, value = no.status, no.body
        wrong += contract.wrong_answer(method, url, status, value)
        self.saw(method, path, status, wrong)
        if method != "GET" and status == 200 and self.after_write:
            self.after_write(path)
        return Answer(status, {"content-type": "application/json"}, msgspec.json.encode(value))

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        found = contract.route(url)
        if found is None:
            raise No(404, error="NOT_FOUND", message="no such path")
        public = (method, found.template) in _PUBLIC
        if not public and tuple(headers.get(each, "") for each in contract.HEADERS) != (ORG, USER, KEY):
            raise No(401, error="UNAUTHORIZED", message="Unauthorized")
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        given = msgspec.json.decode(body) if body else {}
        answer: Callable[..., Any] = getattr(self, _ANSWERS[method, found.template])
        return answer(dict(found.values), query, given)

    # ------------------------------------------------------------------------------------------------------------- ids

    def _reserve(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        amount, year = int(query["amount"]), query["cve_year"]
        left = self.quota - sum(each["state"] == "RESERVED" for each in self.ids.values())
        if query["short_name"] != ORG:
            raise No(403, error="ORG_CANNOT_RESERVE_FOR_OTHER", message="an organisation reserves for itself")
        if amount > left:
            raise No(403, error="EXCEEDED_ID_QUOTA", message="this organisation has no ids left")
        made = []
        for _ in range(amount):
            number = f"CVE-{year}-{1 + sum(each.startswith(f'CVE-{year}-') for each in self.ids):04}"
            self.hold(number)
            made.append({name: value for name, value in self.ids[number].items() if name != "time"})
        return {"cve_ids": made, "meta": {"remaining_quota": left - amount}}

    def hold(self, number: str) -> None:
        """Have an id be one of ours that is reserved and not used yet."""
        stamp = _stamp(self.now())
        self.ids[number] = {
            "cve_id": number,
            "cve_year": number.split("-")[1],
            "owning_cna": ORG,
            "state": "RESERVED",
            "requested_by": {"cna": ORG, "user": USER},
            "reserved": stamp,
            "time": {"created": stamp, "modified": stamp},
        }

    def _ids(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        after = query.get("time_reserved.gt", "")
        found = [
            each
            for each in self.ids.values()
            if query.get("state") in (None, each["state"]) and each["reserved"] > after[:23]
        ]
        return {"cve_ids": found}

    def _id(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        return self._own(values["id"])

    def _change_id(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        found = self._own(values["id"])
        if values["id"] in self.records:
            raise No(403, error="CVE_RECORD_EXISTS", message="it has a record")
        found["state"] = query.get("state", found["state"])
        return {"message": f"{values['id']} was updated", "updated": found}

    def _own(self, number: str) -> dict[str, Any]:
        if number not in self.ids:
            raise No(404, error="CVEID_NOT_FOUND", message="there is no such id")
        return self.ids[number]

    # --------------------------------------------------------------------------------------------------------- records

    def _record(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        number = values["id"]
        if number not in self.records or self.now() < self.written_at[number] + self.shown_after:
            raise No(404, error="CVE_RECORD_DNE", message="there is no such record")
        return self.records[number]

    def _records(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        after = query.get("time_modified.gt", "")
        found = [each for each in self.records.values() if each["cveMetadata"]["dateUpdated"] > after[:23]]
        return {"cveRecords": found, "totalCount": len(found)}

    def _publish(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        if values["id"] in self.records:
            raise No(403, error="CVE_RECORD_EXISTS", message="the record is there already")
        return {"message": f"{values['id']} record was created", "created": self._put(values["id"], given, "PUBLISHED")}

    def _update(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        if values["id"] not in self.records:
            raise No(403, error="CVE_RECORD_DNE", message="there is no record to update")
        return {"message": f"{values['id']} record was updated", "updated": self._put(values["id"], given, "PUBLISHED")}

    def _reject(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        if values["id"] in self.records:
            raise No(403, error="CVE_RECORD_EXISTS", message="the record is there already")
        return {"message": f"{values['id']} was rejected", "created": self._put(values["id"], given, "REJECTED")}

    def _update_reject(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        if values["id"] not in self.records:
            raise No(403, error="CVE_RECORD_DNE", message="there is no record to update")
        return {"message": f"{values['id']} was rejected", "updated": self._put(values["id"], given, "REJECTED")}

    def _put(self, number: str, given: Any, state: str) -> dict[str, Any]:
        found = self._own(number)
        stamp = _stamp(self.now())
        older = self.records.get(number, {}).get("cveMetadata", {})
        container = given["cnaContainer"] | {
            "providerMetadata": {"orgId": ORG_ID, "shortName": ORG, "dateUpdated": stamp}
        }
        named = "datePublished" if state == "PUBLISHED" else "dateRejected"
        record = {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.2.0",
            "cveMetadata": {
                "cveId": number,
                "assignerOrgId": ORG_ID,
                "assignerShortName": ORG,
                "state": state,
                "dateReserved": found["reserved"],
                named: older.get(named, stamp),
                "dateUpdated": stamp,
            },
            "containers": {"cna": container},
        }
        if wrong := instance_violations(CVE_52, record, 1):
            raise No(400, error="INVALID_JSON_SCHEMA", message=f"{wrong[0].path}: {wrong[0].message}")
        self.records[number], self.written_at[number] = record, self.now()
        found["state"], found["time"]["modified"] = state, stamp
        return record

    # -------------------------------------------------------------------------------------------------------- the rest

    def _org(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        return {"UUID": ORG_ID, "short_name": ORG, "name": ORG, "authority": {"active_roles": ["CNA"]}}

    def _quota(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        used = sum(each["state"] == "RESERVED" for each in self.ids.values())
        return {"id_quota": self.quota, "total_reserved": used, "available": self.quota - used}

    def _health(self, values: dict[str, str], query: dict[str, str], given: Any) -> Any:
        return {}


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


_PUBLIC: Final = frozenset({("GET", "/cve/{id}"), ("GET", "/health-check")})
_ANSWERS: Final = {
    ("POST", "/cve-id"): "_reserve",
    ("GET", "/cve-id"): "_ids",
    ("GET", "/cve-id/{id}"): "_id",
    ("PUT", "/cve-id/{id}"): "_change_id",
    ("GET", "/cve/{id}"): "_record",
    ("GET", "/cve"): "_records",
    ("POST", "/cve/{id}/cna"): "_publish",
    ("PUT", "/cve/{id}/cna"): "_update",
    ("POST", "/cve/{id}/reject"): "_reject",
    ("PUT", "/cve/{id}/reject"): "_update_reject",
    ("GET", "/org/{identifier}"): "_org",
    ("GET", "/org/{shortname}/id_quota"): "_quota",
    ("GET", "/health-check"): "_health",
}
