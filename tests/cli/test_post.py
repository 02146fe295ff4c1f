# SPDX-License-Identifier: Apache-2.0
"""The outgoing half of `tocsin mail`: what it prints, what it changes, and that a preview sends nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from tests.cli.conftest import Shell
from tests.services.acts import ready, report
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.services.post import members
from tocsin.testing.post import MemoryServer, read


@pytest.fixture
def server(shell: Shell) -> MemoryServer:
    made = MemoryServer()
    desk = shell.home.desk
    shell.home.desk = replace(
        desk, post=replace(desk.post, sends=made, reads=Engine(parse), host="security.example.org")
    )
    return made


def public(address: str, directory: Path) -> Path:
    made = Tsk.generate(user_ids=[f"x <{address}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)
    path = directory / "key.asc"
    path.write_text(str(made.extract_certificate()))
    return path


def test_a_preview_is_the_exact_mail_and_nothing_is_sent(shell: Shell, server: MemoryServer) -> None:
    ref = report(shell.home).case
    ready(shell.home, ref)
    mail = read(shell.ok("mail", "preview", ref, "oss-security").encode())
    assert mail["To"] == "oss-security@lists.openwall.com"
    assert str(mail["Subject"]).startswith("[WarehousePG] ")
    assert "Out-of-bounds read in the decoder" in mail.get_content()
    assert not any(each.to == "oss-security@lists.openwall.com" for each in server.sent)
    assert shell("mail", "preview", ref, "linux-distros").exit_code == 7, "without an embargo nothing goes there"
    assert shell("mail", "preview", ref, "nowhere").exit_code == 7
    assert shell("mail", "preview", "WHPG-2026-xxxxx", "oss-security").exit_code != 0


def test_a_test_mail_is_sent_at_once_and_the_answer_is_told(shell: Shell, server: MemoryServer) -> None:
    assert "sent" in shell.ok("mail", "test", "you@example.net", "--project", "warehousepg")
    assert [each.to for each in server.sent] == ["you@example.net"]
    assert shell("mail", "test", "no address", "--project", "warehousepg").exit_code == 7
    server.away = True
    assert shell("mail", "test", "you@example.net", "--project", "warehousepg").exit_code == 9


def test_a_persons_wishes_and_key_are_kept(shell: Shell, server: MemoryServer, tmp_path: Path) -> None:
    key = public("dana@example.org", tmp_path)
    said = shell.ok("mail", "me", "--zone", "Europe/Berlin", "--quiet", "22-7", "--digest", "8", "--key", str(key))
    assert "22-7" in said
    assert members.of(shell.home.desk, shell.home.dana).key is not None
    assert "none" in shell.ok("mail", "me", "--quiet", "none", "--digest", "none")
    assert shell("mail", "me", "--quiet", "late").exit_code == 2
    assert shell("mail", "me", "--zone", "Nowhere").exit_code == 7
    assert shell("mail", "me", "--key", str(public("li@example.org", tmp_path))).exit_code == 7
    assert "key     none" in shell.ok("mail", "me", "--key", "none")
    assert members.of(shell.home.desk, shell.home.dana).key is None
    assert shell("mail", "me", "--key", str(tmp_path / "absent")).exit_code == 2
    assert "key     none" in shell.ok("mail", "me", "--key", "none"), "a second time changes nothing"


def test_a_reporters_key_is_noted_and_used_once_it_is_verified(
    shell: Shell, server: MemoryServer, tmp_path: Path
) -> None:
    ref = report(shell.home).case
    key = public("finder@example.net", tmp_path)
    assert "nobody yet" in shell.ok("mail", "key", "add", ref, str(key))
    fingerprint = shell.ok("mail", "key", "list", ref).split("\n")[1].split("  ")[0]
    assert shell("mail", "key", "verify", ref, "A" * 40).exit_code == 7
    assert "verified" in shell.ok("mail", "key", "verify", ref, fingerprint)
    assert shell.home.dana in shell.ok("mail", "key", "list", ref)
    assert shell("mail", "key", "add", ref).exit_code == 2
    assert shell("mail", "key", "add", ref, "--look-up", "finder@example.net").exit_code == 7


def test_what_waits_is_listed_without_saying_what_it_is(shell: Shell, server: MemoryServer) -> None:
    assert "No mail waits" in shell.ok("mail", "queue")
    server.away = True
    from tocsin.services import worker

    ref = report(shell.home).case
    for _ in range(2):
        worker.run_once(shell.home.desk)
    listed = shell.ok("mail", "queue")
    assert ref in listed
    assert "Out-of-bounds" not in listed
    assert "dana@example.org" not in listed
