# SPDX-License-Identifier: Apache-2.0
"""Who saw the fault on which version, and the table of affected lines that follows (S29)."""

from __future__ import annotations

from tests.services.acts import act, attempt, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.case.record_commands import RecordReproduction
from tocsin.core.case.reproducing import line_of
from tocsin.core.policy.facts import LineFact
from tocsin.core.versions import scheme
from tocsin.core.vocabulary import Affectedness, CaseRef, Refused
from tocsin.testing.house import House, house


def states(case: Case) -> dict[str, str]:
    return {line.line: line.state.value for line in case.lines}


def begun() -> tuple[House, CaseRef]:
    home = house()
    receipt = report(home)
    return home, receipt.case


def test_two_maintainers_on_two_versions_and_the_table_of_lines_follows() -> None:
    home, ref = begun()
    act(home, ref, RecordReproduction(version="7.3.1", configuration="Debian 12, plperl"))
    case = act(home, ref, RecordReproduction(version="7.4.0", reproduced=False), home.li)
    assert states(case) == {"7.4": "review", "7.3": "affected", "6.29": "review"}
    assert [(each.version, each.reproduced, each.by_name) for each in case.reproductions] == [
        ("7.3.1", True, "Dana"),
        ("7.4.0", False, "Li"),
    ]
    why = {line.line: [each.says for each in line.evidence] for line in case.lines}
    assert why["7.3"] == ["reproduced on 7.3.1 with Debian 12, plperl by Dana"]
    assert why["7.4"] == ["not reproduced on 7.4.0 by Li"]


def test_not_seeing_it_says_nothing_of_the_line_unless_the_person_says_so() -> None:
    home, ref = begun()
    case = act(home, ref, RecordReproduction(version="7.4.0", reproduced=False, unaffected=True, note="No plperl."))
    (line,) = [line for line in case.lines if line.line == "7.4"]
    assert line.state is Affectedness.NOT_AFFECTED
    assert line.reason == "No plperl. (Dana)"
    case = act(home, ref, RecordReproduction(version="7.4.1"), home.li)
    assert states(case)["7.4"] == "affected"


def test_a_fault_seen_behind_its_fix_puts_the_line_under_review() -> None:
    home, ref = begun()
    act(home, ref, cmd.SetLines(lines=(LineFact(line="7.4", state=Affectedness.FIXED, fixed_in="7.4.2"),)))
    assert states(act(home, ref, RecordReproduction(version="7.4.1"))) == {"7.4": "fixed"}
    assert states(act(home, ref, RecordReproduction(version="7.4.2"))) == {"7.4": "review"}


def test_the_same_word_twice_is_one_and_contradictions_are_refused() -> None:
    home, ref = begun()
    first = act(home, ref, RecordReproduction(version="7.3.1"))
    assert act(home, ref, RecordReproduction(version=" 7.3.1 ")).seq == first.seq
    for command, code in (
        (RecordReproduction(version=" "), "version-missing"),
        (RecordReproduction(version="7.3.1", unaffected=True), "seen-and-unaffected"),
    ):
        refused = attempt(home, ref, command)
        assert isinstance(refused, Refused)
        assert refused.code == code


def test_a_version_belongs_to_the_narrowest_line_that_holds_it() -> None:
    order = scheme("semver")
    assert line_of(order, ("7", "7.4", "7.3"), "7.4.9") == "7.4"
    assert line_of(order, ("7", "7.4"), "7.9.0") == "7"
    assert line_of(order, ("7.4",), "8.0.0") == ""
    assert line_of(order, ("7.4", "stable"), "no version") == ""
