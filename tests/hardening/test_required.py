# SPDX-License-Identifier: Apache-2.0
"""What an advisory asks for, found in its text; and what a server's answers mean."""

from __future__ import annotations

import pytest

from tocsin.core.hardening.checks import Topic, checks
from tocsin.core.hardening.report import Rows, Server, Verdict, compare, judge
from tocsin.core.hardening.required import Absent, Setting, required


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Set `ALTER SYSTEM SET demo_ext.enabled = off;` and reload.", [Setting(name="demo_ext.enabled", value="off")]),
        ("`password_encryption = scram-sha-256`", [Setting(name="password_encryption", value="scram-sha-256")]),
        ("`SET search_path TO pg_catalog`", [Setting(name="search_path", value="pg_catalog")]),
        ("```sql\nSET a.b = '1 h';\nDROP EXTENSION x;\n```", [Setting(name="a.b", value="1 h"), Absent(name="x")]),
        ("SET demo.enabled = off;", [Setting(name="demo.enabled", value="off")]),
        ("    ssl = on\n", [Setting(name="ssl", value="on")]),
        ("Keep x = y in mind, and set nothing.", []),
        ("`SELECT 1`; `rm -rf /`; `pg_hba.conf`", []),
        ("", []),
        ("`" * 10_000 + "=" * 10_000, []),
    ],
)  # fmt: skip
def test_only_what_stands_as_code_is_asked_for(text: str, found: list[object]) -> None:
    assert list(required(text)) == found


def test_a_setting_is_compared_as_the_server_means_it() -> None:
    server = Server(version="v", number=150004, settings={"ssl": "on", "x": "5"}, extensions={"plperl": "1.0"})
    asked = [Setting(name="ssl", value="true"), Setting(name="x", value="6"), Setting(name="no", value="1"),
             Absent(name="plperl"), Absent(name="plpython3u")]  # fmt: skip
    found = compare(asked, server, "WHPG-SA-2026-001")
    assert [each.verdict for each in found] == [
        Verdict.KEPT, Verdict.BROKEN, Verdict.NOT_ASKED, Verdict.BROKEN, Verdict.KEPT,
    ]  # fmt: skip
    assert found[1].remedy == "ALTER SYSTEM SET x = '6'; SELECT pg_reload_conf();"
    assert "WHPG-SA-2026-001" in found[1].why


def test_every_check_says_what_why_and_what_to_do() -> None:
    found = checks()
    assert len({each.id for each in found}) == len(found) >= 15
    assert {each.topic for each in found} == set(Topic)
    for each in found:
        assert each.title
        assert each.why.endswith((".", ")."))
        assert each.remedy
        assert each.source
        assert each.sql.split()[0] == "SELECT"
        assert ";" not in each.sql


def test_a_check_that_cannot_be_asked_is_never_called_kept() -> None:
    check = checks()[0]
    assert judge(check, Rows(refused="permission denied")).verdict is Verdict.NOT_ASKED
    assert judge(check, Rows(rows=("x",))).verdict is Verdict.BROKEN
    assert judge(check, Rows()).verdict is Verdict.KEPT
