# SPDX-License-Identifier: Apache-2.0
"""Short words for playing reporter and team against each other in a house in memory."""

from __future__ import annotations

from datetime import timedelta

from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.intake import Report
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import Affectedness, Audience, Refused
from tocsin.services import cases, intake, publication
from tocsin.services.intake import Receipt
from tocsin.services.queries import case as query
from tocsin.services.together import together
from tocsin.testing.house import House

REPORT = Report(title="Out-of-bounds read", reproduce="Call it with a short buffer and look.", version="7.3.1")
PROJECT = "warehousepg"

LINES = (
    LineFact(line="7.4", state=Affectedness.FIXED, fixed_in="7.4.2", tested=True),
    LineFact(line="7.3", state=Affectedness.FIXED, fixed_in="7.3.4", tested=True),
    LineFact(line="6.29", state=Affectedness.NOT_AFFECTED, reason="the code is not there"),
)


def report(house: House, project: str = PROJECT, given: Report = REPORT) -> Receipt:
    """Hand a report in."""
    receipt = intake.receive(house.front, project, given, house.front.mint.nonce())
    assert isinstance(receipt, Receipt), receipt
    return receipt


def attempt(house: House, ref: str, command: cmd.Command, person: str = "", seen: int | None = None) -> Case | Refused:
    """Make a move as Dana, unless somebody else is named."""
    head = house.desk.journal.head(ref)
    assert head
    actor = house.desk.people.actor(person or house.dana, head.project)
    assert actor
    return cases.handle(house.desk, ref, command, actor, seen=seen)


def act(house: House, ref: str, command: cmd.Command, person: str = "") -> Case:
    """Make a move that must be allowed, Dana and Li together where it takes two."""
    house.clock.advance(timedelta(minutes=1))
    head = house.desk.journal.head(ref)
    assert head
    one = house.desk.people.actor(person or house.dana, head.project)
    other = house.desk.people.actor(house.li if person in ("", house.dana) else house.dana, head.project)
    assert one
    assert other
    result = together(house.desk, ref, command, one, other)
    assert not isinstance(result, Refused), result
    return result


def ready(house: House, ref: str, advisory: str = "WHPG-SA-2026-001") -> str:
    """Walk a case to the point where it can be published; returns the digest of what would be."""
    act(house, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="Turn it off."))
    act(
        house,
        ref,
        cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x", cwe=("CWE-125",)),
    )
    act(house, ref, cmd.Accept(advisory_id=advisory, answer=cmd.Answer(text="It is real.")))
    act(house, ref, cmd.SetScore(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))
    act(house, ref, cmd.SetLines(lines=LINES))
    act(house, ref, cmd.SetFix(author=house.dana, reference="9f31c02"))
    act(house, ref, cmd.ConfirmFix(), person=house.li)
    draft = cmd.DraftAdvisory(
        title="Out-of-bounds read in the decoder",
        summary="A logged-in user can read server memory.",
        details="The length is not checked.",
        mitigation="Turn the decoder off.",
        cwe=("CWE-125",),
    )
    act(house, ref, draft)
    return digest(house, ref)


def digest(house: House, ref: str) -> str:
    """Digest of what would be published now."""
    found = query.authorised(house.desk, ref, house.dana, "preview")
    assert found
    seen = publication.preview(house.desk, found[1])
    assert seen.problems == ()
    return seen.digest
