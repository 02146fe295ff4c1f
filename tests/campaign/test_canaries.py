# SPDX-License-Identifier: Apache-2.0
"""Forty secrets through the life of a case: nowhere on the disk, in a log, a backup, a public page or a process list,
in any encoding, does one of them stand readable (S8)."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import signal
import string
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.measure import Tree, free_ports, until
from tests.campaign.search import forms, hits
from tests.support import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("canaries")]

COUNT = 40
PAGES = (
    "/", "/p/warehousepg/", "/p/warehousepg/policy", "/p/warehousepg/advisories/", "/p/warehousepg/advisories.atom",
    "/p/warehousepg/advisories.rss", "/p/warehousepg/advisories.json", "/p/warehousepg/report", "/p/warehousepg/return",
    "/p/warehousepg/advisories/WHPG-SA-2026-001", "/.well-known/security.txt", "/.well-known/tocsin-log/checkpoint",
    "/.well-known/csaf/provider-metadata.json", "/osv/all.zip", "/v1/vulns/WHPG-SA-2026-001", "/nothing-here",
    "/p/warehousepg/room", "/p/warehousepg/affected", "/healthz",
)  # fmt: skip


def secrets(seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["canary" + "".join(chance.choices(string.ascii_lowercase, k=18)) for _ in range(COUNT)]


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "TOCSIN_CONFIG": str(home / "instance" / "tocsin.toml"),
        "TMPDIR": str(home / "tmp"),
        "TOCSIN_AS": "dana@example.org",
    }


def run(home: Path, log: str, *words: str) -> None:
    with (home / log).open("ab") as out:
        done = subprocess.run([sys.executable, *words], env=environment(home), cwd=ROOT, stdout=out, stderr=out)
    assert done.returncode == 0, (home / log).read_text(errors="replace")[-3000:]


@contextmanager
def serving(home: Path, front: str) -> Iterator[Tree]:
    with (home / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
        server = subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=log, stderr=log)
    try:
        until(f"{front}/healthz", 90)
        yield Tree(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def look(home: Path, front: str, name: str) -> None:
    """Keep what the public is shown."""
    for number, page in enumerate(PAGES):
        (home / f"{name}-{number}").write_bytes(fetched(f"{front}{page}"))


def lived(home: Path, planted: list[str], *after: str) -> None:
    """An installation below `home` through which the secrets went, to the end; what it shows to the public, before and
    after publication, and what it tells by mail, hook, calendar and feed lies there as well."""
    (home / "tmp").mkdir()
    front, desk = (f"http://127.0.0.1:{port}" for port in free_ports(2))
    policy = str(ROOT / "examples" / "policies" / "warehousepg.toml")
    run(home, "init.log", "-m", "tocsin.boot.main", "init", "--dir", str(home / "instance"), "--url", front,
        "--desk-url", desk, "--policy", policy, "--admin", "Dana <dana@example.org>")  # fmt: skip
    run(home, "init.log", "-m", "tocsin.boot.main", "people", "add", "Li", "li@example.org", "--role",
        "warehousepg:owner")  # fmt: skip
    with (home / "instance" / "tocsin.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[mail]\nfolder = "{home / "mails"}"\nsender = "security@warehousepg.org"\n')
    with serving(home, front) as tree:
        run(home, "life.log", "-m", "tests.campaign.life", json.dumps(planted), str(home))
        look(home, front, "page")
        run(home, "after.log", "-m", "tests.campaign.after", (home / "case").read_text(), str(home), *after)
        look(home, front, "after")
        (home / "processes").write_bytes(b"\n".join(told(pid) for pid in tree.pids()))
        run(home, "backup.log", "-m", "tocsin.boot.main", "backup")
        run(home, "cli.log", "-m", "tocsin.boot.main", "metrics", "show")
        run(home, "cli.log", "-m", "tocsin.boot.main", "keys", "ledger")


def fetched(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return b"%s\n%s" % (str(answer.headers).encode(), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return b"%s\n%s" % (str(error.headers).encode(), error.read())


def told(pid: int) -> bytes:
    """What others on the machine see of a process: its arguments."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def everything(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.rglob("*")):
        if path.is_file():
            yield path.relative_to(home).as_posix(), path.read_bytes()


def found(home: Path, planted: list[str]) -> list[tuple[str, str, str]]:
    return [(name, secret, form) for name, content in everything(home) for secret, form in hits(content, planted)]


def test_forty_secrets_through_the_whole_life_are_readable_nowhere(tmp_path: Path) -> None:
    planted = secrets(1)
    lived(tmp_path, planted)
    names = [name for name, _ in everything(tmp_path)]
    disk = ("tocsin.db", "attachments/", "backups/", "life.log", "server.log", "ledger/", "log.export", "processes")
    outside = ("page-0", "after-4", "mails/", "hooks", "calendar-before", "calendar-after", "measures-after", "site/")
    for part in (*disk, *outside):
        assert any(part in name for name in names), f"nothing was searched of {part}"
    assert b"WHPG-SA-2026-001" in (tmp_path / "after-4").read_bytes(), "the feed lists the advisory"
    address = next(each for each in planted if each.encode() in told_to(tmp_path))
    hidden = [each for each in planted if each != address]
    assert found(tmp_path, hidden) == []
    inside = [name for name, *_ in found(tmp_path, [address])]
    assert {name.split("/")[0] for name in inside} == {"mails"}, (
        "a mail bears the address it goes to, and nothing else does"
    )


def told_to(home: Path) -> bytes:
    """The addresses that mails went to."""
    lines = b"\n".join(path.read_bytes() for path in (home / "mails").iterdir()).splitlines()
    return b"\n".join(line for line in lines if line.lower().startswith(b"to:"))


@pytest.mark.deep
def test_control_words_of_the_case_that_are_published_are_caught(tmp_path: Path) -> None:
    planted = secrets(3)
    lived(tmp_path, planted, "--leaking")
    caught = {name.split("/")[0].partition("-")[0] for name, _, _ in found(tmp_path, planted)}
    assert "after" in caught
    assert "page" not in caught


def test_control_a_build_that_seals_nothing_is_caught(tmp_path: Path) -> None:
    planted = secrets(2)
    (tmp_path / "tmp").mkdir()
    policy = str(ROOT / "examples" / "policies" / "warehousepg.toml")
    run(tmp_path, "init.log", "-m", "tocsin.boot.main", "init", "--dir", str(tmp_path / "instance"), "--policy", policy,
        "--admin", "Dana <dana@example.org>")  # fmt: skip
    run(tmp_path, "life.log", "-m", "tests.campaign.life", json.dumps(planted), str(tmp_path), "--unsealed")
    caught = {secret for name, secret, _ in found(tmp_path, planted) if "tocsin.db" in name}
    assert len(caught) > COUNT // 2


@pytest.mark.parametrize("form", list(forms("canaryabcdefghijklmnop")))
def test_control_each_form_is_found_between_other_things(form: str) -> None:
    secret = "canaryabcdefghijklmnop"
    assert (secret, form) in hits(b"before\0" + forms(secret)[form] + b"\0after", [secret])


def test_control_what_is_encoded_with_other_things_around_it_is_found() -> None:
    secret = "canaryabcdefghijklmnop"
    for around in range(8):
        text = b"x" * around + secret.encode() + b"y" * (9 - around)
        assert hits(base64.b64encode(text), [secret])
        assert hits(base64.urlsafe_b64encode(text), [secret])
        assert hits(base64.b32encode(text), [secret])
    assert hits(b"junk" + gzip.compress(b"a " + secret.encode()) + b"junk", [secret])
    assert not hits(b"canary and nothing else", [secret])
