# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.intake import Report, completeness, next_question
from tocsin.services import intake, worker
from tocsin.services.intake import Receipt
from tocsin.services.queries import inbox
from tocsin.testing.house import house

RISING = (
    Report(title="Crash", reproduce="It crashes.", version="unknown"),
    Report(title="Crash in demo_decode", reproduce="Run SELECT demo_decode('x') twice in a row.", version="7.3.1"),
    Report(
        title="Crash in demo_decode",
        reproduce="Run SELECT demo_decode('x') twice in a row.",
        version="7.3.1",
        effects="The server stops.",
        attack_surface="Anybody who may log in.",
        dependencies="zlib 1.2.13",
    ),
)
TEXT = st.text(alphabet="ab \n", max_size=40)


def test_more_detail_raises_the_bar_and_each_report_becomes_a_case() -> None:
    made = house()
    for report in RISING:
        assert isinstance(intake.receive(made.front, "warehousepg", report, made.front.mint.nonce()), Receipt)
    worker.run_once(made.desk)
    lines = {line.title: line.answered for line in inbox.page(made.desk, made.dana).lines}
    assert len(inbox.page(made.desk, made.dana).lines) == 3
    assert lines["Crash"] == 0
    assert [len(completeness(report)) for report in RISING] == [0, 2, 5]


def test_the_question_is_about_what_is_missing_most() -> None:
    asked = [next_question(report) for report in RISING]
    assert "step by step" in asked[0]
    assert "hardware and software" in asked[1]
    assert asked[2] == ""


@given(TEXT, TEXT, TEXT, TEXT)
def test_more_words_never_cost_a_report_anything(title: str, steps: str, effects: str, more: str) -> None:
    before = Report(title=title, reproduce=steps, version="1", effects=effects)
    after = Report(title=title + more, reproduce=steps + more, version="1", effects=effects + more)
    assert set(completeness(before)) <= set(completeness(after))
