# SPDX-License-Identifier: Apache-2.0
"""The questions an import leaves can be answered with their proposals, and what comes out is a policy."""

from __future__ import annotations

import pytest

from tests.support import shared
from tocsin.core.policy.answers import answer, proposed
from tocsin.core.policy.importer import import_security_md
from tocsin.core.policy.load import load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.toml_write import write

ADDRESS = '{ kind = "email", address = "security@example.org" }'


def told(imported, **own):
    answers = {choice.path: proposed(choice) for choice in imported.choices}
    if "intake.channel" in answers:
        answers["intake.channel"] = ADDRESS
    return answers | own


@pytest.mark.parametrize("name", ["community-SECURITY.md", "warehousepg-SECURITY.md"])
def test_the_proposals_make_a_policy_of_every_source_document(name):
    imported = import_security_md(shared("seeds", name).read_bytes())
    text = write(answer(imported.policy, told(imported)))
    loaded = load(text)
    assert isinstance(loaded, Policy), loaded
    assert uncited(text) == ()


def test_an_answer_is_marked_as_the_projects_own_choice():
    imported = import_security_md(shared("seeds", "warehousepg-SECURITY.md").read_bytes())
    loaded = load(write(answer(imported.policy, told(imported, **{"disclosure.max": "21 days"}))))
    assert isinstance(loaded, Policy)
    assert str(loaded.disclosure.max) == "21 days"
    assert loaded.source("disclosure.max").chosen


def test_no_answer_leaves_the_policy_silent():
    imported = import_security_md(shared("seeds", "warehousepg-SECURITY.md").read_bytes())
    tables = answer(imported.policy, {"disclosure.max": "  "})
    assert "max" not in tables["disclosure"]


def test_words_that_are_no_toml_stay_words_and_are_judged_with_the_whole():
    tables = answer({"sla": {}}, {"sla.calendar": "{ broken"})
    assert tables["sla"]["calendar"] == "{ broken"
