# SPDX-License-Identifier: Apache-2.0
"""The two policies that come with the product: complete, cited, and different where their documents differ."""

from __future__ import annotations

import pytest

from tests.support import ROOT
from tocsin.core.clock import Duration, at
from tocsin.core.policy.clauses import guard, promises, required_before
from tocsin.core.policy.facts import Known, LineFact, Move, MoveName
from tocsin.core.policy.load import load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Role

NOW = at("2026-11-27T16:00Z")
DANA = Actor(kind=ActorKind.PERSON, id="dana", roles=frozenset({Role.MAINTAINER}))


def policy(name: str) -> Policy:
    loaded = load(seed(name) or "")
    assert isinstance(loaded, Policy), loaded
    return loaded


@pytest.mark.parametrize("name", NAMES)
def test_every_value_cites_its_line_or_is_a_choice(name):
    assert uncited(seed(name) or "") == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_example_file_is_the_one_that_ships(name):
    assert (ROOT / "examples" / "policies" / f"{name}.toml").read_text(encoding="utf-8") == seed(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_friday_report_is_due_wednesday(name):
    (feedback,) = promises(policy(name), Known(received_at=NOW))
    assert (feedback.name, feedback.due_at) == ("first-feedback", at("2026-12-02T16:00Z"))
    assert [(alert.share, alert.told) for alert in feedback.warnings] == [
        (50, "lead"),
        (80, "lead"),
        (100, "all-maintainers"),
        (150, "backup-contact"),
    ]


def test_the_number_says_who_chose_it():
    (written,) = promises(policy("community"), Known(received_at=NOW))
    (chosen,) = promises(policy("warehousepg"), Known(received_at=NOW))
    assert "chosen" not in written.explain[-1]
    assert written.cite == "SECURITY.md:24"
    assert chosen.explain[-1].startswith('from "Emails will be addressed promptly')
    assert "SECURITY.md:23, value chosen by the WarehousePG project team on 2026-11-21" in chosen.explain[-1]


def test_one_open_line_stops_the_community_and_a_waiver_lets_warehousepg_publish():
    waived = LineFact(
        line="7.3", state=Affectedness.AFFECTED, waiver="end of life in a week", waived_by="li", tested=True
    )
    facts = Known(received_at=NOW, lines=(waived,), mitigation="switch it off")
    gates = {name: required_before(policy(name), facts, MoveName.PUBLISH) for name in NAMES}
    shut = {name: [gate.name for gate in listed if not gate.satisfied] for name, listed in gates.items()}
    assert "backports" in shut["community"]
    assert "backports" not in shut["warehousepg"]
    refused = guard(policy("community"), facts, Move(name=MoveName.PUBLISH, actor=DANA), NOW)
    assert refused is not None
    assert any(item.startswith("7.3:") for item in refused.missing)


def test_sixty_days_need_a_second_person_at_warehousepg():
    move = Move(name=MoveName.PROPOSE_EMBARGO, actor=DANA, ends_at=at("2027-01-26T16:00Z"), text="x")
    facts = Known(received_at=NOW)
    refused = guard(policy("warehousepg"), facts, move, NOW)
    assert refused is not None
    assert (refused.code, refused.missing) == ("embargo-over-maximum", ("approval by another person",))
    approved = Move(name=move.name, actor=DANA, ends_at=move.ends_at, text="x", approved_by=("li",))
    assert guard(policy("warehousepg"), facts, approved, NOW) is None
    assert guard(policy("community"), facts, move, NOW) is None


def test_the_policies_differ_where_their_documents_differ():
    community, warehousepg = policy("community"), policy("warehousepg")
    assert community.disclosure is not None
    assert warehousepg.disclosure is not None
    assert (community.disclosure.max, warehousepg.disclosure.max) == (
        Duration.parse("90 days"),
        Duration.parse("28 days"),
    )
    assert (community.disclosure.negotiated, warehousepg.disclosure.negotiated) == (False, True)
    assert community.version != warehousepg.version
