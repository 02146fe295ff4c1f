# SPDX-License-Identifier: Apache-2.0
"""The reporter's room in every language and in one that nobody speaks: readable, from right to left too, nothing cut.

The language that nobody speaks makes every sentence longer by half and marks its ends: text that is cut shows, and text
that was never given to a translator stands out as the only one without marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.template import Engine
from django.utils import translation
from playwright.sync_api import Browser, Page

from tests.chromium import follow, watch
from tests.rooms import running, walk
from tests.rooms.catalogues import FOREIGN
from tests.rooms.running import Running

pytestmark = pytest.mark.browser

MARKED = re.compile(r"(%\(\w+\)s|<[^>]+>)")
ACCENTS = str.maketrans("aeiouncAEIOUNC", "áéíóúñçÁÉÍÓÚÑÇ")

CUT = """[...document.querySelectorAll('main *, header *, footer *')].filter(element => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const hidden = style.overflowX !== 'visible' && !['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName);
    return !element.closest('.sr') && box.width > 1 && element.textContent.trim() &&
        (hidden && element.scrollWidth > element.clientWidth + 1 || box.right > innerWidth + 1 || box.left < -1);
}).map(element => element.outerHTML.slice(0, 120))"""


def lengthened(text: str) -> str:
    """`[Çhéçk my réport ~~~~~~]`: longer by half, places and marks untouched."""
    parts = [each if MARKED.fullmatch(each) else each.translate(ACCENTS) for each in MARKED.split(text)]
    more = " ".join("~" * min(9, len(text) // 2 - at) for at in range(0, len(text) // 2, 9))
    return f"[{''.join(parts)} {more or '~'}]" if text.strip() else text


@pytest.fixture(scope="module")
def front() -> Iterator[Running]:
    with running.running() as made:
        yield made


@pytest.fixture
def nobodys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything is said in a language that nobody speaks. Templates that have their sentences written out in another
    are forgotten, before and after."""
    with monkeypatch.context() as patch:
        patch.setattr(translation._trans, "gettext", lengthened)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for loader in Engine.get_default().template_loaders:
        loader.reset()


def visit(page: Page, front: Running, language: str, look: Callable[[str], None]) -> None:
    """Form, mistakes, check page, receipt and room."""
    page.goto(f"{front.url}/{language}{walk.REPORT}")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    look("form")
    follow(page.locator("button[value=check]"))
    look("mistakes")
    for name, value in (("title", "Out-of-bounds read"), ("reproduce", "Select a crafted value."), ("version", "7.3")):
        page.locator(f"#{name}").fill(value)
    for name in ("check", "send", "room"):
        follow(page.locator(f"button[value={name}]"))
        look(name)


@pytest.mark.parametrize("language", FOREIGN)
def test_the_room_is_readable_in_every_language(
    chromium: Browser, front: Running, shoot: Callable[[Page, str], Path], language: str
) -> None:
    context = running.look(chromium, "light", 320)
    offences = watch(context)
    page = context.new_page()
    wrong: list[str] = []

    def look(name: str) -> None:
        shoot(page, f"reporter-{name}-{language}")
        wrong.extend(running.faults(page, name))
        wrong.extend(f"{name} is cut: {each}" for each in page.evaluate(CUT))

    visit(page, front, language, look)
    context.close()
    assert not wrong, "\n".join(wrong)
    assert not offences


def test_no_text_is_cut_and_none_was_forgotten(
    chromium: Browser, front: Running, shoot: Callable[[Page, str], Path], nobodys: None
) -> None:
    context = running.look(chromium, "light", 320)
    page = context.new_page()
    wrong: list[str] = []

    def look(name: str) -> None:
        shoot(page, f"reporter-{name}-pseudo")
        wrong.extend(f"{name} is cut: {each}" for each in page.evaluate(CUT))
        said = page.locator("main h1, main h2, main legend, main label, main button, main summary").all_inner_texts()
        wrong.extend(
            f"{name} says in English: {each}" for each in said if "~" not in each and re.search("[a-z]{3}", each)
        )

    visit(page, front, "de", look)
    context.close()
    assert not wrong, "\n".join(wrong)


def test_a_cut_text_would_be_seen(chromium: Browser) -> None:
    """Negative control: a box that is too small for its text, and one that stands beyond the edge."""
    context = running.look(chromium, "light", 320)
    page = context.new_page()
    page.set_content(
        "<main><p style='width:3rem;overflow:hidden;white-space:nowrap'>Far too long for its box</p>"
        "<p style='margin-left:300px;width:200px'>Beyond</p><p>Fine</p></main>"
    )
    assert len(page.evaluate(CUT)) == 2
    context.close()
