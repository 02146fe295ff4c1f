# SPDX-License-Identifier: Apache-2.0
"""Where a fix stands, on repositories made with real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.maker import ALICE, BOB, DECODER, FIXED, HOUR, Maker, fix, project
from tocsin.core.backports.equivalents import Confirmed, Strength
from tocsin.services.gitfacts import Ask


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    return project(tmp_path / "project")[0]


def test_lines_are_fixed_need_it_or_never_had_the_code(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1")
    assert made.states(mended) == {
        "main": ("fixed", "unreleased"),
        "7.4": ("fixed", "7.4.1"),
        "7.3": ("needs-backport", ""),
        "6.29": ("not-affected", ""),
    }


def test_every_state_says_why(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    picked = made.pick(mended, "-x")
    lines = {line.line: line for line in made.facts(mended).lines}
    assert "trailer" in lines["7.4"].evidence[0].rule
    assert lines["7.4"].commit == picked
    assert lines["7.4"].evidence[0].similarity == 1.0
    assert lines["7.3"].evidence[-1].rule == "code-present"
    assert lines["6.29"].evidence[-1].rule == "code-absent"
    assert all(line.evidence and line.evidence[0].says for line in lines.values())


def test_silence_is_never_not_affected(made: Maker) -> None:
    """Without trees nothing can be said of a line where no fix was found."""
    mended = fix(made)
    for blob in (made.path / ".git" / "objects").glob("??/*"):
        name = blob.parent.name + blob.name
        if made.git("cat-file", "-t", name).strip() in ("tree", "blob"):
            blob.unlink()
    told = made.facts(mended)
    states = {line.line: line.state.value for line in told.lines}
    assert states == {"main": "fixed", "7.4": "review", "7.3": "review", "6.29": "review"}
    assert any("commits only" in note for note in told.notes)
    assert set(told.ranges.unknown) == {"7.4.0", "7.3.0", "6.29.0"}


def test_with_the_introducing_commit_absence_is_proof(tmp_path: Path) -> None:
    made, fault = project(tmp_path / "project")
    mended = fix(made)
    states = made.states(mended, introduced=fault)
    assert states["6.29"] == ("not-affected", "")
    assert states["7.3"] == ("needs-backport", "")
    told = made.facts(mended, introduced=fault)
    assert set(told.ranges.affected) == {"7.3.0", "7.4.0"}
    assert {line.line: line.introduced for line in told.lines} == {
        "main": "",
        "7.4": "7.4.0",
        "7.3": "7.3.0",
        "6.29": "",
    }


def test_a_backported_fault_makes_its_line_affected(tmp_path: Path) -> None:
    made, fault = project(tmp_path / "project")
    made.switch("6.29")
    made.pick(fault)
    made.tag("6.29.1")
    mended = fix(made)
    told = made.facts(mended, introduced=fault)
    states = {line.line: line.state.value for line in told.lines}
    assert states["6.29"] == "needs-backport"
    assert "6.29.1" in told.ranges.affected
    assert "6.29.0" not in told.ranges.affected


def test_a_reverted_fix_is_needed_again_and_a_revert_of_the_revert_restores_it(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    picked = made.pick(mended, "-x")
    made.tag("7.4.1")
    undone = made.revert(picked)
    made.tag("7.4.2")
    line = next(line for line in made.facts(mended).lines if line.line == "7.4")
    assert (line.state.value, line.evidence[0].rule, line.evidence[0].commit) == ("needs-backport", "reverted", undone)
    assert "7.4.2" in made.facts(mended).ranges.affected
    assert "7.4.1" not in made.facts(mended).ranges.affected
    made.revert(undone)
    made.tag("7.4.3")
    assert made.states(mended)["7.4"] == ("fixed", "7.4.1")
    assert made.facts(mended).ranges.affected == ("7.3.0", "7.4.0", "7.4.2")


def test_a_hand_made_backport_is_found_by_words_and_confirmed_by_lines(made: Maker) -> None:
    mended = fix(made)
    when = int(made.git("log", "-1", "--format=%at", mended))
    made.switch("7.3")
    text = FIXED.replace("DECODE_TRUNCATED_FRAME", "-1")
    made.commit("[7.3] Check the length of a frame before copying it (#812)", {"src/decoder.c": text}, authored=when)
    made.tag("7.3.1")
    line = next(line for line in made.facts(mended).lines if line.line == "7.3")
    assert (line.state.value, line.fixed_in) == ("fixed", "7.3.1")
    assert "subject-author" in line.evidence[0].rule
    assert "similar" in line.evidence[0].rule


def test_a_backport_with_other_words_by_somebody_else_is_found_by_its_lines(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.3")
    made.commit("decoder: refuse short input", {"src/decoder.c": FIXED}, who=BOB)
    line = next(line for line in made.facts(mended).lines if line.line == "7.3")
    assert line.state.value == "fixed"
    assert "similar" in line.evidence[0].rule


def test_a_weak_match_waits_for_a_person_and_counts_once_confirmed(made: Maker) -> None:
    mended = fix(made)
    when = int(made.git("log", "-1", "--format=%at", mended))
    made.switch("7.3")
    other = DECODER.replace("    uint8_t *target", "    wanted = shortest(wanted, length);\n    uint8_t *target")
    weak = made.commit("Check a length of a frame before copying it", {"src/decoder.c": other}, authored=when + HOUR)
    made.tag("7.3.1")
    reading = made.reading()
    line = next(line for line in reading.facts(Ask(fix=(mended,))).lines if line.line == "7.3")
    assert line.state.value == "review"
    assert line.evidence[0].strength is Strength.WEAK
    assert (line.commit, line.fixed_in) == (weak, "7.3.1")
    said = Confirmed(commit=weak, of=mended, same=True, by="dana")
    line = next(line for line in reading.facts(Ask(fix=(mended,), confirmed=(said,))).lines if line.line == "7.3")
    assert (line.state.value, line.fixed_in, line.evidence[0].rule) == ("fixed", "7.3.1", "confirmed")
    said = Confirmed(commit=weak, of=mended, same=False, by="dana")
    line = next(line for line in reading.facts(Ask(fix=(mended,), confirmed=(said,))).lines if line.line == "7.3")
    assert line.state.value == "needs-backport"


def test_a_fix_of_two_commits_is_there_when_both_are(made: Maker) -> None:
    first = fix(made)
    second = made.commit(
        "Check the checksum of a frame, too", {"src/checksum.c": "int checksum(int a) { return a; }\n"}
    )
    made.switch("7.4")
    made.pick(first, "-x")
    made.tag("7.4.1")
    line = next(line for line in made.facts(first, second).lines if line.line == "7.4")
    assert line.state.value == "review"
    assert any(each.rule == "partly" for each in line.evidence)
    made.pick(second, "-x")
    made.tag("7.4.2")
    assert made.states(first, second)["7.4"] == ("fixed", "7.4.2")


def test_the_same_fix_named_by_its_commits_on_two_lines_is_one_fix(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    picked = made.pick(mended, "-x")
    assert made.states(mended, picked) == made.states(mended)
    assert made.states(picked)["main"] == ("fixed", "unreleased")


def test_a_candidate_is_not_a_release_yet(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1-rc1")
    assert made.states(mended)["7.4"] == ("fixed", "unreleased")
    made.tag("7.4.1")
    assert made.states(mended)["7.4"] == ("fixed", "7.4.1")


def test_a_line_cut_after_the_fix_has_no_affected_release(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.5", "main")
    made.tag("7.5.0")
    assert made.states(mended)["7.5"] == ("fixed", "7.5.0")
    assert "7.5.0" not in made.facts(mended).ranges.affected


def test_a_rewritten_branch_is_for_a_person_when_a_tag_still_holds_the_fix(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1")
    made.git("reset", "-q", "--hard", "7.4.0")
    line = next(line for line in made.facts(mended).lines if line.line == "7.4")
    assert (line.state.value, line.evidence[0].rule, line.fixed_in) == ("review", "tag-only", "7.4.1")


def test_a_line_that_lives_on_in_its_tags_is_still_a_line(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.3")
    made.pick(mended, "-x")
    made.tag("7.3.1")
    made.switch("main")
    made.git("branch", "-q", "-D", "7.3")
    assert made.states(mended)["7.3"] == ("fixed", "7.3.1")


def test_lines_are_chosen_by_name(made: Maker) -> None:
    assert set(made.states(fix(made), lines="7.*")) == {"7.4", "7.3"}


def test_a_follow_up_with_the_same_words_on_the_same_line_is_not_the_fix(made: Maker) -> None:
    mended = fix(made)
    title = "Check the length of a frame before copying it"
    again = made.commit(title, {"src/other.c": "int other_file_with_a_change(void) { return 1; }\n"})
    made.switch("7.4")
    made.pick(again)
    line = next(line for line in made.facts(mended).lines if line.line == "main")
    assert line.commit == mended


def test_a_mere_mention_of_a_hash_is_no_backport(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.3")
    made.commit(
        f"Explain why {mended[:10]} is not needed here", {"NOTES": "We looked at this with great care.\n"}, who=BOB
    )
    assert made.states(mended)["7.3"] == ("needs-backport", "")


def test_the_ranges_say_what_the_lines_say(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(
        mended,
        "-x",
    )
    made.tag("7.4.1")
    ranges = made.facts(mended).ranges
    assert ranges.exact
    assert ranges.affected == ("7.3.0", "7.4.0")
    assert [(each.introduced, each.fixed) for each in ranges.ecosystem[0].events] == [("7.3.0", ""), ("", "7.4.1")]
    assert {each.fixed for each in ranges.git[0].events if each.fixed} >= {mended}


def test_authors_of_the_fixture_differ() -> None:
    assert ALICE != BOB
