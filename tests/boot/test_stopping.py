# SPDX-License-Identifier: Apache-2.0
"""Whoever asks demo or server to stop is heard, at whatever instant they ask and however often; each end is clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

DEMO = """
import os, signal, sys, time
from tocsin.boot.demo import stopping

stopping.heed()
{control}

class Dropping:
    def __del__(self):
        {ask}

try:
    try:
        {when}
        time.sleep(20)
        print("went on")
    finally:
        time.sleep(0.3)
        print("left clean")
except KeyboardInterrupt:
    print("stopped")
"""
BOTH = (
    "signal.pthread_sigmask(signal.SIG_BLOCK, stopping.STOPS); [os.kill(os.getpid(), each) for each in stopping.STOPS];"
    " signal.pthread_sigmask(signal.SIG_UNBLOCK, stopping.STOPS)"
)
ONCE = "os.kill(os.getpid(), signal.SIGTERM)"


def demo(ask: str, when: str, control: str = "") -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", DEMO.format(ask=ask, when=when, control=control)]
    return subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("ask", [ONCE, BOTH], ids=["once", "every way at the same time"])
@pytest.mark.parametrize("when", ["{ask}", "Dropping()"], ids=["while it waits", "while something is taken down"])
def test_the_demo_stops_clean_whenever_and_however_it_is_asked(ask: str, when: str) -> None:
    done = demo(ask, when.format(ask=ask))
    assert done.stdout.split("\n") == ["left clean", "stopped", ""]
    assert not done.stderr


def test_control_python_itself_drops_what_is_raised_while_something_is_taken_down() -> None:
    control = "sys.unraisablehook = sys.__unraisablehook__; time.sleep = lambda seconds: None"
    assert "went on" in demo(ONCE, "Dropping()", control).stdout


SERVER = """
import os, sys
from types import SimpleNamespace as Told
from tocsin.boot import serve

SLOW = '''
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), print("ended in good order", flush=True), sys.exit()))
print("up", flush=True)
time.sleep(20)
'''
serve.Listener._command = lambda self: [sys.executable, "-c", SLOW]
config = Told(server=Told(listen="a:1", desk_listen="b:2"), inbound=Told(listen=""), keys=Told(socket=""),
              holder_socket="none")
sys.exit(serve.serve(config, os.environ, [serve.Role.FRONT]))
"""


def test_a_server_that_is_asked_again_while_it_ends_its_processes_ends_them_all_the_same() -> None:
    words = [sys.executable, "-c", SERVER]
    with subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        for _ in range(10):  # what it started takes longer to end
            process.send_signal(signal.SIGTERM)
            time.sleep(0.02)
        assert process.stdout.read() == "ended in good order\n"
        assert (process.wait(), process.stderr.read()) == (0, "")
