# SPDX-License-Identifier: Apache-2.0
"""Finding cases by words: every word counts, whatever the state, and nobody learns of what they may not read."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.desk.test_alike import knowing
from tests.desk.test_inbox import look, rows
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.similar.index import Shelf
from tocsin.core.similar.words import terms
from tocsin.core.vocabulary import RejectionClass, Role
from tocsin.services import finding, intake, likes, lookalikes, worker
from tocsin.services.intake import Receipt
from tocsin.services.likes import Likes
from tocsin.testing.house import House

HEAP = Report(title="Heap overflow in the tape decoder", reproduce="Feed it a truncated tape.", version="7.3.1")
TAPE = Report(title="Restore stops", reproduce="After a heap dump, mount the tape, then the decoder.", version="7.3.1")


def send(house: House, report: Report, project: str = story.PROJECT) -> str:
    receipt = intake.receive(house.front, project, report, house.front.mint.nonce())
    assert isinstance(receipt, Receipt)
    worker.run_once(house.desk)
    return receipt.case


def seek(browser: Client, words: str, project: str = "") -> str:
    sent = browser.post("/inbox/find", {"q": words, "project": project})
    assert sent.status_code == 303
    return look(browser, sent.headers["Location"])


def other(house: House) -> str:
    return next(project.id for project in house.desk.projects.all() if project.id != story.PROJECT)


@pytest.fixture
def two(house: House) -> tuple[str, str]:
    """Two reports that say the same words, one of them in its title, among others."""
    for title in story.TITLES[:4]:
        send(house, Report(title=title, reproduce=f"Run the steps that lead to: {title}.", version="7.3.1"))
    second = send(house, TAPE)
    return send(house, HEAP), second


def test_every_word_has_to_be_said_and_who_says_them_first_stands_first(sign_in: SignIn, two: tuple[str, str]) -> None:
    dana = sign_in()
    assert rows(seek(dana, "heap decoder")) == list(two)
    assert rows(seek(dana, "Heap overflow")) == [two[0]]
    assert rows(seek(dana, "heap nowhere")) == []
    assert "No case found" in seek(dana, "heap nowhere")
    assert 'name="q" value="heap decoder"' in seek(dana, "heap decoder")


def test_a_case_is_found_by_its_reference_by_its_end_and_by_its_cve_id(
    house: House, sign_in: SignIn, two: tuple[str, str]
) -> None:
    dana = sign_in()
    for name in (two[0], two[0].rpartition("-")[2], two[0].rpartition("-")[2].upper()):
        assert rows(seek(dana, name)) == [two[0]]
    story.accepted(house, two[1])
    story.act(house, two[1], cmd.SetCve(cve_id="CVE-2026-31337"))
    lookalikes.catch_up(house.desk)
    assert rows(seek(sign_in(), "cve-2026-31337")) == [two[1]]
    story.act(house, two[1], cmd.SetCve(cve_id="CVE-2026-31338"))
    lookalikes.catch_up(house.desk)
    assert rows(seek(sign_in(), "CVE-2026-31337")) == [], "it is called otherwise by now"


def test_what_was_decided_long_ago_is_found_too(house: House, sign_in: SignIn, two: tuple[str, str]) -> None:
    story.answered(house, two[0])
    story.act(house, two[0], cmd.Reject(rejection=RejectionClass.OUT_OF_SCOPE, reason=story.REASON))
    assert two[0] in rows(seek(sign_in(), "overflow"))


def test_nothing_of_another_project_is_found_by_any_name_or_told_by_its_absence(
    house: House, sign_in: SignIn, member: Callable[..., str], two: tuple[str, str]
) -> None:
    guest = sign_in(member("Guest", other(house), Role.TRIAGER))
    changes = r"{}|name=.csrf[^>]*|q=[\w.%-]+"
    nothing = re.sub(changes.format("unheard-of"), "", seek(guest, "unheard-of"))
    for name in ("truncated", two[0], two[0].rpartition("-")[2]):
        assert re.sub(changes.format(name), "", seek(guest, name)) == nothing
    assert rows(seek(sign_in(), "truncated")) == [two[0]], "the control: it is there"


def test_a_project_narrows_and_an_administrator_without_a_role_finds_nothing(
    house: House, sign_in: SignIn, member: Callable[..., str], two: tuple[str, str]
) -> None:
    there = send(house, HEAP, other(house))
    dana = sign_in()
    assert set(rows(seek(dana, "truncated"))) == {two[0], there}
    assert rows(seek(dana, "truncated", other(house))) == [there]
    outsider = member("Ada", other(house), Role.DISTRIBUTOR)
    page, found = finding.page(house.desk, outsider, "truncated")
    assert (page.lines, found.rows) == ((), ())


def test_words_of_somebody_are_shown_and_never_run(sign_in: SignIn, two: tuple[str, str]) -> None:
    page = seek(sign_in(), '"><script>alert(1)</script>')
    assert "<script>alert" not in page


def test_more_than_a_page_says_so_and_a_start_says_that_it_still_reads(house: House, sign_in: SignIn) -> None:
    for number in range(finding.MOST + 1):
        send(house, msgspec.structs.replace(HEAP, title=f"Overflow {number}"))
    page = seek(sign_in(), "overflow")
    assert len(rows(page)) == finding.MOST
    assert "There are more: add a word." in page
    assert "still being read" in page
    lookalikes.catch_up(house.desk)
    assert "still being read" not in seek(sign_in(), "overflow")


def test_what_was_read_in_after_a_start_finds_the_same(house: House, two: tuple[str, str]) -> None:
    anew = knowing(house, Likes())
    assert not anew.likes.whole
    lookalikes.take_in(anew)
    projects = anew.people.projects(house.dana)
    for words in ("heap decoder", "tape", two[0]):
        before, after = (finding.find(desk, projects, words).rows for desk in (house.desk, anew))
        assert [row.case for row, _ in after] == [row.case for row, _ in before]


SOME = ("heap", "tape", "decoder", "overflow", "the", "crash", "CVE-2026-1", "parse_header")
WORDS = st.lists(st.sampled_from(SOME), max_size=6)


@given(st.lists(WORDS, max_size=12), WORDS)
def test_a_shelf_finds_what_holds_every_term_and_nothing_else(texts: list[list[str]], asked: list[str]) -> None:
    shelf = Shelf()
    for number, said in enumerate(texts):
        shelf.add(str(number), terms(" ".join(said)))
    wanted = set(terms(" ".join(asked)))
    every = [number for number, said in enumerate(texts) if wanted and wanted <= set(terms(" ".join(said)))]
    assert shelf.saying(wanted) == set(every)
    assert all(shelf.depth(number, wanted) <= sum(range(99)) for number in every)
    for gone in every[:1]:
        shelf.remove(str(gone))
        assert shelf.saying(wanted) == set(every[1:])


def test_of_more_than_can_be_put_in_order_each_project_has_its_share() -> None:
    known = Likes()
    for number in range(2 * likes.RANKED):
        known.learn(f"A-{number}", "a", 1, terms("heap overflow"))
    known.learn("B-1", "b", 1, terms("overflow of the heap"))
    known.learn("B-2", "b", 1, terms("heap"))
    found = known.find(("a", "b", "none"), "heap overflow", 3 * likes.RANKED)
    assert likes.RANKED <= len(found) <= likes.RANKED + 2
    assert "B-1" in found
    assert f"A-{2 * likes.RANKED - 1}" in found, "what came last"
    assert "B-2" not in found


def test_what_somebody_looks_for_stands_in_no_address_and_leads_nobody_else_there(
    sign_in: SignIn, member: Callable[..., str], two: tuple[str, str]
) -> None:
    """Browsers keep addresses and servers on the way write them down. Negative control: the form asked with GET."""
    dana = sign_in()
    address = dana.post("/inbox/find", {"q": "heap decoder"}).headers["Location"]
    assert "heap" not in address
    page = look(dana, address)
    assert rows(page) == list(two)
    assert not [each for each in re.findall(r'(?:href|action|value)="([^"]*)"', page) if "/" in each and "heap" in each]
    assert '<form class="seek" role="search" method="post"' in page
    colleague = sign_in(member("Kim", story.PROJECT, Role.TRIAGER))
    for asked in (address, "/inbox?q=heap+decoder"):
        assert "Those words are not kept any more" in look(colleague, asked)
    assert dana.post("/inbox/find", {"q": "  "}).headers["Location"] == "/inbox"
