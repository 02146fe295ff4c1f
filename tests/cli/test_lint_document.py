# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint document` prints what it promises: one object a file, and the exit code of findings."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tests.advisory.samples import warehouse
from tocsin.core.formats import render_all
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["lint", "document", *words])


def test_one_object_a_file_in_the_promised_form(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(render_all(warehouse())["openvex"])
    bad.write_text("no")
    done = run(str(good), str(bad), "--json")
    first, second = (json.loads(line) for line in done.output.splitlines())
    assert (first["file"], first["format"], first["version"], first["valid"]) == (str(good), "openvex", "0.2.0", True)
    assert (second["format"], second["valid"]) == ("unknown", False)
    assert set(second["findings"][0]) == {"test", "severity", "path", "message"}
    assert done.exit_code == Exit.FINDINGS


def test_a_sound_document_ends_with_zero_and_an_absent_file_is_a_slip(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(render_all(warehouse())["openvex"])
    assert run(str(good)).exit_code == Exit.OK
    assert run(str(tmp_path / "absent.json")).exit_code == Exit.USAGE


def test_documents_of_one_advisory_are_held_against_each_other(tmp_path: Path) -> None:
    names = []
    for name in ("csaf20", "cve", "osv"):
        body = render_all(warehouse())[name]
        path = tmp_path / f"{name}.json"
        path.write_bytes(body.replace(b"CWE-125", b"CWE-787") if name == "osv" else body)
        names.append(str(path))
    done = [json.loads(line) for line in run(*names, "--json").output.splitlines()]
    named = {each["file"] for each in done for finding in each["findings"] if finding["test"] == "agreement"}
    assert named == {str(tmp_path / "osv.json")}


def test_what_a_file_says_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"document": {"csaf_version": "\\u001b[2J"}}')
    assert "\x1b" not in run(str(path)).output


def test_a_format_answers_to_the_names_that_people_type(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(render_all(warehouse())["openvex"])
    assert json.loads(run(str(good), "--format", "vex", "--json").output)["valid"]
    wrong = json.loads(run(str(good), "--format", "csaf20", "--json").output)
    assert (wrong["format"], wrong["valid"]) == ("csaf", False)
