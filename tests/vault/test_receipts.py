# SPDX-License-Identifier: Apache-2.0
"""The return phrase: how it is made, how it is typed, and that a wrong one is like every other wrong one."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import Counter
from collections.abc import Callable
from importlib import resources
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.vault import phrase as module
from tocsin.adapters.vault.phrase import Phrase, letters, pick, wordlist
from tocsin.adapters.vault.secret import Root
from tocsin.services.ports.vault import Tampered
from tocsin.testing.vault import Sealing, in_memory

NONCE = bytes(range(16))
RECEIPTS = in_memory().receipts
TEXT = RECEIPTS.issue(NONCE).reveal()
WORDS = TEXT.split(" ")

word_sequences = st.lists(st.sampled_from(wordlist()), max_size=9)


# ------------------------------------------------------------------------------------------------------------ the words


def test_the_list_is_the_published_one() -> None:
    """The digest of eff_large_wordlist.txt as EFF publishes it; stands in the notice beside it as well."""
    package = resources.files("tocsin.adapters.vault")
    digest = hashlib.sha256(package.joinpath("eff_large_wordlist.txt").read_bytes()).hexdigest()
    assert digest == "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e"
    notice = package.joinpath("eff_large_wordlist.NOTICE.md").read_text()
    assert digest in notice
    assert "CC-BY-3.0" in notice


def test_seven_words_hold_ninety_bits() -> None:
    assert len(set(wordlist())) == len(wordlist()) == 7772
    assert round(module.WORDS * math.log2(len(wordlist())), 2) == 90.47


def test_no_word_begins_another_so_letters_alone_mean_one_phrase() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in wordlist())
    assert [pair for pair in pairwise(sorted(wordlist())) if pair[1].startswith(pair[0])] == []


def test_control_with_the_dashed_words_two_phrases_would_be_one() -> None:
    text = resources.files("tocsin.adapters.vault").joinpath("eff_large_wordlist.txt").read_text()
    published = [line.split("\t")[1] for line in text.splitlines()]
    assert len({letters(word) for word in published}) == len(published) - 1


@given(word_sequences, word_sequences)
def test_two_phrases_have_the_same_letters_only_when_they_are_one(one: list[str], two: list[str]) -> None:
    assert (letters(" ".join(one)) == letters("-".join(two))) == (one == two)


# ----------------------------------------------------------------------------------------------------------- the choice


def test_every_word_is_chosen_by_equally_many_draws() -> None:
    chosen = Counter(pick(iter(range(2**16)), wordlist()))
    assert set(chosen.values()) == {8}
    assert len(chosen) == len(wordlist())


def test_control_without_rejection_the_choice_is_biased() -> None:
    chosen = Counter(wordlist()[draw % len(wordlist())] for draw in range(2**16))
    assert len(set(chosen.values())) == 2


def test_rejected_draws_are_replaced_by_later_ones() -> None:
    assert list(pick(iter([2**16 - 1] * 50 + [5]), wordlist())) == [wordlist()[5]]


def test_the_stream_of_draws_does_not_repeat() -> None:
    draws = list(islice(module._draws(NONCE, Root(b"s" * 32)), 16 * 64))
    blocks = {tuple(draws[at : at + 16]) for at in range(0, len(draws), 16)}
    assert len(blocks) == 64


def test_words_of_many_phrases_are_spread_evenly() -> None:
    """Chi-squared over 10 bins of the list; 40 is beyond the 0.99999 quantile of 9 degrees of freedom."""
    position = {word: index * 10 // len(wordlist()) for index, word in enumerate(wordlist())}
    phrases = [RECEIPTS.issue(number.to_bytes(16, "big")).reveal().split(" ") for number in range(2000)]
    for place in range(module.WORDS):
        bins = Counter(position[words[place]] for words in phrases)
        assert sum((bins[n] - 200) ** 2 / 200 for n in range(10)) < 40
    assert len({tuple(words) for words in phrases}) == 2000


def test_one_form_sent_twice_has_one_phrase_and_another_form_has_another(sealing: Sealing, elsewhere: Sealing) -> None:
    assert sealing.receipts.issue(NONCE).reveal() == sealing.receipts.issue(NONCE).reveal()
    assert sealing.receipts.issue(NONCE).reveal() != sealing.receipts.issue(NONCE[::-1]).reveal()
    assert sealing.receipts.issue(NONCE).reveal() != elsewhere.receipts.issue(NONCE).reveal()
    assert len(sealing.receipts.issue(NONCE).reveal().split(" ")) == 7


def test_a_short_nonce_is_a_bug() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        RECEIPTS.issue(b"n" * 15)


# ------------------------------------------------------------------------------------------------------------ typing it

FORMS: dict[str, Callable[[], str]] = {
    "as shown": lambda: TEXT,
    "with dashes": lambda: "-".join(WORDS),
    "with long dashes": lambda: " \N{EM DASH} ".join(WORDS),
    "in capitals": TEXT.upper,
    "each word capitalised": TEXT.title,
    "numbered lines": lambda: "\n".join(f"{number}. {word}" for number, word in enumerate(WORDS, 1)),
    "with commas and a full stop": lambda: ", ".join(WORDS) + ".",
    "in quotation marks": lambda: f"\N{LEFT DOUBLE QUOTATION MARK}{TEXT}\N{RIGHT DOUBLE QUOTATION MARK}",
    "run together": lambda: "".join(WORDS),
    "spaces around and between": lambda: "  \t" + " \N{NO-BREAK SPACE} ".join(WORDS) + "\r\n",
    "full-width letters": lambda: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in TEXT),
    "soft hyphens and joiners": lambda: "\N{SOFT HYPHEN}".join(TEXT) + "\N{ZERO WIDTH JOINER}",
    "underlined by a mail program": lambda: "_".join(WORDS),
    "mathematical letters": lambda: "".join(chr(0x1D41A + ord(c) - 97) if c.isalpha() else c for c in TEXT),
    "an auto-corrected accent": lambda: unicodedata.normalize("NFC", TEXT.replace("e", "e\N{COMBINING ACUTE ACCENT}")),
    "a byte order mark": lambda: "\ufeff" + TEXT,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_phrase_is_recognised(sealing: Sealing, form: str) -> None:
    typed = sealing.receipts.read(FORMS[form]())
    issued = sealing.receipts.read(TEXT)
    assert sealing.receipts.locator(typed) == sealing.receipts.locator(issued)
    assert sealing.receipts.key(typed).public == sealing.receipts.key(issued).public


@given(word_sequences, st.text(alphabet=" -_.,\u00a0\u2013\n\t;1234567890", min_size=1, max_size=5))
def test_any_separator_will_do(words: list[str], separator: str) -> None:
    assert letters(separator.join(words)) == letters(" ".join(words))


WRONG = {
    "nothing": "",
    "spaces": "   ",
    "six words": " ".join(WORDS[:6]),
    "eight words": TEXT + " abacus",
    "one word changed": " ".join([*WORDS[:6], "abacus"]),
    "two words swapped": " ".join([WORDS[1], WORDS[0], *WORDS[2:]]),
    "an unknown word": " ".join([*WORDS[:6], "xyzzy"]),
    "one letter missing": TEXT[:-1],
    "another script": "семь случайных слов",
    "NUL bytes": "\0" * 50,
    "a lone surrogate": "\ud800",
    "very long": "abacus " * 100_000,
    "expands thirtyfold": "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 5000,
}


@pytest.mark.parametrize("kind", WRONG)
def test_every_kind_of_wrong_phrase_is_a_well_formed_phrase_that_finds_nothing(sealing: Sealing, kind: str) -> None:
    right, wrong = sealing.receipts.read(TEXT), sealing.receipts.read(WRONG[kind])
    assert len(sealing.receipts.locator(wrong)) == len(sealing.receipts.locator(right)) == 32
    assert sealing.receipts.locator(wrong) != sealing.receipts.locator(right)
    assert sealing.receipts.key(wrong).public != sealing.receipts.key(right).public


@given(st.text())
def test_whatever_is_typed_is_a_phrase(text: str) -> None:
    typed = RECEIPTS.read(text)
    assert len(RECEIPTS.locator(typed)) == 32
    assert RECEIPTS.locator(RECEIPTS.read(typed.reveal())) == RECEIPTS.locator(typed)


def test_the_work_on_a_typed_text_is_bounded() -> None:
    assert len(letters("a" * 10**6)) == module.MAX_TYPED
    assert letters(" " * 400 + TEXT) == letters(TEXT)


def test_no_list_is_consulted_for_a_typed_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up would take its own time for a known and for an unknown word; there is none."""
    monkeypatch.setattr(module, "wordlist", None)
    assert RECEIPTS.locator(RECEIPTS.read(TEXT)) != RECEIPTS.locator(RECEIPTS.read(WRONG["an unknown word"]))
    with pytest.raises(TypeError):  # the control: this is how a look-up would show
        Phrase.derive(NONCE, Root(b"s" * 32))


