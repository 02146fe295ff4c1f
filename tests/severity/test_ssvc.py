# SPDX-License-Identifier: Apache-2.0
"""SSVC: every row of every published table is a test, and what is not known stays open."""

from __future__ import annotations

import csv
import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import shared
from tocsin.core.severity import ssvc

WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize("name", ssvc.TABLES)
def test_every_row_of_a_table_gives_its_outcome(name: str) -> None:
    with (shared("standards", "ssvc", "csv", "ssvc") / f"{name}_1_0_0.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    points = ssvc.table(name).points
    assert [each.lower().rpartition(" v")[0] for each in head[1:-1]] == list(points)
    for row in rows:
        assert ssvc.decide(name, dict(zip(points, row[1:], strict=False))) == (row[-1],), row


@pytest.mark.parametrize("name", ssvc.TABLES)
def test_a_table_has_every_combination_of_values_that_the_decision_points_name(name: str) -> None:
    table = ssvc.table(name)
    whole = set(product(*(table.values(point) for point in table.points)))
    assert {row[:-1] for row in table.rows} == whole or name == "coordinator_triage"
    known = {
        json.loads(path.read_text())["name"].lower(): {
            v["name"].lower() for v in json.loads(path.read_text())["values"]
        }
        for path in sorted(shared("standards", "ssvc", "decision_points", "ssvc").glob("*.json"))
    }
    for point in table.points:
        assert set(table.values(point)) <= known[point], point


@given(st.data())
def test_knowing_more_never_adds_an_outcome(data: st.DataObject) -> None:
    table = ssvc.table(ssvc.SUPPLIER)
    full = {point: data.draw(st.sampled_from(table.values(point))) for point in table.points}
    fewer = {point: value for point, value in full.items() if data.draw(st.booleans())}
    assert set(ssvc.decide(ssvc.SUPPLIER, full)) <= set(ssvc.decide(ssvc.SUPPLIER, fewer))


def test_the_facts_of_a_case_settle_what_they_can_and_leave_the_rest_open() -> None:
    found = ssvc.supplier(ssvc.settled(WORST))
    assert {point.name: point.value for point in found.points} == {
        "exploitation": "none",
        "automatable": "yes",
        "technical impact": "total",
    }
    assert found.open == ("utility", "public safety impact")
    assert found.possible == ("scheduled", "out-of-cycle")


def test_an_attack_makes_the_worst_vector_immediate_once_a_person_has_said_the_rest() -> None:
    points = ssvc.settled(WORST, attacked=True)
    found = ssvc.supplier(points, {"value density": "concentrated", "safety impact": "critical"})
    assert found.possible == ("immediate",)
    assert found.settled
    assert found.open == ()
    assert {point.name: point.value for point in found.points}["utility"] == "super effective"


def test_a_local_bug_behind_a_login_that_reads_little_can_wait() -> None:
    points = ssvc.settled("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N")
    found = ssvc.supplier(points, {"value density": "diffuse", "safety impact": "negligible"})
    assert found.possible == ("defer",)
    (automatable,) = [point for point in points if point.name == "automatable"]
    assert automatable.why == "the vector says AV:L, AC:H, PR:H, UI:R"


def test_a_persons_word_goes_before_the_facts_and_nonsense_is_refused() -> None:
    points = ssvc.settled(WORST)
    found = ssvc.supplier(points, {"automatable": "no"})
    assert {point.name: point.value for point in found.points}["automatable"] == "no"
    with pytest.raises(ValueError, match="no technical impact that is huge"):
        ssvc.supplier(points, {"technical impact": "huge"})
    assert ssvc.settled("no vector") == ssvc.settled("")
