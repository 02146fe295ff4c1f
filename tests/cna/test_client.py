# SPDX-License-Identifier: Apache-2.0
"""The client of CVE Services: every request valid by the official description, and the same as cvelib's."""

from __future__ import annotations

import json
from datetime import timedelta
from json import dumps
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from cvelib.cve_api import CveApi, CveRecord

from tests.cna.conftest import ACCOUNT
from tests.support import shared
from tocsin.adapters.cna import CveServices
from tocsin.adapters.web import GuardedHttp
from tocsin.services.ports.http import Answer, Held
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER
from tocsin.testing.doubles import Fault, serving

CONTAINER: dict[str, Any] = {
    "title": "Out-of-bounds read",
    "descriptions": [{"lang": "en", "value": "A logged-in user can read server memory."}],
    "affected": [{"vendor": "v", "product": "p", "defaultStatus": "unaffected"}],
    "references": [{"url": "https://security.example.org/p/whpg/advisories/WHPG-SA-2026-001"}],
}
REJECTED: dict[str, Any] = {"rejectedReasons": [{"lang": "en", "value": "It was never used."}]}


def body(container: dict[str, Any]) -> bytes:
    return json.dumps({"cnaContainer": {**container, "providerMetadata": {"orgId": ORG_ID}}}).encode()


def test_an_id_goes_from_reserved_to_published_to_updated(place):
    made = place.client.reserve(2026)
    assert (made.id, made.state) == ("CVE-2026-0001", "RESERVED")
    assert place.client.record(made.id) is None
    place.client.put(made.id, body(CONTAINER), exists=False)
    assert place.client.id(made.id).state == "PUBLISHED"
    place.client.put(made.id, body(CONTAINER | {"title": "Another title"}), exists=True)
    assert place.client.record(made.id)["containers"]["cna"]["title"] == "Another title"
    assert place.service.wrong == []


def test_an_unused_id_is_rejected(place):
    made = place.client.reserve(2026)
    place.client.reject(made.id, body(REJECTED), exists=False)
    assert place.client.id(made.id).state == "REJECTED"
    assert place.service.wrong == []


def test_ids_reserved_since_are_found_again(place):
    early = place.client.reserve(2026)
    place.home.clock.advance(timedelta(minutes=5))
    since = place.home.clock() - timedelta(minutes=1)
    late = place.client.reserve(2026)
    assert [each.id for each in place.client.reserved_since(since)] == [late.id]
    assert early.id not in {each.id for each in place.client.reserved_since(since)}


def test_somebody_elses_id_is_none_of_ours(place):
    made = place.client.reserve(2026)
    place.service.ids[made.id]["owning_cna"] = "mitre"
    assert place.client.id(made.id) is None
    assert place.client.id("CVE-2026-9999") is None


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_trouble_and_never_something_else(place, fault):
    with place.service.failing(fault), pytest.raises(Trouble) as told:
        place.client.reserve(2026)
    assert told.value.person is (fault in (Fault.FORBIDDEN, Fault.TOO_MANY))
    if told.value.person:
        assert told.value.after >= timedelta(minutes=10)
    assert place.service.ids == {}


@pytest.mark.unfit
def test_what_is_not_valid_is_refused_for_good(place):
    made = place.client.reserve(2026)
    with pytest.raises(Rejected, match="400"):
        place.client.put(made.id, body({"title": "no descriptions"}), exists=False)


def test_a_wrong_key_is_a_matter_for_a_person(place):
    with pytest.raises(Rejected, match="401"):
        CveServices(ACCOUNT, "wrong", place.service).reserve(2026)


def test_what_the_guard_keeps_in_goes_nowhere():
    def guard(method: str, url: str, **more: Any) -> Answer:
        raise Held("it holds a secret")

    with pytest.raises(Rejected, match="secret"):
        CveServices(ACCOUNT, KEY, guard).put("CVE-2026-0001", b"{}", exists=False)


def test_the_key_is_in_no_representation(place):
    assert KEY not in repr(place.client)


# --------------------------------------------------------------------------------------------------- the second judge


