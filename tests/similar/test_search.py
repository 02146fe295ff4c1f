# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import shared
from tocsin.core.similar.candidates import CANDIDATES, READ, candidates
from tocsin.core.similar.index import Shelf
from tocsin.core.similar.query import Query
from tocsin.core.similar.search import FINAL, Hit, View
from tocsin.core.similar.weights import Squares
from tocsin.core.similar.words import Kind, kind, pack, split, terms, unpack, words

TEXTS = {
    "ntlm": "NTLM Buffer Overflow\nStack-based overflow in Curl_input_ntlm of lib/http_ntlm.c, curl 7.12.1.",
    "cookie": "Cookie jar keeps secure cookies\nA cookie set over HTTPS is later sent in clear by lib/cookie.c.",
    "heap": "Heap overflow in curl_easy_escape\nA length of 2 GB wraps around in lib/escape.c, curl 7.20.0.",
}
WORDS = st.lists(st.sampled_from(["heap", "overflow", "lib/x.c", "f_g", "7.3.1", "parser", "curl", "the"]), max_size=9)
CORPUS = st.dictionaries(st.sampled_from("abcdefgh"), WORDS.map(" ".join), max_size=8)


PARTS = ["vacuum", "sorting", "hashing", "joining", "locking", "logging", "caching", "casting"]


def shelf(texts: dict[str, str]) -> Shelf:
    made = Shelf()
    for id_, text in texts.items():
        made.add(id_, terms(text))
    return made


def spelt(text: str) -> list[str]:
    return [term for word in words(text) for term in split(word)]


def scores(hits: list[Hit]) -> dict[str, float]:
    return {hit.id: hit.score for hit in hits}


def test_the_same_matter_in_other_words_comes_first_with_what_both_say() -> None:
    (first, *_) = View([shelf(TEXTS)]).search("Overflow when NTLM user names are long, see http_ntlm.c in curl 7.12.1")
    assert first.id == "ntlm"
    assert {(each.kind, each.value) for each in first.evidence} >= {
        (Kind.FILE, "http_ntlm.c"), (Kind.VERSION, "7.12.1"), (Kind.WORD, "NTLM"),
    }  # fmt: skip


def test_a_text_about_nothing_known_is_like_nothing() -> None:
    assert View([shelf(TEXTS)]).search("Kerberos ticket renewal fails on Sundays") == []
    assert View([]).search("anything") == []
    assert View([shelf({})]).search("") == []


def test_names_count_whole_and_in_parts() -> None:
    assert spelt("Curl_input_ntlm") == ["curl", "input", "ntlm", "curl_input_ntlm"]
    assert "x.c" in split("src/x.c")
    assert "src/x.c" in split("src/x.c")
    assert spelt("v7.3.1 and 7.3.1") == ["7.3.1", "7.3.1"]
    assert spelt("queries, query") == ["query", "query"]
    assert spelt("缓冲区溢出") == ["缓冲", "冲区", "区溢", "溢出"]


def test_an_abbreviation_and_what_it_stands_for_are_the_same_words() -> None:
    assert spelt("RCE") == spelt("remote code execution")
    assert spelt("elevation of privileges") == spelt("privileges escalation")[::-1]
    texts = {
        "long": "A use after free in the session cache allows remote code execution.",
        "other": "A crash at start.",
    }
    (hit, *_) = View([shelf(texts)]).search("UAF, probably RCE, in your session cache")
    assert hit.id == "long"
    assert {"UAF", "RCE"} <= {each.value for each in hit.evidence}


def test_of_two_texts_that_say_it_the_one_that_says_less_else_comes_first() -> None:
    short = "The planner reads past the end of an array in a subquery."
    more = " ".join(f"Also, {word} was mended in module {number}." for number, word in enumerate(PARTS))
    texts = {"short": short, "long": f"{short} {more}"}
    assert [hit.id for hit in View([shelf(texts)]).search(short)] == ["short", "long"]


def test_a_name_is_said_to_be_what_it_is() -> None:
    told = ["src/x.c:12", "CVE-2026-1234", "7.3.1", "ws_frame_decode", "std::move", "https://x.example/y", "overflow"]
    assert [kind(word) for word in told] == [
        Kind.FILE, Kind.IDENTIFIER, Kind.VERSION, Kind.SYMBOL, Kind.SYMBOL, Kind.LINK, Kind.WORD,
    ]  # fmt: skip


