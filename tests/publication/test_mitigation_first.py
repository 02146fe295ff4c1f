# SPDX-License-Identifier: Apache-2.0
"""What users can do until there is a fix is published before there is one (S40): the page says it and names no release,
whether a fix is ready or deployed stays as it is, and an embargo that this reveals is over. The fix follows as a
revision of the same advisory."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.publication.places import case_of, order, run
from tests.services import acts
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Refused
from tocsin.services import cases
from tocsin.services.publication import RECORD
from tocsin.testing.house import House, house

STEPS = "Turn the decoder off: `SET decoder = off`."
DRAFT = cmd.DraftAdvisory(
    title="Out-of-bounds read in the decoder",
    summary="A logged-in user can read server memory.",
    details="The length is not checked.",
    mitigation=STEPS,
    cwe=("CWE-125",),
)


def unfixed(waived_by: str) -> tuple[LineFact, ...]:
    return tuple(
        msgspec.structs.replace(
            line, state=Affectedness.AFFECTED, fixed_in="", tested=False, waiver="the fix follows", waived_by=waived_by
        )
        for line in acts.LINES
        if line.state is Affectedness.FIXED
    )


@pytest.fixture
def home() -> House:
    return house()


def accepted(home: House) -> str:
    ref = acts.report(home).case
    acts.act(home, ref, cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x"))
    acts.act(home, ref, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real.")))
    acts.act(home, ref, cmd.SetScore(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))
    acts.act(home, ref, cmd.SetLines(lines=unfixed(home.li)))
    acts.act(home, ref, DRAFT)
    return ref


def record(home: House) -> Advisory:
    found = home.desk.shelf.document("WHPG-SA-2026-001", RECORD)
    assert found
    return msgspec.json.decode(found.body, type=Advisory)


def test_mitigating_steps_go_out_before_the_fix_and_the_fix_follows_as_a_revision(home: House) -> None:
    ref = accepted(home)
    acts.act(home, ref, cmd.ProposeEmbargo(proposal="emb_1", ends_at=home.clock() + timedelta(days=30)))
    before = case_of(home, ref)
    if not before.embargo.in_force:
        reporter = Actor(kind=ActorKind.REPORTER, id=before.room)
        cases.handle(home.desk, ref, cmd.AcceptEmbargo(proposal="emb_1"), reporter)
    before = case_of(home, ref)
    assert before.embargo.in_force
    refused = order(home, ref)
    assert isinstance(refused, Refused)
    assert refused.code == "embargo-holds"
    acts.act(home, ref, cmd.EndEmbargo(why="early", reason="users need the mitigation now"))
    made = order(home, ref)
    assert not isinstance(made, Refused), made
    run(home, 10)
    case = case_of(home, ref)
    assert case.published_at is not None
    assert (case.state[:3], case.state[3]) == (before.state[:3], "P")
    assert "F" not in case.state
    assert "D" not in case.state
    assert not case.embargo.in_force
    first = record(home)
    assert first.mitigation == STEPS
    assert [version for product in first.products for version in product.fixed_versions] == []
    page = home.desk.shelf.document("WHPG-SA-2026-001", "text")
    assert page
    assert STEPS.encode() in page.body
    acts.act(home, ref, cmd.SetLines(lines=acts.LINES))
    acts.act(home, ref, cmd.SetFix(author=home.dana, reference="9f31c02"))
    acts.act(home, ref, cmd.ConfirmFix(), person=home.li)
    made = order(home, ref)
    assert not isinstance(made, Refused), made
    run(home, 10)
    second = record(home)
    assert case_of(home, ref).revision == 2
    assert any(product.fixed_versions for product in second.products)
    assert second.mitigation == STEPS


def test_a_line_that_nobody_waived_still_holds_it_back(home: House) -> None:
    ref = accepted(home)
    open_lines = tuple(msgspec.structs.replace(each, waiver="", waived_by="") for each in unfixed(home.li))
    acts.act(home, ref, cmd.SetLines(lines=open_lines))
    refused = acts.attempt(home, ref, cmd.Publish(confirmation="WHPG-SA-2026-001", digest="00" * 32))
    assert isinstance(refused, Refused)
    assert refused.code == "gate-backports"
