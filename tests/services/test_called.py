# SPDX-License-Identifier: Apache-2.0
"""What another project's cases are called, or are like, changes no answer that somebody gets who may not see them."""

from __future__ import annotations

import pytest

from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import party_commands as pc
from tocsin.core.vocabulary import CaseRef, Role
from tocsin.services import finding, worker
from tocsin.testing.house import House, house

OURS, OTHERS = "warehousepg", "example"
CVE = "CVE-2026-12345"


@pytest.fixture
def home() -> House:
    return house()


def with_cve(home: House, project: str) -> CaseRef:
    ref = report(home, project).case
    act(home, ref, cmd.SetCve(cve_id=CVE))
    return ref


def known(home: House, *refs: CaseRef) -> None:
    """The desk's memory takes cases in, in this order."""
    from tocsin.services import lookalikes
    from tocsin.services.queries import inbox

    worker.run_once(home.desk)
    for ref in refs:
        row = home.desk.inbox.row(ref)
        assert row
        lookalikes.learn(home.desk, row, inbox.open_summary(home.desk, row))


def found(home: House, project: str, words: str) -> list[CaseRef]:
    return [row.case for row, _ in finding.find(home.desk, (project,), words).rows]


@pytest.mark.parametrize("later", [OURS, OTHERS])
def test_a_case_is_found_by_its_cve_id_whoever_else_has_one_of_that_id(home: House, later: str) -> None:
    ours, theirs = with_cve(home, OURS), with_cve(home, OTHERS)
    known(home, *((theirs, ours) if later == OURS else (ours, theirs)))
    assert found(home, OURS, CVE) == [ours]
    assert found(home, OTHERS, CVE) == [theirs]


def test_what_a_case_is_like_is_not_counted_any_more_where_it_went_to_another_project(home: House) -> None:
    stays, goes = report(home).case, report(home).case
    known(home, stays, goes)
    mark = home.desk.likes.mark(stays)
    assert mark
    assert mark.count == 1, "the control"
    before = len(home.desk.likes)
    info = home.desk.projects.get(OTHERS)
    assert info
    act(home, goes, pc.Transfer(to=OTHERS, policy=info.policy, reason="It is theirs."))
    known(home, goes)
    assert home.desk.likes.mark(stays) is None
    assert len(home.desk.likes) == before, "it is remembered once"
    assert goes in home.desk.likes.find((OTHERS,), "short buffer", 9)
    assert home.desk.likes.find((OURS,), "short buffer", 9) == [stays]
    mo = home.desk.people.add("Mo", "mo@example.org", {OURS: frozenset({Role.TRIAGER})}).id
    page, _ = finding.page(home.desk, mo, "short buffer")
    assert [line.alike for line in page.lines] == [""]
