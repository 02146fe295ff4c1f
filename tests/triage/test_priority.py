# SPDX-License-Identifier: Apache-2.0
"""How soon a case wants somebody: the policy's classes, what the world does, and SSVC, each with its reason."""

from __future__ import annotations

import msgspec
import pytest

from tests.cli.conftest import Shell
from tests.services.acts import PROJECT, act, report
from tests.support import shared
from tocsin.adapters.signals import FileSignals
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.case.priority import Signal, priority
from tocsin.core.case.record_commands import SayPoint
from tocsin.core.intake import Report
from tocsin.core.policy.sections.assess import Assess, Priority
from tocsin.core.severity.lists import known_attacks, likelihoods
from tocsin.core.vocabulary import Refused
from tocsin.services import cases
from tocsin.services.queries import inbox, orders
from tocsin.testing.house import House, house

READS = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
STOPS = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"


@pytest.fixture
def made() -> House:
    return house()


def scored(made: House, vector: str, title: str = "A fault") -> Case:
    ref = report(made, given=Report(title=title, reproduce="Call it and look.", version="7.3.1")).case
    return act(made, ref, cmd.SetScore(vector=vector))


def test_what_is_read_comes_before_what_is_stopped_under_one_policy_and_after_it_under_another(made: House) -> None:
    reads, stops = scored(made, READS), scored(made, STOPS)
    policy = made.desk.projects.policy(PROJECT, reads.policy)
    assert priority(policy, reads).key < priority(policy, stops).key
    assert (priority(policy, reads).word, priority(policy, stops).word) == ("highest", "serious")
    turned = msgspec.structs.replace(
        policy, assess=Assess(priority=Priority(highest=("availability",), serious=("confidentiality",)))
    )
    assert priority(turned, reads).key > priority(turned, stops).key
    assert any("Availability" in each.text for each in priority(turned, stops).reasons)


def test_attacks_come_before_what_is_public_and_that_before_every_class(made: House) -> None:
    reads, public, attacked = scored(made, READS), scored(made, STOPS), scored(made, STOPS)
    public = act(made, public.ref, cmd.Observe(bit="P"))
    attacked = act(made, act(made, attacked.ref, cmd.Observe(bit="P")).ref, cmd.Observe(bit="A"))
    policy = made.desk.projects.policy(PROJECT, reads.policy)
    found = [priority(policy, each) for each in (attacked, public, reads)]
    assert [each.word for each in found] == ["attacked", "public", "highest"]
    assert sorted(found, key=lambda each: each.key) == found


def test_what_nobody_has_scored_is_in_the_highest_class_until_somebody_looks(made: House) -> None:
    ref = report(made).case
    opened = cases.open_case(made.desk, ref, made.desk.people.actor(made.dana, PROJECT), "case.read")  # type: ignore[arg-type]
    assert opened
    found = priority(opened.policy, opened.case)
    assert found.word == "highest"
    assert any("Not scored yet" in each.text for each in found.reasons)


def test_a_person_says_what_no_fact_settles_and_can_take_it_back(made: House) -> None:
    case = scored(made, READS)
    policy = made.desk.projects.policy(PROJECT, case.policy)
    before = priority(policy, case).outcome
    assert not before.settled
    for point, value in (("value density", "concentrated"), ("safety impact", "negligible")):
        case = act(made, case.ref, SayPoint(point=point, value=value, note="We asked around."))
    after = priority(policy, case).outcome
    assert after.settled
    assert set(after.possible) <= set(before.possible)
    case = act(made, case.ref, SayPoint(point="value density"))
    assert dict(case.ssvc) == {"safety impact": "negligible"}


@pytest.mark.parametrize(
    ("point", "value", "code"), [("luck", "good", "unknown-point"), ("utility", "huge", "unknown-value")]
)
def test_what_the_tables_do_not_ask_is_refused(made: House, point: str, value: str, code: str) -> None:
    ref = report(made).case
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor
    refused = cases.handle(made.desk, ref, SayPoint(point=point, value=value), actor)
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_a_listed_attack_lifts_a_case_and_says_which_list_says_so(made: House) -> None:
    case = scored(made, STOPS)
    policy = made.desk.projects.policy(PROJECT, case.policy)
    told = priority(policy, case, Signal(exploited_since="2026-11-01", epss=0.5, percentile=0.9, as_of="2026-11-20"))
    assert told.word == "attacked"
    assert {"CISA KEV", "EPSS of 2026-11-20"} <= {each.source for each in told.reasons}
    assert {each.name: each.value for each in told.outcome.points}["exploitation"] == "active"


