# SPDX-License-Identifier: Apache-2.0
"""One command from nothing to a running server: `init`, `serve`, two listeners, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.support import ROOT

PATIENCE = 60


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tocsin(*words: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **({"TOCSIN_CONFIG": str(config)} if config else {})}
    command = [sys.executable, "-m", "tocsin.boot.main", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)


def until(condition, what: str):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            seen = condition()
        except httpx2.TransportError:
            seen = None
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"{what} within {PATIENCE} s")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A served installation: its configuration file, process and two addresses."""
    home = tmp_path_factory.mktemp("served")
    public, desk = (f"http://127.0.0.1:{free()}" for _ in range(2))
    made = tocsin(
        "init", "--dir", str(home), "--url", public, "--desk-url", desk, "--admin", "Dana <dana@example.org>",
        "--policy", "examples/policies/community.toml", "--policy", "examples/policies/warehousepg.toml",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    config = home / "tocsin.toml"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(config)}
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the front answers")
        until(lambda: httpx2.get(f"{desk}/sign-in").status_code == 200, "the desk answers")
        yield config, process, public, desk
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def children(pid: int) -> dict[int, str]:
    """The processes that a process started, with their roles."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid:
            roles = [each.decode().partition("=")[2] for each in environment if each.startswith(b"TOCSIN_ROLE=")]
            found[int(entry.name)] = roles[0] if roles else ""
    return found


def test_both_listeners_answer_with_every_security_header(running):
    _, _, public, desk = running
    for url in (f"{public}/p/warehousepg/report", f"{desk}/sign-in", f"{public}/nothing-here", f"{desk}/nothing-here"):
        headers = httpx2.get(url).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), url
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers
        assert "set-cookie" not in headers or url.startswith(desk)


def test_the_front_knows_no_desk_and_the_desk_no_report_form(running):
    _, _, public, desk = running
    assert httpx2.get(f"{public}/inbox").status_code == 404
    assert httpx2.get(f"{desk}/p/warehousepg/report").status_code in (302, 404)


def test_nobody_unknown_sees_the_inbox(running):
    _, _, _, desk = running
    answer = httpx2.get(f"{desk}/inbox", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].endswith("/sign-in")


def test_keys_lie_outside_the_data_and_nobody_else_reads_them(running):
    config, _, _, _ = running
    keys = list((config.parent / "keys").iterdir())
    assert {path.suffix for path in keys} >= {".kek"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*keys, config.parent / "keys"])
    assert list((config.parent / "data").rglob("*.kek")) == []


def test_a_listener_that_dies_is_started_again(running):
    _, process, public, _ = running
    time.sleep(6)  # sooner than this an end counts as a failure to start
    front = next(pid for pid, role in children(process.pid).items() if role == "front")
    os.kill(front, signal.SIGKILL)
    until(lambda: any(r == "front" and p != front for p, r in children(process.pid).items()), "a new front")
    until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the new front answers")


def test_init_never_overwrites_an_installation(running):
    config, _, _, _ = running
    again = tocsin("init", "--dir", str(config.parent))
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_a_broken_installation_says_what_to_do(tmp_path):
    made = tocsin("init", "--dir", str(tmp_path), "--policy", "examples/policies/community.toml")
    assert made.returncode == 0
    (key,) = (tmp_path / "keys").glob("*.kek")
    key.chmod(0o644)
    refused = tocsin("verify", config=tmp_path / "tocsin.toml")
    assert refused.returncode == 1
    assert f"chmod 600 {key}" in refused.stderr
