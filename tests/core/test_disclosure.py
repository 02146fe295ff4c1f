# SPDX-License-Identifier: Apache-2.0
"""The only door to the public, asked directly: each thing that has to hold, missing by itself, keeps it shut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.advisory.samples import PUBLISHED as NOW
from tests.advisory.samples import warehouse
from tocsin.core.advisory import Credit, Revision
from tocsin.core.case.model import Case
from tocsin.core.case.tables import EM, RM
from tocsin.core.case.terms import Negotiation
from tocsin.core.disclosure import Cleared, clear, digest
from tocsin.core.intake import Report
from tocsin.core.publication.model import Run
from tocsin.core.vocabulary import Refused

ADVISORY = warehouse()
MOMENT = timedelta(microseconds=1)
READY = Case(
    ref="WHPG-2026-k7x4m",
    project="warehousepg",
    policy="",
    seq=9,
    report=Report(title="A title", reproduce="Steps", version="1.0"),
    received_at=NOW,
    updated_at=NOW,
    rm=RM.ACCEPTED,
    ordered_digest=digest(ADVISORY),
    ordered_at=NOW,
)


def embargo(em: EM, ends: timedelta) -> Negotiation:
    return Negotiation(em=em, ends_at=NOW + ends)


def answer(**changes: Any) -> Cleared | Refused:
    return clear(msgspec.structs.replace(READY, **changes), ADVISORY, NOW)


def test_what_was_ordered_for_an_instant_that_has_come_is_cleared() -> None:
    cleared = answer()
    assert isinstance(cleared, Cleared)
    assert (cleared.project, cleared.advisory, cleared.at) == ("warehousepg", ADVISORY, NOW)
    assert (cleared.digest, cleared.revision) == (digest(ADVISORY), 1)


@pytest.mark.parametrize("rm", [each for each in RM if each not in (RM.ACCEPTED, RM.CLOSED)])
def test_a_report_that_is_not_accepted_stays_private(rm: RM) -> None:
    refused = answer(rm=rm)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.rule) == ("not-accepted", "disclosure")


def test_what_was_published_stays_cleared_after_its_case_was_closed() -> None:
    assert isinstance(answer(rm=RM.CLOSED), Cleared)


def test_what_nobody_ordered_stays_private() -> None:
    refused = answer(ordered_digest="")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.rule) == ("not-ordered", "disclosure")


def test_the_other_targets_of_a_run_are_cleared_by_the_order_of_the_run_and_count_no_revision() -> None:
    run = Run(order=digest(ADVISORY), plan="", at=NOW, targets=())
    done = answer(ordered_digest="", ordered_at=None, run=run, revisions=((1, NOW, ""),))
    assert isinstance(done, Cleared)
    assert (done.digest, done.revision) == (digest(ADVISORY), 1)
    other = answer(ordered_digest="", run=msgspec.structs.replace(run, order="0" * 64))
    assert isinstance(other, Refused)
    assert other.code == "digest-differs"


@pytest.mark.parametrize(("late", "cleared"), [(-MOMENT, False), (MOMENT - MOMENT, True), (MOMENT, True)])
def test_it_opens_at_the_instant_and_not_a_moment_before(late: timedelta, cleared: bool) -> None:
    told = clear(READY, ADVISORY, NOW + late)
    assert isinstance(told, Cleared if cleared else Refused)
    if isinstance(told, Refused):
        assert (told.code, told.rule) == ("too-early", "disclosure")
        assert f"{NOW:%Y-%m-%d %H:%M} UTC" in told.because


def test_an_advisory_that_changed_after_the_order_stays_private() -> None:
    told = clear(READY, msgspec.structs.replace(ADVISORY, title="Another title"), NOW)
    assert isinstance(told, Refused)
    assert (told.code, told.rule) == ("digest-differs", "disclosure")


@pytest.mark.parametrize(
    ("em", "ends", "cleared"),
    [
        (EM.ACTIVE, MOMENT, False),
        (EM.REVISE, MOMENT, False),
        (EM.ACTIVE, MOMENT - MOMENT, True),
        (EM.PROPOSED, MOMENT, True),
        (EM.EXITED, MOMENT, True),
        (EM.NONE, MOMENT, True),
    ],
)
def test_an_embargo_in_force_holds_until_its_end(em: EM, ends: timedelta, cleared: bool) -> None:
    told = answer(embargo=embargo(em, ends))
    assert isinstance(told, Cleared if cleared else Refused)
    if isinstance(told, Refused):
        assert (told.code, told.rule) == ("embargo-holds", "em.6")


def test_each_word_that_goes_out_is_in_the_digest_and_what_publication_sets_is_not() -> None:
    replace = msgspec.structs.replace
    revision = Revision(number="3", date=NOW, summary="Later")
    places = replace(ADVISORY.urls, csaf="https://security.example.org/csaf/2026/")
    same = replace(ADVISORY, published=NOW, modified=NOW + MOMENT, revisions=(revision,), urls=places)
    assert digest(same) == digest(ADVISORY)
    assert len(digest(ADVISORY)) == 64
    assert digest(ADVISORY.for_everybody) == digest(ADVISORY), "the shelf tells by it that it holds what was ordered"
    asked = Credit(name="Not Asked Yet")
    assert digest(replace(ADVISORY, credits=(*ADVISORY.credits, asked))) == digest(ADVISORY)
    agreed = replace(asked, consented=True)
    assert digest(replace(ADVISORY, credits=(*ADVISORY.credits, agreed))) != digest(ADVISORY)
    for changes in (
        {"title": "x"}, {"summary": "x"}, {"details": "x"}, {"id": "WHPG-SA-2026-002"}, {"products": ()},
        {"scores": ()}, {"urls": replace(ADVISORY.urls, page="https://elsewhere.example")},
    ):  # fmt: skip
        assert digest(replace(ADVISORY, **changes)) != digest(ADVISORY), changes


def test_nothing_but_this_door_makes_a_cleared() -> None:
    with pytest.raises(TypeError, match="only core"):
        Cleared(object(), project="warehousepg", advisory=ADVISORY, digest="", revision=1, at=NOW)
