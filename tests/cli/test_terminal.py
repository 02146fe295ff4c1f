# SPDX-License-Identifier: Apache-2.0
"""What a terminal is shown: colour and cut lines for somebody who looks, the same plain words for everybody else."""

from __future__ import annotations

import pytest

from tocsin.delivery.cli.context import table

HEADS = ("DUE", "TITLE")
ROWS = [("!! over", "A title that is far too long for a window of forty columns"), ("", "Short \x1b[31mred")]


@pytest.fixture(autouse=True)
def _window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "CLICOLOR_FORCE", "TOCSIN_FORCE_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    table(HEADS, ROWS)
    return capsys.readouterr().out


def test_a_pipe_gets_every_word_and_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys)
    assert "\x1b" not in text
    assert "forty columns" in text


def test_a_terminal_gets_colour_on_marks_and_lines_that_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_FORCE_TTY", "1")
    text = shown(capsys)
    assert "\x1b[31m\x1b[1m!! over" in text
    assert "…" in text
    assert "Short \\x1b[31mred" in text, "what strangers wrote never colours anything"


def test_no_color_is_kept_to(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_FORCE_TTY", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(capsys)
    assert "\x1b" not in text
    assert "!! over" in text


def test_a_narrow_window_shows_titles_whole_on_lines_of_their_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_FORCE_TTY", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    rows = [("1", "in 3 d 3 h", "WHPG-2026-k7x4m", "Out-of-bounds read in a decoder"), ("2", "in 9 d", "x", "")]
    table(("#", "DUE", "CASE", "TITLE"), rows)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "1  in 3 d 3 h  WHPG-2026-k7x4m",
        "   Out-of-bounds read in a decoder",
        "2  in 9 d      x",
    ]