class Asked(list):
    """Requests of a client, as method, path, query, headers and body."""

    def take(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> None:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        named = {k.upper(): v for k, v in headers.items() if k.upper().startswith("CVE-API")}
        sent = json.loads(body) if body else None
        if sent:
            sent["cnaContainer"].pop("x_generator", None)
            sent["cnaContainer"].pop("providerMetadata", None)
        self.append((method.upper(), parts.path, query, named, sent))


@pytest.mark.parametrize("deed", ["reserve", "publish", "update", "reject", "quota-free id"])
def test_the_requests_are_those_of_cvelib(deed, place, monkeypatch):
    ours, theirs = Asked(), Asked()

    def http(method: str, url: str, *, headers=None, body=b""):
        ours.take(method, url, headers, body)
        return place.service(method, url, headers=headers, body=body)

    client = CveServices(ACCOUNT, KEY, http)
    number = place.client.reserve(2026).id
    api = CveApi(username=USER, org=ORG, api_key=KEY, url=f"{ACCOUNT.api}/")
    monkeypatch.setattr(api, "_add_provider_metadata", lambda found: {**found, "providerMetadata": {"orgId": ORG_ID}})

    class Told:
        def raise_for_status(self) -> None: ...
        def json(self) -> dict[str, Any]:
            return {"cve_ids": []}

    def request(method: str, url: str, timeout: int, headers: dict[str, str], params=None, json=None):
        query = "&".join(f"{name}={value}" for name, value in (params or {}).items())
        theirs.take(method, f"{url}?{query}", headers, dumps(json).encode() if json else None)
        return Told()

    monkeypatch.setattr("cvelib.cve_api.requests.request", request)
    if deed == "reserve":
        client.reserve(2026)
        api.reserve(1, random=False, year="2026")
    elif deed == "publish":
        client.put(number, body(CONTAINER), exists=False)
        api.publish(number, dict(CONTAINER))
    elif deed == "update":
        client.put(number, body(CONTAINER), exists=False)
        ours.clear()
        client.put(number, body(CONTAINER), exists=True)
        api.update_published(number, dict(CONTAINER))
    elif deed == "reject":
        client.reject(number, body(REJECTED), exists=False)
        api.reject(number, dict(REJECTED))
    else:
        client.id(number)
        api.show_cve_id(number)
    assert ours == theirs


def test_our_containers_are_valid_by_cvelibs_schemas():
    CveRecord.validate({**CONTAINER, "providerMetadata": {"orgId": ORG_ID}}, CveRecord.Schemas.CNA_PUBLISHED)
    CveRecord.validate({**REJECTED, "providerMetadata": {"orgId": ORG_ID}}, CveRecord.Schemas.CNA_REJECTED)


def test_the_double_takes_the_services_own_examples(place):
    found = json.loads((shared("standards", "cve", "examples-cvelib") / "container-basic-example.json").read_text())
    number = place.client.reserve(2026).id
    place.client.put(number, body(found), exists=False)
    assert place.service.wrong == []


@pytest.mark.unfit
def test_the_double_refuses_what_the_description_does_not_know(place):
    answer = place.service("POST", f"{ACCOUNT.api}/cve-id?amount=1&cve_year=2026&surprise=1")
    assert answer.status == 400
    assert any("surprise" in each for each in place.service.wrong)


def test_the_double_answers_over_a_socket_too(place):
    with serving(place.service, "https://cveawg.mitre.org") as address:
        http = GuardedHttp(trusted=frozenset({urlsplit(address).netloc}))
        there = CveServices(msgspec.structs.replace(ACCOUNT, api=f"{address}/api"), KEY, http)
        number = there.reserve(1900).id
        assert there.id(number).state == "RESERVED"
    assert place.service.wrong == []


@pytest.mark.parametrize(("score", "taken"), [(6.3, True), ("high", False)])
def test_a_record_scored_by_cvss_4_alone_is_taken_and_a_broken_score_is_not(place, score, taken):
    vector = "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:L/SA:N"
    told = {"version": "4.0", "vectorString": vector, "baseScore": score, "baseSeverity": "MEDIUM"}
    made = place.client.reserve(2026)
    container = body(CONTAINER | {"metrics": [{"format": "CVSS", "cvssV4_0": told}]})
    if not taken:
        with pytest.raises(Rejected):
            place.client.put(made.id, container, exists=False)
        return
    place.client.put(made.id, container, exists=False)
    assert place.service.wrong == []
