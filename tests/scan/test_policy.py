# SPDX-License-Identifier: Apache-2.0
"""The evaluator of policies says nothing about ours, and knows bad ones when it sees them."""

from __future__ import annotations

import pytest

from tests.scan.policy import findings
from tocsin.boot.middleware import POLICY


def test_nothing_is_wrong_with_the_policy_of_every_page() -> None:
    assert findings(POLICY) == []


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ("", "there is no policy"),
        (POLICY.replace("default-src 'none'", "default-src *"), "default-src: *"),
        (f"{POLICY}; script-src 'unsafe-inline'", "script-src: 'unsafe-inline'"),
        (f"{POLICY}; script-src https:", "script-src: https:"),
        (POLICY.replace("base-uri 'none'; ", ""), "base-uri is missing, and default-src does not stand in for it"),
        (f"{POLICY}; img-src http://a.example", "img-src"),
        (f"{POLICY}; report-uri https://a.example", "reports would leave the page"),
        ("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", "scripts may run"),
    ],
)
def test_control_a_weaker_policy_is_caught(policy: str, wrong: str) -> None:
    given = policy if "img-src http" not in policy else policy.replace("img-src 'self'; ", "")
    assert any(each.startswith(wrong) for each in findings(given)), findings(given)
