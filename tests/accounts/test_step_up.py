# SPDX-License-Identifier: Apache-2.0
"""Step-up at the terminal with the second factors that somebody set up at the desk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.accounts.conftest import Person, Served, code
from tests.support import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("accounts")]


def new_token(served: Served, typed: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(served.home / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", "token", "new", "-p", "warehousepg", "--label", "CI"]
    command += ["--as", "nia@example.org"]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    return done.returncode, done.stdout


def test_a_code_of_the_app_or_an_unused_recovery_code_is_asked_for_at_the_terminal(served: Served) -> None:
    nia = Person(served)
    nia.enter(served.add("Nia"))
    assert new_token(served, "")[0] == 0, "on loopback, nobody is asked who has none yet"
    nia.set_up()
    for wrong in ("", "000000\n", "00000000\n"):
        assert new_token(served, wrong) == (4, "")
    told = new_token(served, f"{code(nia.secret)}\n")
    assert (told[0], told[1].startswith("tsn_")) == (0, True)
    recovery = f"{nia.codes[0]}\n"
    assert new_token(served, recovery)[0] == 0
    assert new_token(served, recovery) == (4, ""), "a recovery code is good once"