def test_what_may_not_be_seen_changes_no_answer() -> None:
    seen = shelf(TEXTS)
    before = View([seen]).search("NTLM overflow in curl")
    hidden = shelf({f"hidden-{n}": "NTLM NTLM overflow curl secret" for n in range(50)})
    assert View([seen]).search("NTLM overflow in curl") == before
    assert View([seen, hidden]).search("NTLM overflow in curl") != before


@given(st.text())
def test_terms_are_the_same_after_being_written_down(text: str) -> None:
    assert unpack(pack(terms(text))) == terms(text)


@given(CORPUS, CORPUS, WORDS.map(" ".join))
def test_a_text_that_was_taken_away_was_never_there(kept: dict[str, str], gone: dict[str, str], query: str) -> None:
    mixed = shelf({**{f"-{id_}": text for id_, text in gone.items()}, **kept})
    for id_ in gone:
        mixed.remove(f"-{id_}")
    mixed._sweep()
    assert scores(View([mixed]).search(query, 9)) == scores(View([shelf(kept)]).search(query, 9))


@given(CORPUS, WORDS.map(" ".join))
def test_a_score_lies_between_none_and_one_and_orders_the_hits(texts: dict[str, str], query: str) -> None:
    found = [hit.score for hit in View([shelf(texts)]).search(query, 9)]
    assert found == sorted(found, reverse=True)
    assert all(0 < score <= 1 for score in found)


def test_sweeping_while_a_view_is_kept_confuses_nothing() -> None:
    made = shelf({f"old-{n}": f"matter {n} of the heap in f_{n}" for n in range(400)})
    view = View([made])
    assert view.search("matter in f_7")[0].id == "old-7"
    for n in range(390):
        made.remove(f"old-{n}")
    assert made.sweeps
    assert view.search("matter in f_395")[0].id == "old-395"


def worth_comparing(made: Shelf, text: str, least: int = FINAL) -> list[int]:
    """Numbers of the texts that a search would compare whole."""
    return [number for _, number in candidates(Query(terms(text), Squares([made])).best, [made], least)]


def test_a_search_looks_at_few_texts_however_many_there_are() -> None:
    chance = random.Random(3)
    names = [f"word{n}" for n in range(300)]
    made = shelf({str(n): " ".join(chance.sample(names, 12)) for n in range(5000)})
    assert 0 < len(worth_comparing(made, " ".join(names))) <= CANDIDATES


def test_of_long_texts_it_looks_at_fewer_but_at_as_many_as_are_asked_for() -> None:
    chance = random.Random(4)
    names = [f"word{n}" for n in range(900)]
    usual = {f"usual-{n}": " ".join(chance.sample(names, 20)) for n in range(900)}
    long = {f"long-{n}": f"planner executor {' '.join(chance.sample(names, 100))}" for n in range(100)}
    made = shelf(usual | long)
    read = [len(made.texts[number] or ()) for number in worth_comparing(made, "planner executor")]
    assert FINAL < len(read) < len(long)
    assert sum(read) <= READ * made.length / len(made)
    assert len(worth_comparing(made, "planner executor", least=80)) == 80
    assert len(View([made]).search("planner executor", top=80)) == 80


def test_what_says_little_else_is_looked_at_before_long_texts_that_name_the_same() -> None:
    rare = "ws_frame_decode overflows"
    more = " ".join(f"word{n}" for n in range(250))
    made = shelf({**{f"long-{n}": f"{rare} {more}" for n in range(60)}, "short": rare})
    assert made.ids[worth_comparing(made, rare)[0]] == "short"


@pytest.mark.slow
def test_real_reports_find_their_match_among_the_first_five() -> None:
    """A seeded sample of the suite; ./bench duplicates prints the whole."""
    folder = shared("duplicates")
    pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text().splitlines()]
    distractors = [json.loads(line) for line in (folder / "distractors.jsonl").read_text().splitlines()]
    view = View([shelf({row["vuln"]: row.get("b_text") or row["text"] for row in [*distractors[::2], *pairs]})])
    asked = random.Random(11).sample(pairs, 200)
    found = [
        row["vuln"] in {hit.id for hit in view.search(f"{row['a_title'] or ''}\n{row['a_text']}")} for row in asked
    ]
    assert sum(found) >= 170


def test_copies_of_one_report_are_alike_even_where_nothing_else_is_known() -> None:
    view = View([shelf({str(n): TEXTS["ntlm"] for n in range(100)})])
    assert view.search(TEXTS["ntlm"])[0].score > 0.5
