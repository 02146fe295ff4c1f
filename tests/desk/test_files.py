# SPDX-License-Identifier: Apache-2.0
"""Attachments at the desk: whole, streamed, saved under a harmless name, and never shown in place."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.delivery import uploads
from tocsin.delivery.desk.views.files import file_name
from tocsin.delivery.inert import ODD
from tocsin.services import unsent
from tocsin.services.queries import case as queries
from tocsin.testing.house import House

CONTENT = b"<script>alert(1)</script>" * 20_000


def test_a_file_comes_whole_and_only_as_a_download(house: House, sign_in: SignIn) -> None:
    kept = story.file(house, "proof.html", CONTENT)
    ref = story.report(house, replace(story.PLPERL, attachments=(kept,)))
    dana = sign_in()
    page = dana.get(f"/c/{ref}").content.decode()
    assert f'href="/c/{ref}/files/{kept.blob}"' in page
    answer = dana.get(f"/c/{ref}/files/{kept.blob}")
    assert answer.streaming
    assert b"".join(answer.streaming_content) == CONTENT  # type: ignore[arg-type]
    told = answer.headers
    assert told["Content-Disposition"] == 'attachment; filename="proof.html"'
    assert told["Content-Type"] == "application/octet-stream"
    assert told["Content-Length"] == str(len(CONTENT))
    assert told["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in told["Content-Security-Policy"]


def test_files_of_messages_are_found_too(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    kept = story.file(house, "later.log")
    story.hear(house, ref, cmd.Hear(text="One more log.", attachments=(kept,)))
    assert sign_in().get(f"/c/{ref}/files/{kept.blob}").status_code == 200


def test_a_file_belongs_to_its_case(house: House, sign_in: SignIn) -> None:
    kept = story.file(house)
    ref = story.report(house, replace(story.PLPERL, attachments=(kept,)))
    other = story.report(house)
    dana = sign_in()
    assert dana.get(f"/c/{other}/files/{kept.blob}").status_code == 404
    assert dana.get(f"/c/{ref}/files/nonsense").status_code == 404
    house.desk.blobs.delete(kept.blob)
    assert dana.get(f"/c/{ref}/files/{kept.blob}").status_code == 404


def upload(name: str = "patch.diff", content: bytes = b"+fixed\n" * 100) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_team_sends_files_to_the_reporter_and_to_itself(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    for move, thread in (("reply", "reporter_thread"), ("note", "team_thread")):
        sent = {"text": "Please try this.", "seen": "1", "files": [upload(), upload("notes.txt")]}
        assert dana.post(f"/c/{ref}/do/{move}", sent).status_code == 303
        view = queries.view(house.desk, ref, house.dana)
        assert view
        (message,) = getattr(view, thread)
        assert [file.name for file in message.files] == ["patch.diff", "notes.txt"]
        answer = dana.get(f"/c/{ref}/files/{message.files[0].blob}")
        assert b"".join(answer.streaming_content) == b"+fixed\n" * 100  # type: ignore[arg-type]


def test_files_wait_with_a_form_that_could_not_be_sent(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    refused = dana.post(f"/c/{ref}/do/note", {"text": "", "seen": "1", "files": [upload()]})
    page = refused.content.decode()
    assert refused.status_code == 422
    found = re.search(r'name="kept" value="([^"]+)" checked> patch.diff', page)
    assert found
    again = {"text": "With words now.", "seen": "1", "kept": [found[1]]}
    assert dana.post(f"/c/{ref}/do/note", again).status_code == 303
    view = queries.view(house.desk, ref, house.dana)
    assert view
    assert [file.name for file in view.team_thread[0].files] == ["patch.diff"]


def test_a_file_over_the_limit_stops_at_the_limit(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 100_000)
    ref = story.report(house)
    answer = sign_in().post(f"/c/{ref}/do/note", {"text": "kept words", "seen": "1", "files": [upload("big", CONTENT)]})
    assert answer.status_code == 413
    assert "kept words" in answer.content.decode()
    head = house.desk.journal.head(ref)
    assert head
    assert head.seq == 1


def test_a_body_that_is_too_large_is_not_read(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_BODY", 1000)
    ref = story.report(house)
    answer = sign_in().post(f"/c/{ref}/do/note", {"text": "x" * 5000, "seen": "1"})
    assert answer.status_code == 413
    assert f'href="/c/{ref}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\system32.dll", "C__Windows_system32.dll"),
        ("report\u202egnp.exe", "report[U+202E]gnp.exe"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie_ x=1.txt"),
        (" . ", "file"),
        ("", "file"),
        ("x" * 500 + ".tar.gz", "x" * 120 + ".gz"),
    ],
)
def test_a_dangerous_name_becomes_a_harmless_one(sent: str, saved: str) -> None:
    assert file_name(sent) == saved


@given(st.text(st.one_of(st.characters(), st.sampled_from("./\\\r\n\x00\u202e ")), max_size=300))
def test_no_name_leaves_its_folder_or_hides_anything(sent: str) -> None:
    saved = file_name(sent)
    assert saved
    assert not set('/\\:*?"<>|\r\n\x00') & set(saved)
    assert not ODD.search(saved)
    assert len(saved) <= 141
    assert saved.strip(".") == saved


def test_files_of_a_form_that_comes_back_wait_under_a_mark_until_it_is_sent(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    wrong = dana.post(f"/c/{ref}/do/note", {"text": "", "seen": "1", "files": SimpleUploadedFile("a.log", CONTENT)})
    assert wrong.status_code == 422
    assert house.front.unsent.weight() == len(CONTENT)
    kept = re.search(r'name="kept" value="([^"]+)"', wrong.content.decode())
    assert kept is not None
    sent = dana.post(f"/c/{ref}/do/note", {"text": "the log", "seen": "1", "kept": kept[1]})
    assert (sent.status_code, house.front.unsent.weight()) == (303, 0)
    house.clock.advance(timedelta(days=3))
    assert unsent.sweep(house.desk) == 0


def test_a_form_goes_on_without_a_file_that_was_removed_meanwhile(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    wrong = dana.post(f"/c/{ref}/do/note", {"text": "", "seen": "1", "files": SimpleUploadedFile("a.log", CONTENT)})
    kept = re.search(r'name="kept" value="([^"]+)"', wrong.content.decode())
    assert kept is not None
    house.front.unsent.condemn(house.clock() + timedelta(seconds=1), 9)
    late = dana.post(f"/c/{ref}/do/note", {"text": "the log", "seen": "1", "kept": kept[1]})
    page = late.content.decode()
    assert late.status_code == 422
    assert "Choose it again" in page
    assert "the log" in page
    assert 'name="kept"' not in page


@pytest.mark.parametrize("late", [True, False])
def test_nothing_is_sent_without_a_file_that_was_chosen(house: House, sign_in: SignIn, late: bool) -> None:
    ref, dana = story.report(house), sign_in()
    wrong = dana.post(f"/c/{ref}/do/note", {"text": "", "seen": "1", "files": SimpleUploadedFile("a.log", CONTENT)})
    kept = re.search(r'name="kept" value="([^"]+)"', wrong.content.decode())
    assert kept
    if late:
        house.clock.advance(timedelta(hours=13))
        dana = sign_in()
    typed = {"text": "see the log", "seen": "1", "kept": kept[1] if late else [kept[1], "forged"]}
    again = dana.post(f"/c/{ref}/do/note", typed)
    page = again.content.decode()
    assert again.status_code == 422
    assert "Choose it again" in page
    assert "see the log" in page
    assert ('name="kept"' in page) is not late
    view = queries.view(house.desk, ref, house.dana)
    assert view
    assert not view.team_thread


def test_what_comes_with_a_form_that_takes_no_files_is_removed(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    dana.post(f"/c/{ref}/do/assign", {"seen": "1", "files": SimpleUploadedFile("a.log", CONTENT)})
    house.clock.advance(timedelta(days=3))
    assert unsent.sweep(house.desk) == 1
