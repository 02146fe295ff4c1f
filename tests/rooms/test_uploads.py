# SPDX-License-Identifier: Apache-2.0
"""Files are sealed while they arrive and never read past a limit; whatever fails leaves nothing behind."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.test.utils import override_settings

from tests.rooms import site, walk
from tocsin.adapters.vault import FileBlobs
from tocsin.core.intake import MAX_FILE_BYTES, MAX_FILES, MAX_REPORT_BYTES
from tocsin.delivery import uploads
from tocsin.delivery.reporter.answers import unpack
from tocsin.services.ports.store import Unavailable
from tocsin.testing.house import House
from tocsin.testing.vault import MemoryBlobs

MIB = 1024 * 1024
BOUNDARY = "----tocsin"


class Wire(io.RawIOBase):
    """A request body that is made while it is read, and remembers how much of it was."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        self.taken += len(given)
        return given


def part(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file_head(name: str) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    return f"{head}Content-Type: application/octet-stream\r\n\r\n".encode()


def body(*files: tuple[str, int], **fields: str) -> Iterator[bytes]:
    for name, value in fields.items():
        yield part(name, value)
    for name, length in files:
        yield file_head(name)
        for _ in range(length // MIB):
            yield b"\x00" * MIB
        yield b"\x00" * (length % MIB) + b"\r\n"
    yield f"--{BOUNDARY}--\r\n".encode()


def post(wire: Wire, length: int, address: str = walk.REPORT) -> tuple[int, str]:
    """Send a request as a server would, straight to the application."""
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": address, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", "CONTENT_LENGTH": str(length),
        "HTTP_SEC_FETCH_SITE": "same-origin", "wsgi.input": wire, "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }  # fmt: skip
    said: list[str] = []
    answer = WSGIHandler()(environ, lambda status, _headers: said.append(status))
    text = b"".join(answer).decode()
    answer.close()
    return int(said[0].split()[0]), text


def blobs(house: House) -> MemoryBlobs:
    store = house.front.blobs
    assert isinstance(store, MemoryBlobs)
    return store


def test_what_announces_more_than_all_limits_together_is_not_read_at_all(house: House) -> None:
    wire = Wire(body(("big", 300 * MIB)))
    status, text = post(wire, 300 * MIB)
    assert status == 413
    assert wire.taken == 0
    assert "50 MiB each and 200 MiB together" in text
    assert "what you typed is still there" in text


def test_reading_stops_at_the_first_byte_over_a_files_limit_and_typed_text_is_kept(house: House) -> None:
    wire = Wire(body(("core.dump", 80 * MIB), **walk.GOOD))
    status, text = post(wire, 81 * MIB)
    assert status == 413
    assert wire.taken <= MAX_FILE_BYTES + 2 * MIB
    assert "“core.dump” is over 50 MiB" in text
    assert walk.GOOD["title"] in text
    assert not blobs(house).sealed


def test_reading_stops_at_the_limit_of_all_files_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_REPORT_BYTES", 4 * MIB)
    wire = Wire(body(*((f"{n}.bin", MIB) for n in range(9)), **walk.GOOD))
    status, text = post(wire, 10 * MIB)
    assert status == 413
    assert wire.taken <= 6 * MIB
    assert "4 MiB together" in text
    assert MAX_FILE_BYTES < MAX_REPORT_BYTES < uploads.MAX_BODY


def test_one_file_too_many_is_refused_and_the_others_are_kept(visitor: Client, house: House) -> None:
    files = tuple(walk.named(f"{n}.log", b"x") for n in range(MAX_FILES + 1))
    answer = walk.fill(visitor, files)
    shown = walk.page(answer)
    assert answer.status_code == 413
    assert f"At most {MAX_FILES} files" in shown.text
    assert len(shown.fields["kept"]) == MAX_FILES
    assert shown.fields["title"] == [walk.GOOD["title"]]


def test_files_kept_and_files_sent_count_together(visitor: Client) -> None:
    first = walk.fill(visitor, tuple(walk.named(f"{n}.log", b"x") for n in range(MAX_FILES)), title="")
    more = {**walk.page(first).fields, **walk.GOOD, "files": [walk.named("last.log", b"x")], "do": "check"}
    assert f"At most {MAX_FILES} files" in walk.page(visitor.post(walk.REPORT, more)).text


def test_memory_stays_flat_whatever_the_files_size(house: House, tmp_path: Path) -> None:
    site.current[-1] = replace(house.front, blobs=FileBlobs(tmp_path / "attachments", "measure"))
    post(Wire(body(("warm.up", MIB))), 2 * MIB)
    tracemalloc.start()
    wire = Wire(body(("core.dump", 40 * MIB), **walk.GOOD))
    status, _ = post(wire, 41 * MIB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 200
    assert wire.taken > 40 * MIB
    assert peak < 8 * MIB


def test_typed_bytes_arrive_as_they_were_typed_and_a_file_nobody_chose_is_none(house: House) -> None:
    odd = "\x00 a\r\nb\nc --" + BOUNDARY + " \u202e\ud7ff\U0001f600 " + "x" * 70_000
    typed = {**walk.GOOD, "effects": odd}
    whole = b"".join((*(part(*field) for field in typed.items()), file_head(""), f"\r\n--{BOUNDARY}--\r\n".encode()))
    status, text = post(Wire(iter([whole])), len(whole))
    answers = unpack(walk.Page(text).fields["answers"][0])
    assert status == 200
    assert answers
    assert answers.effects == odd.replace("\r\n", "\n"), "forms send every end of a line as CR LF"
    assert not blobs(house).sealed


def test_no_plain_file_is_written_while_files_arrive(visitor: Client, tmp_path: Path) -> None:
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path), FILE_UPLOAD_MAX_MEMORY_SIZE=0):
        walk.send(visitor, (walk.named("poc.sh", b"#!/bin/sh\n" * 100_000),))
    assert not list(tmp_path.iterdir())


def test_a_store_that_is_full_says_not_now_and_keeps_nothing(visitor: Client, house: House) -> None:
    kept = blobs(house).create

    def full() -> object:
        writer = kept()

        def no_space(chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

        if blobs(house).sealed:
            writer.write = no_space  # type: ignore[method-assign]
        return writer

    files = (walk.named("first.log", b"x"), walk.named("second.log", b"y"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blobs(house), "create", full)
        answer = walk.fill(visitor, files)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "Nothing was taken" in answer.content.decode()
    assert not blobs(house).sealed


def test_a_database_that_cannot_write_acknowledges_nothing(visitor: Client, house: House) -> None:
    checked = walk.fill(visitor)
    house.store.refusal = Unavailable("the disk is full")
    answer = walk.press(visitor, checked, "send")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    house.store.refusal = None
    walk.phrase(walk.press(visitor, checked, "send"))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"\x00\xff garbage without any boundary", 400),
        (part("title", "half a form"), 400),
        (file_head("cut.log") + b"only the beginning", 400),
        (file_head("whole.log") + b"whole\r\n" + file_head("cut.log") + b"only the beginning", 400),
        (f"--{BOUNDARY}\r\nX-Nothing: else\r\n\r\n\r\n--{BOUNDARY}--\r\n".encode(), 400),
        (b"".join(part(f"f{n}", "") for n in range(600)), 413),
        (part("effects", "x" * (5 * MIB)), 413),
        (part("form", "x") + f"--{BOUNDARY}\r\nX: {'y' * 5000}\r\n\r\n".encode(), 413),
    ],
    ids=["nothing", "garbage", "torn", "torn file", "second file torn", "no name", "fields", "text", "headers"],
)
def test_a_form_that_makes_no_sense_gets_a_page_and_leaves_nothing(house: House, sent: bytes, status: int) -> None:
    found, text = post(Wire(iter([sent])), len(sent))
    assert found == status
    assert "<h1" in text
    assert not blobs(house).sealed


