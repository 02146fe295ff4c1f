# SPDX-License-Identifier: Apache-2.0
"""The record of a case goes to CVE Services once, is updated by a revision, and is done when everybody can read it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from cvelib.cve_api import CveRecord

from tests.publication.places import case_of, order, run, states
from tests.services.acts import attempt, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases, publishing
from tocsin.testing.cna.double import ORG, ORG_ID
from tocsin.testing.doubles import Fault


def ready_with_id(place) -> str:
    ref = report(place.home).case
    ready(place.home, ref)
    made = place.client.reserve(2026)
    attempt(place.home, ref, cmd.SetCve(cve_id=made.id, assigner=ORG_ID, assigner_name=ORG))
    place.service.log.clear()
    return ref


def record(place) -> dict:
    return place.service.records["CVE-2026-0001"]


def test_a_record_is_published_once_and_read_back(place):
    ref = ready_with_id(place)
    order(place.home, ref)
    run(place.home, 2)
    assert states(place.home, ref)["cve"] == "readable"
    assert case_of(place.home, ref).cve_state == "published"
    assert [each.method for each in place.service.log] == ["GET", "GET", "POST", "GET"]
    assert place.service.wrong == []
    CveRecord.validate(record(place)["containers"]["cna"], CveRecord.Schemas.CNA_PUBLISHED)
    page = record(place)["containers"]["cna"]["references"][0]["url"]
    assert page.endswith("/advisories/WHPG-SA-2026-001"), "the page is out before the record (CNA 5.1.10)"


def test_the_dry_run_shows_the_request_that_is_sent(place):
    ref = ready_with_id(place)
    at = place.home.clock() + timedelta(hours=1)
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    (shown,) = [each for each in publishing.plan(place.home.desk, opened, at).targets if each.target.name == "cve"]
    sent = []
    place.service.before_write = sent.append
    order(place.home, ref, at)
    run(place.home, 63)
    container = msgspec.json.decode(shown.payload.body)["cnaContainer"]
    held = record(place)["containers"]["cna"]
    assert {**held, "providerMetadata": None} == {**container, "providerMetadata": None}
    assert sent == ["/api/cve/CVE-2026-0001/cna"]


def test_a_revision_updates_the_record(place):
    ref = ready_with_id(place)
    order(place.home, ref)
    run(place.home, 2)
    draft = msgspec.structs.replace(case_of(place.home, ref).advisory, details="It also works without a login.")
    attempt(place.home, ref, cmd.DraftAdvisory(**{name: getattr(draft, name) for name in draft.__struct_fields__}))
    place.service.log.clear()
    order(place.home, ref)
    run(place.home, 2)
    assert [each.method for each in place.service.log if each.method != "GET"] == ["PUT"]
    assert "without a login" in record(place)["containers"]["cna"]["descriptions"][0]["value"]


def test_a_record_that_is_not_shown_yet_stays_pending_and_keeps_its_clock_running(place):
    place.service.shown_after = timedelta(hours=2)
    ref = ready_with_id(place)
    order(place.home, ref)
    run(place.home, 100)
    assert states(place.home, ref)["cve"] == "done"
    assert case_of(place.home, ref).cve_state == "reserved"
    run(place.home, 40)
    assert states(place.home, ref)["cve"] == "readable"
    assert case_of(place.home, ref).cve_state == "published"


def test_an_id_that_is_somebody_elses_waits_for_a_person(place):
    ref = ready_with_id(place)
    place.service.ids["CVE-2026-0001"]["owning_cna"] = "mitre"
    order(place.home, ref)
    run(place.home, 5)
    progress = case_of(place.home, ref).run.get("cve")
    assert (progress.state.value, "not an id of" in progress.trouble) == ("refused", True)


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
def test_a_day_of_any_fault_publishes_the_record_within_a_quarter_of_an_hour_of_recovery(place, fault):
    ref = ready_with_id(place)
    place.service.fault = fault
    order(place.home, ref)
    run(place.home, 24 * 60, step=5)
    assert states(place.home, ref)["site"] == "readable", "the own page needs nobody"
    assert len(place.service.log) <= 24 * 60, "at most one try a minute"
    second = report(place.home).case
    assert attempt(place.home, second, cmd.Assign(lead="", lead_name="")), "the desk goes on"
    place.service.fault = None
    run(place.home, 15)
    assert states(place.home, ref)["cve"] == "readable"
    assert place.service.wrong == []


def test_a_record_written_just_before_the_process_ended_is_found_and_not_written_again(place):
    ref = ready_with_id(place)

    def cut(path: str) -> None:
        raise SystemExit

    place.service.after_write = cut
    order(place.home, ref)
    with pytest.raises(SystemExit):
        run(place.home, 2)
    place.service.after_write = None
    run(place.home, 12)
    assert states(place.home, ref)["cve"] == "readable"
    assert case_of(place.home, ref).run.get("cve").found
    assert [each.method for each in place.service.log].count("POST") == 1
