# SPDX-License-Identifier: Apache-2.0
"""The board: git asked by a form, weak matches confirmed by buttons, and what waits to be published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from tests.desk.conftest import SignIn
from tests.desk.test_moves import post
from tests.git.maker import FIXED, Maker, fix, project
from tests.services.acts import PROJECT, act, ready, report
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.core.case import commands as cmd
from tocsin.services.ports.git import Source
from tocsin.testing.house import House


@pytest.fixture
def made(tmp_path: Path, house: House) -> Maker:
    """A repository that the house mirrors."""
    made, _ = project(tmp_path / "project")
    house.desk = replace(house.desk, mirrors=GitMirrors(tmp_path / "mirrors", {PROJECT: Source(url=str(made.path))}))
    return made


@pytest.fixture
def ref(house: House) -> str:
    found: str = report(house).case
    ready(house, found)
    act(house, found, cmd.SetLines(lines=()))
    return found


@pytest.fixture
def browser(house: House, sign_in: SignIn) -> Client:
    return sign_in()


def board(browser: Client, ref: str) -> str:
    page = browser.get(f"/c/{ref}/branches")
    assert page.status_code == 200
    return page.content.decode()


def test_git_fills_the_board(house: House, made: Maker, ref: str, browser: Client) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1")
    house.desk.mirrors.fetch(PROJECT)
    assert "No lines yet" in board(browser, ref)
    assert post(browser, ref, "ask-git", fix=mended[:12], introduced="").status_code == 303
    page = board(browser, ref)
    assert "<b>✓</b> fixed" in page
    assert "<b>!</b> affected" in page
    assert "7.4.1" in page
    assert "says it was picked from" in page
    assert "Versions before 7.4.1 are affected" in page


def test_what_git_cannot_answer_comes_back_with_what_was_typed(
    house: House, made: Maker, ref: str, browser: Client
) -> None:
    page = post(browser, ref, "ask-git", fix="feedbeef", introduced="")
    assert page.status_code == 422
    assert "has not been fetched yet" in page.content.decode()
    house.desk.mirrors.fetch(PROJECT)
    page = post(browser, ref, "ask-git", fix="feedbeef", introduced="").content.decode()
    assert "feedbeef is no commit of this repository" in page
    assert 'value="feedbeef"' in page


def test_a_weak_match_has_two_buttons_and_counts_once_confirmed(
    house: House, made: Maker, ref: str, browser: Client
) -> None:
    mended = fix(made)
    when = int(made.git("log", "-1", "--format=%at", mended))
    made.switch("7.3")
    text = FIXED.replace("wanted > length - PREFIX_SIZE || wanted > decoder->frame_capacity", "too_long(wanted)")
    files = {"src/decoder.c": text.replace("DECODE_TRUNCATED_FRAME", "-1"), "x.c": "int a_new_line;\n" * 9}
    alike = made.commit("Check a length of a frame before copying it", files, authored=when + 60)
    made.tag("7.3.1")
    house.desk.mirrors.fetch(PROJECT)
    post(browser, ref, "ask-git", fix=mended, introduced="")
    page = board(browser, ref)
    assert "It is the same</button>" in page
    assert alike[:12] in page
    assert post(browser, ref, "same-change", commit=alike, of=mended, same="yes").status_code == 303
    page = board(browser, ref)
    assert "It is the same</button>" not in page
    assert "7.3.1" in page


def test_a_project_without_a_repository_says_what_to_do(ref: str, browser: Client) -> None:
    assert "[repository.warehousepg]" in board(browser, ref)