# ------------------------------------------------------------------------------------------------------------ the lists


def test_the_catalogue_of_known_attacks_is_read_and_found_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = shared("standards", "kev", "known_exploited_vulnerabilities.sample.json").read_bytes()
    told = known_attacks(text)
    assert not isinstance(told, Refused)
    assert len(told.since) == msgspec.json.decode(text)["count"]
    kept = FileSignals(tmp_path / "signals")
    kept.take_attacks(told)
    for cve, since in told.since.items():
        found = kept.of(cve)
        assert found
        assert (found.exploited_since, found.epss) == (since, None)
    assert kept.of("CVE-1999-0001") is None


def test_likelihoods_are_found_in_place_and_a_newer_file_is_seen_by_who_had_the_old_one_open(tmp_path) -> None:  # type: ignore[no-untyped-def]
    rows = [(f"CVE-{2000 + n % 27}-{1000 + n * 7}", n % 1000 / 1000, n % 997 / 997) for n in range(20_000)]
    kept, other = FileSignals(tmp_path), FileSignals(tmp_path)
    assert kept.take_likelihoods(rows, "2026-11-20") == len(rows)
    for cve, chance, percentile in rows[::101]:
        found = other.of(cve)
        assert found
        assert found.epss == pytest.approx(chance, abs=1e-4)
        assert found.percentile == pytest.approx(percentile, abs=1e-4)
    kept.take_likelihoods([("CVE-2026-0001", 0.25, 0.5)], "2026-11-21")
    assert other.of(rows[0][0]) is None
    assert other.loaded().likelihoods_as_of == "2026-11-21"


@pytest.mark.parametrize(
    "lines",
    [[], ["cve,score"], ["cve,epss,percentile", "CVE-2026-1,2.0,0.5"], ["cve,epss,percentile", "CVE-2026-1"],
     ["cve,epss,percentile", "CVE-2026-1,x,0.5"]],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused(lines: list[str]) -> None:
    assert isinstance(likelihoods(lines), Refused)
    assert isinstance(known_attacks("\n".join(lines).encode()), Refused)


# ----------------------------------------------------------------------------------------------- lists and the terminal


def test_a_list_is_read_by_priority_page_by_page_and_narrowed_to_a_class(made: House) -> None:
    stops = [scored(made, STOPS, f"stops {n}").ref for n in range(3)]
    reads = [scored(made, READS, f"reads {n}").ref for n in range(3)]
    seen, after = [], ""
    while True:
        page = inbox.page(made.desk, made.dana, tab="open", project=PROJECT, by=orders.PRIORITY, after=after, limit=2)
        seen += [(line.case, line.group) for line in page.lines]
        if not (after := page.next):
            break
    assert seen == [*((each, "Highest") for each in reads), *((each, "Serious") for each in stops)]
    assert [line.case for line in inbox.page(made.desk, made.dana, tab="open", project=PROJECT).lines][:3] == stops
    only = inbox.page(made.desk, made.dana, tab="open", project=PROJECT, by="serious")
    assert [line.case for line in only.lines] == stops
    assert inbox.page(made.desk, made.dana, tab="open", by=orders.PRIORITY, after="nonsense").lines


def test_the_terminal_says_the_priority_with_its_reasons(made: House) -> None:
    shell, case = Shell(made), scored(made, READS)
    said = shell.ok("case", "priority", case.ref)
    assert "highest" in said
    assert "open: utility" in said or "open: public safety impact" in said
    shell.ok("case", "point", case.ref, "safety impact", "negligible")
    told = msgspec.json.decode(shell.ok("case", "priority", case.ref, "--json"))
    assert "public safety impact" not in told["open"]
    assert shell("case", "priority", case.ref, person="nobody@example.org").exit_code != 0


def test_a_wrong_file_changes_nothing(made: House, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import dataclasses

    kept = FileSignals(tmp_path / "kept")
    made = dataclasses.replace(made, desk=dataclasses.replace(made.desk, signals=kept))
    good, bad = tmp_path / "epss.csv", tmp_path / "kev.json"
    good.write_text(
        "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.1,0.2\n"
    )
    bad.write_text("<html>")
    shell = Shell(made)
    assert shell("signals", "load", "--epss", str(good), "--kev", str(bad)).exit_code != 0
    assert kept.loaded().likelihoods == 0
    assert "1 ids, as of 2026-11-20" in shell.ok("signals", "load", "--epss", str(good))
    assert "likelihoods: 1 ids" in shell.ok("signals", "show")
