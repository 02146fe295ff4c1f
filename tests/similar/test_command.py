# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tocsin.delivery.cli import cli

CORPUS = [
    {"id": "A", "title": "Overflow in demo_decode", "text": "src/demo_ext.c reads past its buffer in 7.3.1"},
    {"id": "B", "title": "Role bypass", "text": "SET ROLE is not checked in the planner"},
    {"id": "C", "title": None, "text": "Cookies are sent in clear"},
]


def run(tmp_path: Path, corpus: str, *arguments: str) -> tuple[int, str]:
    (tmp_path / "corpus.jsonl").write_text(corpus)
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "title": "demo_decode crash", "text": "in src/demo_ext.c"}\n')
    files = ["--corpus", str(tmp_path / "corpus.jsonl"), "--queries", str(tmp_path / "queries.jsonl")]
    result = CliRunner().invoke(cli, ["similar", *files, *arguments])
    return result.exit_code, result.output


def test_answers_carry_the_query_its_hits_and_the_evidence(tmp_path: Path) -> None:
    code, said = run(tmp_path, "\n".join(map(json.dumps, CORPUS)), "--top", "2", "--json")
    answer = json.loads(said)
    assert code == 0
    assert answer["query"] == "q"
    assert [hit["id"] for hit in answer["hits"]] == ["A"]
    assert {"kind": "file", "value": "src/demo_ext.c"} in answer["hits"][0]["evidence"]


def test_without_json_it_reads_as_text(tmp_path: Path) -> None:
    _, said = run(tmp_path, "\n".join(map(json.dumps, CORPUS)))
    assert said.startswith("q\n  0.")
    assert "demo_decode" in said


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    code, said = run(tmp_path, '{"id": "A", "text": "x"}\nnot json\n')
    assert code == 2
    assert "corpus.jsonl, line 2" in said
