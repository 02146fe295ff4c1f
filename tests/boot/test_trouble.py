# SPDX-License-Identifier: Apache-2.0
"""A database that is locked or full: “not now” in plain words, nothing acknowledged or lost, and then it works."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress

import httpx2
import pytest

from tests.boot.test_serve import free, tocsin, until
from tests.support import ROOT
from tocsin.boot.demo.browser import Browser, Unexpected

pytestmark = pytest.mark.slow

REPORT = {"kind": "found", "title": "A crash in the decoder", "reproduce": "Call it and look.", "version": "7.3.1"}


@contextmanager
def served(home, data):
    """A front of its own over `data`, with a store that loses patience after one second."""
    public, desk = (f"http://127.0.0.1:{free()}" for _ in range(2))
    made = tocsin("init", "--dir", str(home), "--data", str(data), "--url", public, "--desk-url", desk,
                  "--policy", "examples/policies/warehousepg.toml")  # fmt: skip
    assert made.returncode == 0, made.stderr
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "TOCSIN_CONFIG": str(home / "tocsin.toml"),
        "TOCSIN_DATABASE_URL": "sqlite:///tocsin.db?timeout=1",
    }
    process = subprocess.Popen([sys.executable, "-m", "tocsin.boot.main", "serve"], env=environment, cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the front answers")
        yield f"{public}/p/warehousepg/report"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def send(form, files=None):
    """Walk one report to its receipt; returns the words of the receipt page."""
    with closing(Browser()) as browser:
        checked = browser.send(browser.get(form), "/report", {**REPORT, "do": "check"}, files)
        return browser.send(checked, "/report", {"do": "send"}).words


def fill(ballast):
    """Leave not a byte on the disk."""
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    for size in (1 << 20, 1 << 12, 1):
        with suppress(OSError):
            while True:
                os.write(descriptor, b"\0" * size)
    os.close(descriptor)


def cases(data):
    """How many journal lines the database holds."""
    with closing(sqlite3.connect(data / "tocsin.db")) as connection:
        return connection.execute("select count(*) from tocsin_journal").fetchone()[0]


def test_a_locked_database_says_not_now_and_loses_nothing(tmp_path):
    data = tmp_path / "data"
    with served(tmp_path, data) as form:
        holder = sqlite3.connect(data / "tocsin.db", isolation_level=None)
        holder.execute("begin immediate")
        with pytest.raises(Unexpected, match="answered 503"):
            send(form)
        holder.execute("rollback")
        holder.close()
        assert cases(data) == 0
        assert "return phrase" in send(form)
        assert cases(data) == 1


def test_a_full_disk_says_not_now_and_acknowledges_nothing(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs", str(data)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        with served(tmp_path, data) as form:
            fill(data / "ballast")
            with pytest.raises(Unexpected, match="answered 503"):
                send(form, {"files": ("poc.bin", os.urandom(300_000))})
            (data / "ballast").unlink()
            assert cases(data) == 0
            assert "return phrase" in send(form, {"files": ("poc.bin", os.urandom(300_000))})
    finally:
        subprocess.run(["umount", "-l", str(data)], check=False)
