# SPDX-License-Identifier: Apache-2.0
"""The board of branches in a real browser, filled from a real repository, with a weak match to confirm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.office import Office, opened
from tests.chromium import accessibility, follow, watch
from tests.git.maker import FIXED, fix, project
from tests.services.acts import PROJECT
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.services.ports.git import Source

pytestmark = pytest.mark.browser


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    """A desk whose project has a repository with one clean backport and one that may be one; and the fix."""
    made, _ = project(tmp_path / "project")
    mended = fix(made)
    when = int(made.git("log", "-1", "--format=%at", mended))
    made.switch("7.4")
    made.pick(mended, "-x")
    made.tag("7.4.1")
    made.switch("7.3")
    text = FIXED.replace("wanted > length - PREFIX_SIZE || wanted > decoder->frame_capacity", "too_long(wanted)")
    files = {"src/decoder.c": text.replace("DECODE_TRUNCATED_FRAME", "-1"), "x.c": "int a_new_line;\n" * 9}
    made.commit("Check a length of a frame before copying it", files, authored=when + 60)
    made.tag("7.3.1")
    with opened() as office:
        mirrors = GitMirrors(tmp_path / "mirrors", {PROJECT: Source(url=str(made.path))})
        mirrors.fetch(PROJECT)
        office.house.desk = replace(office.house.desk, mirrors=mirrors)
        yield office, mended


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_git_is_asked_and_a_weak_match_confirmed(
    chromium: Browser, office: tuple[Office, str], shoot: Callable[[Page, str], Path], scheme: str, width: int
) -> None:
    desk, mended = office
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    offences = watch(context)
    desk.enter(context)
    page = context.new_page()
    page.goto(f"{desk.url}/c/{desk.refs[1]}/branches")
    page.get_by_label("Fix commits").fill(mended[:12])
    follow(page.get_by_role("button", name="Ask git"))
    page.get_by_role("button", name="It is the same").wait_for()
    shoot(page, f"desk-board-{scheme}-{width}")
    assert accessibility(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    follow(page.get_by_role("button", name="It is the same"))
    page.get_by_text("Noted. Git was asked again.").wait_for()
    assert page.get_by_role("button", name="It is the same").count() == 0
    assert page.get_by_text("7.3.1").count() >= 1
    context.close()
    assert not offences
