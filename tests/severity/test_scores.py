# SPDX-License-Identifier: Apache-2.0
"""Scores equal what FIRST publishes, and a wrong vector is refused with the metric and the column."""

from __future__ import annotations

import ast
import csv
import itertools
import json
from pathlib import Path

import pytest

from tests.support import DATA, shared
from tocsin.core.severity import Rating, Severity, convert, must_score, rating, score
from tocsin.core.vocabulary import Refused

FIRST = DATA / "severity" / "first"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _disagreements(rows: list[dict[str, str]]) -> list[tuple[dict[str, str], Severity | Refused]]:
    wrong = []
    for row in rows:
        found = score(row["vector"])
        if row["validity"] == "valid":
            agrees = isinstance(found, Severity) and found.overall == float(row["expected_score"])
        else:
            agrees = isinstance(found, Refused)
        if not agrees:
            wrong.append((row, found))
    return wrong


@pytest.mark.parametrize("name", ["v20-complete", "v30-complete", "v31-complete"])
def test_base_and_overall_scores_equal_the_published_examples(name: str) -> None:
    for example in json.loads((FIRST / f"{name}.json").read_text()):
        found = must_score(example["vector"])
        assert (found.base, found.overall) == (example["base"], example["final"]), example["vector"]


@pytest.mark.parametrize("name", ["v31-base", "v40-base", "v40-macro"])
def test_scores_and_words_equal_the_published_examples(name: str) -> None:
    for example in json.loads((FIRST / f"{name}.json").read_text()):
        found = must_score(example["vector"])
        assert found.overall == example["score"], example["vector"]
        assert rating(found.overall).upper() == example["severity"]


def test_the_sampled_reference_corpus_agrees() -> None:
    assert not _disagreements(_rows(FIRST / "v40-corpus.tsv"))


@pytest.mark.slow
def test_the_whole_reference_corpus_agrees() -> None:
    rows = _rows(shared("standards", "cvss", "v4.0", "first-reference-corpus.tsv"))
    assert len(rows) == 17_105
    assert not _disagreements(rows)


@pytest.mark.slow
def test_every_vector_of_the_red_hat_sets_agrees() -> None:
    wrong, seen = [], 0
    for path in sorted(shared("standards", "cvss", "redhat-vectors").glob("*.txt")):
        for line in filter(None, path.read_text().splitlines()):
            vector, _, expected = line.partition(" - ")
            numbers = ast.literal_eval(expected)
            overall = [each for each in (numbers if isinstance(numbers, tuple) else (numbers,)) if each is not None][-1]
            found = score(vector)
            seen += 1
            if not isinstance(found, Severity) or found.overall != abs(overall):
                wrong.append((line, found))
    assert seen > 5_000
    assert not wrong


def test_what_people_really_publish_is_scored_or_refused_and_never_breaks() -> None:
    for row in _rows(shared("standards", "cvss", "as-published-by-cnas.tsv")):
        assert isinstance(score(row["vectorString"]), Severity | Refused)


@pytest.mark.parametrize(
    ("vector", "metric", "column"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:Z/I:H/A:H", "C", 34),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/XX:1", "XX", 46),
        ("CVSS:3.0/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV", 15),
        ("CVSS:4.0/AV:N/AT:N/AC:L/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "AC", 20),
        ("AV:N/AC:L/Au:Q/C:N/I:N/A:C", "Au", 11),
    ],
)
def test_a_refusal_names_the_metric_and_its_column(vector: str, metric: str, column: int) -> None:
    found = score(vector)
    assert isinstance(found, Refused)
    assert found.missing == (metric,)
    assert metric in found.because
    assert f"column {column}" in found.because
    assert vector[column - 1 :].startswith(metric)


@pytest.mark.parametrize(
    "vector", ["", "nonsense", "CVSS:3.1/", "CVSS:5.0/AV:N", "CVSS:3.1", "cvss:3.1/AV:N", "AV:N/\0"]
)
def test_what_is_no_vector_is_refused(vector: str) -> None:
    assert isinstance(score(vector), Refused)


def test_missing_base_metrics_are_listed() -> None:
    found = score("CVSS:3.1/AV:N/AC:L")
    assert isinstance(found, Refused)
    assert found.missing == ("PR", "UI", "S", "C", "I", "A")


def test_the_three_headline_scores_of_one_weakness_are_as_published() -> None:
    """UX 3.6: 3.0 = 8.8, 3.1 = 8.8, 4.0 = 8.7; changed scope 9.9."""
    assert must_score("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H").base == 8.8
    assert must_score("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H").base == 8.8
    assert must_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").base == 8.7
    assert must_score("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H").base == 9.9


@pytest.mark.parametrize(
    ("tail", "three_oh", "three_one"),
    [
        ("AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:H/E:H/RL:U/RC:U", 4.7, 4.6),
        ("AV:P/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/E:U/RL:W/RC:C/CR:H/MAC:H/MUI:R/MC:H/MA:H", 6.1, 6.2),
    ],
    ids=["rounding", "modified-scope"],
)
def test_three_oh_and_three_one_differ_where_they_must(tail: str, three_oh: float, three_one: float) -> None:
    """3.1 defined its rounding anew and changed the environmental formula (v3.1 user guide 2.4 to 2.6)."""
    assert must_score(f"CVSS:3.0/{tail}").overall == three_oh
    assert must_score(f"CVSS:3.1/{tail}").overall == three_one


def test_without_further_metrics_the_overall_score_is_the_base_score() -> None:
    values = ("NALP", "LH", "NLH", "NR", "UC", "HLN", "HLN", "HLN")
    for chosen in itertools.product(*values):
        fields = zip(("AV", "AC", "PR", "UI", "S", "C", "I", "A"), chosen, strict=True)
        found = must_score("CVSS:3.0/" + "/".join(f"{name}:{value}" for name, value in fields))
        assert found.overall == found.base


def test_conversion_between_three_oh_and_three_one_is_reversible() -> None:
    vector = "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P"
    later = convert(vector, "3.1")
    assert later == vector.replace("3.0", "3.1")
    assert convert(str(later), "3.0") == vector


def test_conversion_to_four_is_left_to_a_person() -> None:
    found = convert("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "4.0")
    assert isinstance(found, Refused)
    assert found.code == "cvss.convert"


def test_optional_metrics_survive_and_undefined_ones_are_dropped() -> None:
    found = must_score("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P/RL:X")
    assert found.vector.endswith("/A:H/E:P")
    assert found.base > found.overall


def test_a_vector_that_was_never_checked_is_a_bug() -> None:
    with pytest.raises(ValueError, match="none of CVSS"):
        must_score("8.8")


def test_words_follow_the_official_scale() -> None:
    scale = {
        0.0: "None",
        0.1: "Low",
        3.9: "Low",
        4.0: "Medium",
        6.9: "Medium",
        7.0: "High",
        8.9: "High",
        9.0: "Critical",
    }
    assert {points: rating(points) for points in scale} == {points: Rating(word) for points, word in scale.items()}
