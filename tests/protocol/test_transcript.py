# SPDX-License-Identifier: Apache-2.0
"""What `tocsin protocol export` and `tocsin protocol run` print: the contract, driven as a stranger would."""

from __future__ import annotations

import json
from itertools import product

import pytest
from click.testing import CliRunner

from tests.protocol.data import lines, table
from tocsin.core.case.transcript import run
from tocsin.delivery.cli.protocol import protocol

TRACES = set(lines("em_traces.txt"))
PATHS = set(lines("rm_paths.txt"))
CODES = {("p", "N"): "EP", ("p", "P"): "EP", ("p", "A"): "EV", ("p", "R"): "EV", ("a", "P"): "EA", ("a", "R"): "EC"}
CODES |= {("r", "P"): "ER", ("r", "R"): "EJ", ("t", "A"): "ET", ("t", "R"): "ET"}
WORDS = {"p": "propose", "a": "agree", "r": "reject", "t": "end"}
REPORT = {"r": "receive", "v": "RV", "i": "RI", "a": "RA", "d": "RD", "c": "RC"}
FINAL = {"N", "X"}


def invoke(*arguments: str, given: str = "") -> str:
    result = CliRunner().invoke(protocol, list(arguments), input=given)
    assert result.exit_code == 0, result.output
    return result.output


def play(*commands: tuple[str, str]) -> list[dict]:
    return list(run(json.dumps({"actor": actor, "command": command}) for actor, command in commands))


def ends(word: str, actors: tuple[str, ...]) -> str:
    """The embargo state after the trace `word`, or nothing if a step was refused; codes follow the state."""
    state, script = "N", []
    for number, letter in enumerate(word):
        code = CODES.get((letter, state), {"p": "EP", "a": "EA", "r": "ER", "t": "ET"}[letter])
        script.append((actors[number % len(actors)], code))
        last = play(*script)[-1]
        if "refused" in last:
            return ""
        state = last["states"]["em"]
    return state


@pytest.mark.parametrize("actors", [("vendor",), ("finder", "vendor"), ("finder", "vendor", "coordinator")], ids=len)
def test_each_published_trace_runs_to_its_end(actors: tuple[str, ...]) -> None:
    for trace in TRACES:
        assert ends(trace, actors) in FINAL, trace


def test_every_other_string_is_refused_or_leaves_the_embargo_open() -> None:
    """All 21,844 strings of one to seven letters, driven from their longest legal beginning."""
    finished = set()
    level = {"": ()}
    for _ in range(7):
        following = {}
        for word, script in level.items():
            for letter in "part":
                given = (*script, (("finder", "vendor")[len(word) % 2], WORDS[letter]))
                last = play(*given)[-1]
                if "refused" not in last:
                    following[word + letter] = given
                    if last["states"]["em"] in FINAL:
                        finished.add(word + letter)
        level = following
    assert finished == TRACES


def test_a_table_read_from_the_export_can_be_played_as_it_stands() -> None:
    """Whoever reads `[from, input, to]` can say `em.input` and gets exactly `to`."""
    exported = json.loads(invoke("export", "--json"))
    script, state = (
        [("finder", "em.p"), ("vendor", "em.a"), ("vendor", "em.p"), ("finder", "em.r"), ("vendor", "em.t")],
        "N",
    )
    for (_, command), answer in zip(script, play(*script), strict=True):
        state = next(
            to for origin, step, to in exported["em"]["transitions"] if (origin, f"em.{step}") == (state, command)
        )
        assert answer["states"]["em"] == state
    assert play(("vendor", "rm.r"), ("vendor", "rm.v"))[-1]["states"]["rm"]["vendor"] == "V"
    assert play(("vendor", "cs.V"), ("vendor", "cs.P"))[-1]["states"]["cs"]["vendor"] == "VfdPxa"


def test_exactly_the_published_report_paths_lead_to_closed() -> None:
    finished = set()
    level = [""]
    for _ in range(7):
        level = [
            word + letter
            for word, letter in product(level, REPORT)
            if "refused" not in play(*(("vendor", REPORT[each]) for each in word + letter))[-1]
        ]
        finished |= {word for word in level if word.endswith("c")}
    assert finished == PATHS


def test_the_export_has_the_shape_of_the_contract() -> None:
    exported = json.loads(invoke("export", "--json"))
    assert set(exported) == {"rm", "em", "pec", "cs"}
    for name, states, edges in (("rm", 7, 11), ("em", 5, 10), ("pec", 5, 15)):
        machine = exported[name]
        assert set(machine) == {"states", "start", "final", "transitions"}
        assert (len(machine["states"]), len(machine["transitions"])) == (states, edges)
    cs = exported["cs"]
    assert set(cs) == {"states", "edges", "histories", "embargo"}
    assert (len(cs["states"]), len(cs["edges"]), len(set(cs["histories"]))) == (32, 58, 70)
    assert cs["embargo"]["VFDpxa"] == {"start": False, "viable": True}
    assert [row[0] for row in table("case_states.tsv")] == list(cs["embargo"])


def test_a_script_is_answered_line_by_line() -> None:
    given = '{"actor":"finder","command":"RS","to":"vendor"}\n\n{"actor":"vendor","command":"RA","speed":9}\n'
    sent, refused = map(json.loads, invoke("run", "--json", given=given).splitlines())
    assert sent["events"][-1] == {"event": "vendor.aware", "participant": "vendor"}
    assert refused["rule"] == "rm.delta"
    assert refused["ignored"] == ["speed"]
    assert refused["states"]["rm"] == {"finder": "A", "vendor": "R"}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"actor":1,"command":"EP"}',
        '{"actor":"vendor","command":"EP","ends_at":"tomorrow"}',
        '{"actor":"nobody","command":"EP"}',
        '{"actor":"","command":""}',
        '{"actor":"vendor","command":"merge"}',
        '{"actor":"vendor","command":"split"}',
        '{"actor":"vendor","command":"invite","participant":"?"}',
        '{"actor":"vendor","command":"wait","at":"1999-01-01T00:00:00Z"}',
        '{"actor":"vendor","command":"wait","at":"2001-01-01T00:00:00"}',
        '{"actor":"\\u0000","command":"EP"}',
        '{"actor":"vendor","command":"EP","ends_at":"9999-12-31T23:59:59+00:01"}',
    ],
)
def test_a_bad_line_is_refused_and_the_next_one_is_played(line: str) -> None:
    bad, good = run([line, '{"actor":"vendor","command":"EP"}'])
    assert ("refused" in bad) != ("events" in bad)
    assert good["states"]["em"] == "P"


def test_people_read_plain_lines() -> None:
    told = invoke("run", given='{"actor":"finder","command":"EP"}\n{"actor":"vendor","command":"EC"}\n')
    assert told.splitlines()[0] == "1: finder EP: participant.joined, embargo.proposed"
    assert "refused (sent.EC): EC is not sent while the embargo is in state proposed." in told
    assert "32 states, 58 edges" in invoke("export")