def test_a_boundary_that_is_none_and_a_length_that_is_none_are_refused(visitor: Client) -> None:
    torn = visitor.generic("POST", walk.REPORT, b"x", content_type="multipart/form-data; boundary=\xff")
    assert torn.status_code == 400
    torn = visitor.generic("POST", walk.REPORT, b"x", content_type="multipart/form-data", CONTENT_LENGTH="many")
    assert torn.status_code == 400


@pytest.mark.parametrize(
    ("given", "suggested"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("quote%22.html", "quote_.html"),  # as browsers write a quotation mark (HTML, 4.10.21.8)
        ("röntgen.log", "röntgen.log"),
        ("a" * 300 + ".log", "a" * 116 + ".log"),
        ("line\u2028break\u202egnp.exe", "linebreakgnp.exe"),
        ("%2e%2e%2f.svg", "%2e%2e%2f.svg"),
    ],
)
def test_dangerous_names_are_harmless_and_every_file_is_saved_never_shown(
    visitor: Client, given: str, suggested: str
) -> None:
    content = b"<svg onload=alert(1)>"
    receipt = walk.send(visitor, (walk.named(given, content),))
    room = walk.page(walk.come_back(visitor, walk.phrase(receipt)) and visitor.get(walk.ROOM))
    link = next(each["href"] for each in room.all("a") if "/files/" in (each.get("href") or ""))
    assert link
    answer = visitor.get(link)
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert f'filename="{suggested}"' in disposition or f"filename*=utf-8''{quote(suggested)}" in disposition
