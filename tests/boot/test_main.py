# SPDX-License-Identifier: Apache-2.0
"""What no command expects ends in words: a place that cannot be written to, no installation where one is asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Installation
from tests.services.acts import report
from tocsin.boot import keys, main
from tocsin.boot.demo import stand
from tocsin.delivery.cli.exits import Exit
from tocsin.testing.house import house

DRAFT = '{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "summary": "Out of bounds", "details": "x"}'


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["tocsin", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    code = ended.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize("command", ["doc", "policy"])
def test_a_place_that_cannot_be_written_to_is_named_without_a_traceback(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in", tmp_path / "missing\x1b" / "out"
    source.write_text(DRAFT if command == "doc" else "# Security\n", encoding="utf-8")
    words = {
        "doc": ("doc", "convert", str(source), "--to", "text", "--out", str(out)),
        "policy": ("policy", "import", str(source), "--out", str(out)),
    }
    assert run(monkeypatch, *words[command]) == Exit.FAILED
    told = capsys.readouterr().err
    assert f"tocsin: {tmp_path}/missing\\x1b/out: No such file or directory\n" in told


def test_without_an_installation_it_is_said_that_there_is_none_and_what_else_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def look() -> None:
        keys.look_for(tmp_path)

    monkeypatch.setattr(main.Installation, "front", staticmethod(look))
    assert run(monkeypatch, "affected", "whpg@7.3.1") == Exit.FAILED
    told = capsys.readouterr().err
    assert f"no installation is found: {tmp_path} holds no instance.json" in told
    assert "tocsin init" in told
    assert "--feed all.zip" in told


def test_words_that_are_no_text_are_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = house()
    case = report(home).case
    monkeypatch.setattr(main, "open_desk", Installation(home))
    monkeypatch.setenv("TOCSIN_AS", "dana@example.org")
    assert run(monkeypatch, "case", "lines", case, "7.4=affected", "--reason", "caf\udce9") == Exit.USAGE
    assert "no text in UTF-8" in capsys.readouterr().err


def test_the_demo_names_a_command_that_this_shell_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "with space" / "python"))
    assert stand.program() == f"'{tmp_path}/with space/tocsin'"
    (tmp_path / "tocsin").touch(mode=0o755)
    assert stand.program() == "tocsin"
