# SPDX-License-Identifier: Apache-2.0
"""The child that takes hostile input apart: what it lists, what it cannot do, and that nothing gets out of hand."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.support import ROOT
from tocsin.adapters.child.archive import listing
from tocsin.adapters.child.run import parse
from tocsin.services.ports.child import Failed, Listing

pytestmark = pytest.mark.slow


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, bytes], packed: bool = True) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


FILES = {"poc/run.py": b"print(1)\n" * 99, "poc/crash.bin": bytes(range(256))}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_is_listed_in_the_child(pack) -> None:
    seen = parse("archive", pack(FILES), Listing)
    assert isinstance(seen, Listing), seen
    assert {member.name: member.size for member in seen.members} == {name: len(body) for name, body in FILES.items()}
    assert seen.suspicious == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\nxx", "image/png"), (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>", "text/html"), (b"plain words", "text/plain"), (b"", "text/plain"),
        (b"\x7fELF\x02", "application/x-elf"), (b"\0\x01\x02", "application/octet-stream"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    assert listing(content).kind == kind


def test_what_is_odd_about_an_archive_is_told() -> None:
    bomb = parse("archive", gzip.compress(b"\0" * 200_000_000), Listing)
    assert isinstance(bomb, Listing)
    assert bomb.suspicious == ("unpacks to more than 32 MiB",)
    assert "names reach outside" in listing(zipped({"../../etc/passwd": b"x"})).suspicious
    assert any("times its size" in odd for odd in listing(zipped({"a": b"\0" * 30_000_000})).suspicious)
    many = listing(zipped({str(number): b"" for number in range(1200)}))
    assert (len(many.members), "more than 1000 members" in many.suspicious) == (1000, True)


def test_what_is_damaged_fails_in_words_without_its_content() -> None:
    seen = parse("archive", b"PK\x03\x04 secret words", Listing)
    assert seen == Failed(because="it is not what it says it is")


@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("open('/etc/hostname')", "OSError"),
        ("__import__('socket').socket()", "OSError"),
        ("__import__('sqlite3').connect('/tmp/x').execute('select 1')", "OperationalError"),
        ("bytearray(2 << 30)", "MemoryError"),
        ("__import__('resource').setrlimit(7, (99, 99))", "ValueError"),
    ],
)
def test_behind_the_closed_door_nothing_can_be_reached(attempt: str, refused: str) -> None:
    code = (
        "import socket, sqlite3, resource, os\n"
        "from tocsin.adapters.child.main import close_the_door\n"
        "os.geteuid() or os.setgroups([]) or os.setresuid(12345, 12345, 12345)\n"
        "close_the_door()\n"
        f"try:\n    {attempt}\n    print('reached')\n"
        "except BaseException as error:\n    print(type(error).__name__)\n"
    )
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == refused, done.stderr


def test_control_with_the_door_open_all_of_it_can() -> None:
    done = subprocess.run([sys.executable, "-c", "open('/etc/hostname'); __import__('socket').socket()"])
    assert done.returncode == 0


def test_the_child_gets_no_environment_and_no_open_file() -> None:
    os.environ["TOCSIN_TEST_SECRET"] = "s"
    try:
        assert isinstance(parse("archive", b"x", Listing), Listing)
    finally:
        del os.environ["TOCSIN_TEST_SECRET"]


def test_a_thousand_broken_archives_end_in_a_listing_or_a_refusal(deep: bool) -> None:
    chance = random.Random(1)
    whole = [zipped(FILES), tarred(FILES), tarred(FILES, packed=False), gzip.compress(b"text" * 999)]
    for _ in range(20_000 if deep else 1000):
        broken = bytearray(chance.choice(whole))
        for _ in range(chance.randrange(1, 9)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        cut = bytes(broken[: chance.randrange(len(broken) + 1)])
        try:
            assert isinstance(listing(cut), Listing)
        except (ValueError, EOFError, OSError, RuntimeError, LookupError):
            continue


def test_some_of_them_in_the_child_itself() -> None:
    chance = random.Random(2)
    for _ in range(6):
        broken = bytearray(chance.choice([zipped(FILES), tarred(FILES)]))
        broken[chance.randrange(len(broken))] ^= 0xFF
        assert isinstance(parse("archive", bytes(broken), Listing), Listing | Failed)
