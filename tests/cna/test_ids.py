# SPDX-License-Identifier: Apache-2.0
"""An id is reserved once, wherever a try is cut short, and one that is not used is rejected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.publication.places import case_of, order, run
from tests.services.acts import attempt, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.cve_commands import RejectCve, RequestCve
from tocsin.core.vocabulary import Refused
from tocsin.testing.cna.double import ORG, ORG_ID
from tocsin.testing.doubles import Fault


def accepted(place) -> str:
    ref = report(place.home).case
    ready(place.home, ref, f"WHPG-SA-2026-{len(place.home.desk.journal.cases()):03}")
    return ref


def test_an_id_is_reserved_by_the_worker_and_recorded_with_who_assigned_it(place):
    ref = accepted(place)
    assert not isinstance(attempt(place.home, ref, RequestCve()), Refused)
    run(place.home, 1)
    case = case_of(place.home, ref)
    assert (case.cve_id, case.cve_state) == ("CVE-2026-0001", "reserved")
    assert (case.cve_assigner, case.cve_assigner_name) == (ORG_ID, ORG)
    assert attempt(place.home, ref, RequestCve()).code == "cve-there"
    assert place.service.wrong == []


def test_a_reservation_cut_short_leaves_no_id_behind(place):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())

    def cut(path: str) -> None:
        raise SystemExit

    place.service.after_write = cut
    with pytest.raises(SystemExit):
        run(place.home, 1)
    place.service.after_write = None
    run(place.home, 12)
    assert case_of(place.home, ref).cve_id == "CVE-2026-0001"
    assert list(place.service.ids) == ["CVE-2026-0001"]


def test_a_reservation_cut_short_at_one_cna_is_not_looked_for_at_another(place):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())
    place.home.desk.machine.facts.note("cve/reserving/another-cna", "under way", place.home.clock())
    run(place.home, 1)
    assert case_of(place.home, ref).cve_id == "CVE-2026-0001"
    assert place.home.desk.machine.facts.get("cve/reserving/another-cna").value == "under way"
    assert place.service.log[0].method == "POST", "there is nothing to look for here"


def test_two_cases_that_ask_at_once_get_two_ids(place):
    one, other = accepted(place), accepted(place)
    attempt(place.home, one, RequestCve())
    attempt(place.home, other, RequestCve())
    run(place.home, 5)
    assert {case_of(place.home, each).cve_id for each in (one, other)} == {"CVE-2026-0001", "CVE-2026-0002"}


@pytest.mark.parametrize("fault", Fault)
def test_an_id_comes_after_any_trouble_and_the_team_is_told(place, fault):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())
    place.service.fault = fault
    run(place.home, 120)
    assert case_of(place.home, ref).cve_id == ""
    assert len(place.service.log) <= 120
    place.service.fault = None
    run(place.home, 15)
    assert case_of(place.home, ref).cve_id == "CVE-2026-0001"


def test_an_unused_id_is_rejected_before_the_case_can_close(place):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())
    run(place.home, 1)
    assert attempt(place.home, ref, RejectCve(reason="")).code == "no-reason"
    place.service.fault = Fault.HANG
    attempt(place.home, ref, RejectCve(reason="The matter turned out to be no vulnerability."))
    assert case_of(place.home, ref).cve_state == "rejecting"
    place.service.fault = None
    run(place.home, 12)
    assert case_of(place.home, ref).cve_state == "rejected"
    assert place.service.ids["CVE-2026-0001"]["state"] == "REJECTED"
    reasons = place.service.records["CVE-2026-0001"]["containers"]["cna"]["rejectedReasons"]
    assert reasons == [{"lang": "en", "value": "The matter turned out to be no vulnerability."}]
    assert place.service.wrong == []


def test_a_rejection_cut_short_is_not_sent_again(place):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())
    run(place.home, 1)
    attempt(place.home, ref, RejectCve(reason="Not used."))
    place.service.after_write = lambda path: (_ for _ in ()).throw(SystemExit)
    with pytest.raises(SystemExit):
        run(place.home, 1)
    place.service.after_write = None
    run(place.home, 12)
    assert case_of(place.home, ref).cve_state == "rejected"
    assert [each.method for each in place.service.log if each.path.endswith("/reject")] == ["POST"]


def test_no_id_is_reserved_for_what_is_not_accepted_or_where_the_policy_wants_none(place):
    ref = report(place.home).case
    assert attempt(place.home, ref, RequestCve()).code == "not-accepted"


def test_the_record_clock_runs_from_publication_and_ends_when_the_record_is_read(place):
    ref = accepted(place)
    attempt(place.home, ref, RequestCve())
    run(place.home, 1)
    place.service.shown_after = timedelta(hours=3)
    order(place.home, ref)
    run(place.home, 30)
    recorded = {each.name for each in case_of(place.home, ref).recorded}
    assert "cve-published" not in recorded
    run(place.home, 180, step=5)
    assert "cve-published" in {each.name for each in case_of(place.home, ref).recorded}
    assert cmd.name(RequestCve()) == "request-cve"
