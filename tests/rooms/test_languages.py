# SPDX-License-Identifier: Apache-2.0
"""The reporter's room in five languages: complete, compiled, chosen by the address alone, and the same room in each."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.rooms import catalogues, walk
from tests.rooms.catalogues import FOREIGN, PACKAGE
from tocsin.core.intake import Report, problems
from tocsin.core.notices import STEPS
from tocsin.delivery.reporter import terms
from tocsin.delivery.reporter.languages import CODES, tongues
from tocsin.testing.house import House

PLACE = re.compile(r"%\(\w+\)s|<[^>]+>")


def test_the_room_speaks_five_languages_one_of_them_from_right_to_left() -> None:
    assert len(CODES) == 5
    assert "ar" in CODES


@pytest.mark.parametrize("language", FOREIGN)
def test_every_sentence_is_translated_and_keeps_its_places_and_marks(language: str) -> None:
    told = catalogues.catalogue(language)
    wanted = catalogues.written() | set(catalogues.given())
    assert sorted(wanted - set(told)) == []
    assert sorted(set(told) - wanted - {""}) == [], "sentences that nobody says any more"
    for sentence in wanted:
        assert told[sentence].strip(), sentence
        assert sorted(PLACE.findall(told[sentence])) == sorted(PLACE.findall(sentence)), sentence


def test_what_the_catalogues_are_measured_by_is_not_empty() -> None:
    assert len(catalogues.written()) > 200
    assert "Check my report" in catalogues.written()
    assert "“%(name)s” is over 50 MiB. Send it in parts, or only a part." in catalogues.written()
    assert set(STEPS) <= set(catalogues.given())


@pytest.mark.parametrize("language", FOREIGN)
def test_what_is_shipped_compiled_is_what_is_written(language: str) -> None:
    file: Path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo"
    expected = catalogues.compiled(catalogues.catalogue(language))
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_bytes(expected)
    assert file.read_bytes() == expected


def test_sentences_of_other_layers_are_known_by_their_exact_words() -> None:
    long = Report(title="x" * 400, reproduce="x" * (2 << 20), version="1")
    assert {each.message for each in problems(long)} <= set(terms.ELSEWHERE)


@pytest.mark.parametrize(
    ("language", "button", "direction"),
    [
        ("de", "Meine Meldung prüfen", ""),
        ("fr", "Vérifier mon signalement", ""),
        ("es", "Revisar mi aviso", ""),
        ("ar", "مراجعة بلاغي", ' dir="rtl"'),
    ],
)
def test_a_report_is_sent_and_its_room_opened_in_every_language(
    visitor: Client, house: House, language: str, button: str, direction: str
) -> None:
    address = f"/{language}{walk.REPORT}"
    page = visitor.get(address).content.decode()
    assert f'<html lang="{language}"{direction}>' in page
    assert button in page
    assert f'action="{address}"' in page
    wrong = visitor.post(address, {"do": "check"}).content.decode()
    assert catalogues.catalogue(language)["Give the problem a title, in a few words."] in wrong
    receipt = visitor.post(address, {**walk.GOOD, "form": walk.Page(page).fields["form"][0], "do": "send"})
    phrase = walk.phrase(receipt)
    answer = visitor.post(f"/{language}{walk.RETURN}", {"phrase": phrase})
    assert answer.headers["Location"] == f"/{language}{walk.ROOM}"
    room = visitor.get(answer.headers["Location"]).content.decode()
    assert catalogues.catalogue(language)["Waiting for a first look"] in room
    assert "Waiting for a first look" not in room


def test_neither_browser_nor_cookie_chooses_a_language(visitor: Client) -> None:
    headers = {"HTTP_ACCEPT_LANGUAGE": "ar,de;q=0.9", "HTTP_COOKIE": "django_language=fr"}
    answer = visitor.get(walk.REPORT, **headers)
    assert b'<html lang="en">' in answer.content
    assert "Accept-Language" not in answer.headers.get("Vary", "")
    assert visitor.get(f"/en{walk.REPORT}").status_code == 404
    assert visitor.get(f"/ja{walk.REPORT}").status_code == 404


def test_every_page_leads_to_itself_in_the_other_languages() -> None:
    shown = [each.address for each in tongues("/de/p/x/report")]
    assert shown[:3] == ["/p/x/report", "/de/p/x/report", "/fr/p/x/report"]
    assert [each.code for each in tongues("/p/x/report") if each.now] == ["en"]
    assert [each.code for each in tongues("/ar/p/x/report") if each.now] == ["ar"]
