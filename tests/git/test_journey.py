# SPDX-License-Identifier: Apache-2.0
"""The whole way of a fix on a real repository: board, backports, tags, ranges in documents, a late tag, an update."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.git.conftest import Place
from tests.git.maker import FIXED, fix
from tests.services.acts import PROJECT, act, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.events import Asked
from tocsin.core.case.model import Case
from tocsin.core.clock import Duration
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import ReleaseLine, Versions
from tocsin.core.vocabulary import SYSTEM_ACTOR, Affectedness, Audience
from tocsin.delivery.cli.exits import Exit
from tocsin.services import branches, cases, publication, worker
from tocsin.services.gitfacts import Told
from tocsin.services.queries import case as query
from tocsin.services.queries.branches import board


def case_of(place: Place, ref: str) -> Case:
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case


def lines(place: Place, ref: str) -> dict[str, tuple[str, str]]:
    return {line.line: (line.state.value, line.fixed_in) for line in case_of(place, ref).lines}


def fetch(place: Place) -> int:
    place.later()
    return branches.watch(place.home.desk)


def documents(place: Place, ref: str) -> dict[str, bytes]:
    found = query.authorised(place.home.desk, ref, place.home.dana, "test")
    assert found
    seen = publication.preview(place.home.desk, found[1])
    assert not seen.problems
    return {each.format: each.body for each in seen.documents}


@pytest.fixture
def ref(place: Place) -> str:
    """A case that is ready but for its lines."""
    ref: str = report(place.home).case
    ready(place.home, ref)
    act(place.home, ref, cmd.SetLines(lines=()))
    return ref


def waive(place: Place, ref: str, name: str) -> None:
    """Call fixed lines tested, and waive one that is open."""
    rows = []
    for line in case_of(place, ref).lines:
        row = replace(line, tested=line.state is Affectedness.FIXED)
        rows.append(replace(row, waiver="released next week", waived_by=place.home.dana) if line.line == name else row)
    act(place.home, ref, cmd.SetLines(lines=tuple(rows)))


def agreed(papers: dict[str, bytes], version: str) -> None:
    """Every document names the fixed version, and OSV's events say it."""
    events = [event for each in json.loads(papers["osv"])["affected"][0]["ranges"] for event in each["events"]]
    assert {"fixed": version} in events
    assert {name for name, body in papers.items() if version.encode() not in body} == set()


def publish(place: Place, ref: str) -> None:
    """Publish what a preview shows."""
    found = query.authorised(place.home.desk, ref, place.home.dana, "test")
    assert found
    seen = publication.preview(place.home.desk, found[1])
    act(place.home, ref, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=seen.digest))
    for _ in range(3):
        place.home.clock.advance(timedelta(minutes=1))
        worker.run_once(place.home.desk)


def test_from_a_fix_on_main_to_an_update_after_a_late_tag(place: Place, ref: str) -> None:
    made, tell = place.made, place.tell
    mended = fix(made)
    fetch(place)

    # The board, from git; a person says what brought the fault.
    tell.ok("branch", "sync", ref, "--fix", mended[:12], "--introduced", place.fault)
    assert lines(place, ref) == {
        "main": ("not-affected", ""), "7.4": ("affected", ""), "7.3": ("affected", ""), "6.29": ("not-affected", "")
    }  # fmt: skip

    # Help: one line takes the fix as it is, the other one does not.
    tried = {row["line"]: row for row in json.loads(tell.ok("branch", "pick", ref, "--json"))}
    assert tried["7.4"]["clean"]
    assert tried["7.3"]["conflicts"] in ([], ["src/decoder.c"])
    assert tried["7.4"]["branch"].startswith("work/7.4-")

    # One clean backport and one by hand; both lines are tagged, 7.3 later.
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1")
    made.switch("7.3")
    when = int(made.git("log", "-1", "--format=%at", mended))
    made.commit("Check the length of a frame before copying it", {"src/decoder.c": FIXED}, authored=when)
    made.switch("main")
    made.tag("7.5.0")
    assert fetch(place) == 1
    assert lines(place, ref) == {
        "main": ("not-affected", ""), "7.4": ("fixed", "7.4.1"), "7.3": ("affected", ""), "6.29": ("not-affected", "")
    }  # fmt: skip

    # Strict about what is open, lenient with a reason: 7.3 waits for its release.
    waive(place, ref, "7.3")

    # Every document says the same.
    papers = documents(place, ref)
    agreed(papers, "7.4.1")

    publish(place, ref)
    assert case_of(place, ref).revision == 1
    assert branches.pending(case_of(place, ref)) == ()

    # The late tag: the row turns green by itself, and an update waits, which differs in nothing else.
    made.switch("7.3")
    made.tag("7.3.1")
    assert fetch(place) == 1
    after = case_of(place, ref)
    assert lines(place, ref)["7.3"] == ("fixed", "7.3.1")
    assert branches.pending(after) == ("7.3 is fixed in 7.3.1",)
    view = query.view(place.home.desk, ref, place.home.dana)
    assert view
    told = [message.text for message in view.team_thread if message.audience == Audience.TEAM.value]
    assert any("An update is ready to be published: 7.3 is fixed in 7.3.1." in text for text in told)
    news = json.loads(documents(place, ref)["osv"])
    olds = json.loads(papers["osv"])
    differing = {key for key in news if news[key] != olds.get(key)}
    assert differing <= {"affected", "modified", "details", "published"}
    assert fetch(place) == 0