# ------------------------------------------------------------------------------------------------------ what it opens


def test_the_phrase_opens_the_copy_sealed_to_its_reporter_and_no_other_does(sealing: Sealing) -> None:
    issued = sealing.receipts.issue(NONCE)
    copy = sealing.sealer.seal_to_reporter(sealing.receipts.key(issued).public, b"thread", b"ad")
    typed = sealing.receipts.read(issued.reveal().upper())
    assert sealing.receipts.key(typed).open(copy, b"ad") == b"thread"
    for text in WRONG.values():
        with pytest.raises(Tampered):
            sealing.receipts.key(sealing.receipts.read(text)).open(copy, b"ad")


def test_the_desk_cannot_open_the_reporters_copy(sealing: Sealing) -> None:
    public = sealing.receipts.key(sealing.receipts.issue(NONCE)).public
    with pytest.raises(Tampered):
        sealing.vault.open_drop(sealing.sealer.seal_to_reporter(public, b"thread", b"ad"), b"ad")


def test_locator_and_key_of_one_phrase_differ_between_instances(sealing: Sealing, elsewhere: Sealing) -> None:
    here, there = sealing.receipts.read(TEXT), elsewhere.receipts.read(TEXT)
    assert sealing.receipts.locator(here) != elsewhere.receipts.locator(there)
    assert sealing.receipts.key(here).public != elsewhere.receipts.key(there).public
