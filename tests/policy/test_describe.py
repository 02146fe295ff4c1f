# SPDX-License-Identifier: Apache-2.0
"""Every promise of the two source documents stands in what their policies write; a list shows each sentence."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support import DATA, golden
from tocsin.core.clock import at
from tocsin.core.policy.describe import intake_words, security_md, security_txt
from tocsin.core.policy.drift import drift
from tocsin.core.policy.importer import import_security_md, values
from tocsin.core.policy.lint import Severity, lint_security_txt, worst
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.reading import read
from tocsin.core.policy.seeds import NAMES, seed

CHANGED = tomllib.loads((DATA / "policies" / "reworded.toml").read_text(encoding="utf-8"))
NOW = at("2026-11-21T12:00:00Z")


def policy(name: str) -> Policy:
    loaded = load(seed(name) or "")
    assert isinstance(loaded, Policy)
    return loaded


def original(name: str) -> bytes:
    return (DATA / "policies" / f"{name}-SECURITY.md").read_bytes()


def sentences(data: bytes) -> list[str]:
    """The sentences of a document without layout: spaces joined, marks off, addresses out."""
    kept = (unit.text for unit in read(data).page.units if unit.shape is not Shape.HEADING)
    return [re.sub(r"\s+([,.])", r"\1", " ".join(text.split())) for text in kept]


@pytest.mark.parametrize("name", NAMES)
def test_each_promise_of_the_original_stands_in_the_rendered_document(name):
    rendered = sentences(security_md(policy(name)).encode())
    said = sentences(original(name))
    reworded = CHANGED[name]
    lost = [text for text in said if text not in rendered and text not in reworded]
    assert lost == []
    for before, after in reworded.items():
        assert before in said, f"not a sentence of the original: {before}"
        assert before not in rendered, f"no longer reworded: {before}"
        assert after in rendered, f"not in the rendered document: {after}"


@pytest.mark.parametrize("name", NAMES)
def test_the_rendered_document_is_the_one_somebody_read(name):
    golden(DATA / "policies" / f"{name}.rendered.md", security_md(policy(name)))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rendered_does_not_drift_from_its_policy(name):
    assert drift(policy(name), security_md(policy(name)).encode()) == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_original_document_does_not_contradict_its_policy(name):
    found = drift(policy(name), original(name))
    assert worst(found) is Severity.INFO
    golden(
        DATA / "policies" / f"{name}.drift.txt",
        "".join(f"{each.line}: {each.code}: {each.message}\n" for each in found),
    )


def test_a_number_edited_by_hand_is_drift():
    text = security_md(policy("community")).replace(
        "within 3 business days, including", "within 5 business days, including"
    )
    (found,) = drift(policy("community"), text.encode())
    assert (found.code, found.severity) == ("drift-differs", Severity.ERROR)
    assert "5 business days here and 3 business days in the policy" in found.message


def test_a_promise_taken_out_or_added_by_hand_is_drift():
    text = security_md(policy("warehousepg"))
    without = text.replace("perform internal testing", "have a coffee")
    assert "drift-gone" in {each.code for each in drift(policy("warehousepg"), without.encode())}
    more = text + "\nReports are assessed within 5 days.\n"
    assert "drift-unspoken" in {each.code for each in drift(policy("warehousepg"), more.encode())}


@pytest.mark.parametrize("name", NAMES)
def test_security_txt_holds_before_our_own_check_and_expires(name):
    text = security_txt(policy(name), NOW)
    assert {each.code for each in lint_security_txt(text.encode(), NOW)} <= {"not-signed", "no-encryption"}
    assert "Expires: 2027-05-20T12:00:00Z\n" in text
    assert "may_be_absent" not in text


@pytest.mark.parametrize("name", NAMES)
def test_sectxt_accepts_the_rendered_security_txt(name):
    sectxt = pytest.importorskip("sectxt", reason="the judge is a library of the tests only")
    from datetime import UTC, datetime

    assert sectxt.Parser(security_txt(policy(name), datetime.now(UTC)).encode()).errors == []


def test_a_channel_that_may_be_absent_is_not_in_security_txt():
    assert "advisories/new" not in security_txt(policy("community"), NOW)


def test_the_words_of_the_form_are_the_policys_own():
    words = intake_words(policy("warehousepg"))
    assert words.title == "Report a vulnerability in WarehousePG"
    assert words.questions[0].words == "Descriptive subject line"
    assert any("secure-by-default" in sentence for sentence in words.posture)
    assert words.promise[0].startswith("Feedback will be sent promptly, within 3 business days")


def test_a_policy_with_every_kind_of_promise_is_read_back_whole():
    text = (DATA / "policies" / "everything.toml").read_text(encoding="utf-8")
    loaded = load(text)
    assert isinstance(loaded, Policy), loaded
    assert drift(loaded, security_md(loaded).encode()) == ()
    said = values(import_security_md(security_md(loaded).encode()).policy)
    assert said["sla"]["acknowledgement"] == {"within": "24 hours"}
    assert said["sla"]["updates"] == {"every": "7 days"}