def test_what_people_said_of_a_line_outlives_git(place: Place, ref: str) -> None:
    mended = fix(place.made)
    fetch(place)
    said = LineFact(line="7.3", state=Affectedness.NOT_AFFECTED, reason="the decoder is off there", waiver="")
    act(place.home, ref, cmd.SetLines(lines=(said,)))
    place.tell.ok("branch", "sync", ref, "--fix", mended)
    held = next(line for line in case_of(place, ref).lines if line.line == "7.3")
    assert (held.state, held.reason) == (Affectedness.NOT_AFFECTED, "the decoder is off there")


def test_a_pair_that_a_person_confirmed_stays_confirmed(place: Place, ref: str) -> None:
    mended = fix(place.made)
    when = int(place.made.git("log", "-1", "--format=%at", mended))
    place.made.switch("7.3")
    text = FIXED.replace("wanted > length - PREFIX_SIZE || wanted > decoder->frame_capacity", "too_long(wanted)")
    text = text.replace("DECODE_TRUNCATED_FRAME", "-1")
    files = {"src/decoder.c": text, "x.c": "int a_new_line;\n" * 9}
    alike = place.made.commit("Check a length of a frame before copying it", files, authored=when + 60)
    place.made.tag("7.3.1")
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended)
    assert lines(place, ref)["7.3"][0] == "review"
    place.tell.ok("branch", "sync", ref, "--same", f"{alike}={mended}")
    assert lines(place, ref)["7.3"] == ("fixed", "7.3.1")
    assert case_of(place, ref).asked.same[0][2] == place.home.dana
    fetch(place)
    assert lines(place, ref)["7.3"] == ("fixed", "7.3.1")


def test_a_release_without_a_due_fix_is_named_by_its_case_only(place: Place, ref: str) -> None:
    mended = fix(place.made)
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended, "--introduced", place.fault)
    place.made.switch("7.4")
    place.made.commit("Release notes", {"NOTES": "7.4.1\n"})
    place.made.tag("7.4.1")
    fetch(place)
    checked = place.tell("release", "check", "7.4.1")
    assert checked.exit_code == Exit.FINDINGS
    assert checked.output == f"{ref}\n"
    place.made.pick(mended)
    place.made.tag("7.4.2")
    fetch(place)
    assert place.tell.ok("release", "check", "7.4.2") == ""
    assert place.tell("release", "check", "9.9.9").exit_code == Exit.NOT_FOUND


def test_a_fix_is_proven_from_the_terminal_and_stays_as_evidence(place: Place, ref: str, sandbox: object) -> None:
    place.made.switch("main")
    place.made.commit("Add a build", {"build.sh": "echo built\n"})
    mended = fix(place.made)
    place.made.switch("7.4")
    place.made.commit("Add a build", {"build.sh": "echo built\n"})
    place.made.pick(mended, "-x")
    place.made.switch("7.3")
    wrong = (place.made.path / "src" / "decoder.c").read_text() + "/* a comment that mends nothing */\n"
    place.made.commit(
        "Check the length of a frame before copying it", {"src/decoder.c": wrong, "build.sh": "echo built\n"}
    )
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended)
    command = 'grep -q "wanted > length" src/decoder.c'
    result = place.tell("fix", "verify", ref, "--reproducer", command)
    assert result.exit_code == Exit.FINDINGS, result.output
    held = {line.line: line for line in case_of(place, ref).lines}
    assert held["main"].tested
    assert held["7.4"].tested
    assert not held["7.3"].tested
    assert held["7.4"].tests[0].command.endswith("src/decoder.c")
    assert held["7.4"].tests[0].log_sha256


