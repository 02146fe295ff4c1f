# SPDX-License-Identifier: Apache-2.0
"""A process that a supervisor started ends with it, however that ends; one that was started by hand does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")

CHILD = "from tocsin.boot import lifeline; lifeline.tie(); print('up', flush=True); import time; time.sleep(300)"
PARENT = """
import os, subprocess, sys
from tocsin.boot import lifeline
told = lifeline.told(os.environ) if sys.argv[1] == "tied" else os.environ
child = subprocess.Popen([sys.executable, "-c", sys.argv[2]], env=told, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""
# A listener as granian is one: it catches SIGTERM, and what it forks inherits that.
LISTENER = """
import multiprocessing, os, signal, time
from tocsin.boot import lifeline
lifeline.tie()
signal.signal(signal.SIGTERM, lambda *_: None)
def work():
    lifeline.tie()
    print(os.getpid(), flush=True)
    time.sleep(300)
multiprocessing.get_context("fork").Process(target=work).start()
time.sleep(300)
"""


def alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and that nobody took notice of does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def parent(*words: str) -> tuple[subprocess.Popen[str], int]:
    """Somebody who starts a process, and that process's id."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", PARENT, *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_what_a_killed_supervisor_started_ends() -> None:
    process, child = parent("tied", CHILD)
    assert alive(child)
    end(process)
    assert until(lambda: not alive(child))


def test_control_what_somebody_started_by_hand_goes_on() -> None:
    process, child = parent("loose", CHILD)
    end(process)
    try:
        assert alive(child)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_supervisor_that_is_gone_before_its_process_is_up_is_noticed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_SUPERVISED": "1999999"}
    done = subprocess.run([sys.executable, "-c", CHILD], env=environment, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGTERM


def test_a_listeners_worker_ends_with_it_also_where_it_would_not_listen_to_sigterm() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_SUPERVISED": str(os.getpid())}
    process = subprocess.Popen([sys.executable, "-c", LISTENER], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    worker = int(process.stdout.readline())
    assert alive(worker)
    end(process)
    assert until(lambda: not alive(worker))
