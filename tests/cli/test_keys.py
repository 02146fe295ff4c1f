# SPDX-License-Identifier: Apache-2.0
"""The five keys from the terminal, for people, spreadsheets and monitoring."""

from __future__ import annotations

import csv
import json

from tests.services.acts import report
from tocsin.delivery.cli.exits import Exit


def test_the_keys_are_shown_and_exported_alike(shell):
    report(shell.home)
    shown = shell.ok("metrics", "show")
    assert "Time to first human answer" in shown
    told = json.loads(shell.ok("metrics", "show", "--json"))
    rows = list(csv.DictReader(shell.ok("metrics", "export").splitlines()))
    assert [row["key"] for row in rows] == [key["name"] for key in told["keys"]]
    assert shell.ok("metrics", "export", "--format", "openmetrics").endswith("# EOF\n")


def test_a_badge_waits_for_five_reports(shell):
    assert shell("metrics", "badge", "--project", "warehousepg").exit_code == Exit.FAILED