def test_where_nothing_can_be_run_it_is_said(place: Place, ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", fix(place.made), "--repo", str(place.made.path))
    sandbox = place.home.desk.sandbox
    monkeypatch.setattr(type(sandbox), "missing", lambda self: "this system forbids user namespaces")
    result = place.tell("fix", "verify", ref, "--reproducer", "true")
    assert result.exit_code == Exit.FAILED
    assert "forbids user namespaces" in result.stderr


def test_patches_for_distributors_have_safe_names(place: Place, ref: str, tmp_path) -> None:
    mended = fix(place.made)
    place.made.switch("7.4")
    place.made.pick(mended, "-x")
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended)
    place.tell.ok("branch", "pick", ref, "--patches", str(tmp_path / "out"))
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["whpg-sa-2026-001-7_4.patch", "whpg-sa-2026-001-main.patch"]
    assert "frame_capacity" in (tmp_path / "out" / written[0]).read_text()


def test_a_fix_of_several_commits_is_picked_in_its_order_whatever_order_it_is_named_in(place: Place, ref: str) -> None:
    first = fix(place.made)
    source = (place.made.path / "src" / "decoder.c").read_text()
    second = place.made.commit(
        "Refuse frames without a payload", {"src/decoder.c": source.replace("        return DECODE_TRUNCATED_FRAME;\n",
        "        return DECODE_TRUNCATED_FRAME;\n    if (wanted == 0)\n        return DECODE_EMPTY_FRAME;\n")},
    )  # fmt: skip
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", second, "--fix", first)
    rows = {row["line"]: row for row in json.loads(place.tell.ok("branch", "pick", ref, "--json"))}
    assert rows["7.4"]["clean"]
    assert rows["7.4"]["from"] == first
    place.tell.ok("branch", "sync", ref, "--fix", second)
    alone = {row["line"]: row for row in json.loads(place.tell.ok("branch", "pick", ref, "--json"))}
    assert alone["7.4"]["conflicts"] == ["src/decoder.c"]


def test_a_project_without_a_repository_is_told_what_is_missing(place: Place) -> None:
    ref = report(place.home, "example").case
    result = place.tell("branch", "sync", ref, "--fix", "abc1234")
    assert result.exit_code == Exit.REFUSED
    assert "names no repository" in result.stderr


def test_a_repository_that_fails_holds_up_no_other(place: Place) -> None:
    place.made.path.rename(place.made.path.with_name("gone"))
    assert fetch(place) == 0
    assert place.mirrors.trouble(PROJECT)


def test_lines_are_read_from_tags_and_move_with_them(place: Place) -> None:
    fetch(place)
    rows = {row["line"]: row for row in json.loads(place.tell.ok("release", "list", "-p", PROJECT, "--json"))}
    assert list(rows) == ["7.4", "7.3", "6.29"]
    assert rows["7.4"]["newest"] == "7.4.0"
    place.made.switch("7.4")
    place.made.tag("7.4.1")
    fetch(place)
    rows = {row["line"]: row for row in json.loads(place.tell.ok("release", "list", "-p", PROJECT, "--json"))}
    assert rows["7.4"]["newest"] == "7.4.1"
    assert rows["7.4"]["releases"] == 2


def test_a_line_past_its_end_leaves_new_cases_and_stays_on_open_ones(place: Place, ref: str) -> None:
    mended = fix(place.made)
    fetch(place)
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    ended = ReleaseLine(name="7.3", until=place.home.clock().date() - timedelta(days=1))
    policy = replace(opened.policy, versions=Versions(line=(ReleaseLine(name="7.4"), ended)))
    told = branches.facts(place.home.desk, opened.case, Asked(fix=(mended,)))
    assert isinstance(told, Told)
    new = branches.lines(place.home.desk, opened.case, policy, told.lines)
    assert {line.line for line in new if line.supported} == {"7.4"}
    held = replace(opened.case, lines=(LineFact(line="7.3"), LineFact(line="7.4")))
    still = branches.lines(place.home.desk, held, policy, told.lines)
    assert {line.line for line in still if line.supported} == {"7.3", "7.4"}


def test_an_accepted_case_shows_the_next_release_of_a_line_and_a_release_moves_the_date(place: Place, ref: str) -> None:
    mended = fix(place.made)
    fetch(place)
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    versions = replace(opened.policy.versions or Versions(), cadence=Duration.parse("4 weeks"))
    policy = replace(opened.policy, versions=versions)

    def dates() -> dict[str, str]:
        told = branches.facts(place.home.desk, opened.case, Asked(fix=(mended,)))
        assert isinstance(told, Told)
        rows = branches.lines(place.home.desk, opened.case, policy, told.lines)
        shown = board(place.home.desk, replace(opened, case=replace(opened.case, lines=rows), policy=policy))
        return {row.line: row.next_release for row in shown.rows}

    before = dates()["7.4"]
    assert before
    place.made.clock += 40 * 86400
    place.made.switch("7.4")
    place.made.commit("Stamp 7.4.1", {"VERSION": "7.4.1\n"})
    place.made.tag("7.4.1")
    fetch(place)
    assert dates()["7.4"] > before
