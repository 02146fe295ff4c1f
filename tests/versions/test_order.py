# SPDX-License-Identifier: Apache-2.0
"""Each scheme orders versions as its ecosystem does; every scheme has its folder of pairs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import DATA, shared
from tocsin.core.versions import SCHEMES, compare, is_version, scheme, scheme_called, sort

VERSIONS = DATA / "versions"
PAIR = re.compile(r"^(\S+) ([<=>]) (\S+)$")


def _pairs(path: Path) -> list[tuple[str, str, str]]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    found = [PAIR.match(line) for line in lines if line and not line.startswith(("//", "#"))]
    return [match.groups() for match in found if match]  # type: ignore[misc]


def _wrong(name: str, pairs: list[tuple[str, str, str]]) -> list[str]:
    return [f"{a} {op} {b}" for a, op, b in pairs if compare(name, a, b) != op]


def test_every_scheme_has_its_folder_and_every_folder_its_scheme() -> None:
    folders = {path.name for path in VERSIONS.iterdir() if path.is_dir()}
    assert folders == {each.name for each in SCHEMES}


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*/*.txt")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_pairs_are_ordered_as_listed(path: Path) -> None:
    name = path.parent.name
    pairs = _pairs(path)
    assert len(pairs) >= 10
    assert not _wrong(name, pairs)
    assert not _wrong(name, [(b, {"<": ">", ">": "<", "=": "="}[op], a) for a, op, b in pairs])


@pytest.mark.parametrize(("name", "file"), [("pep440", "pypi"), ("debian", "debian"), ("maven", "maven")])
def test_the_generated_lists_of_real_releases_are_ordered_as_listed(name: str, file: str) -> None:
    pairs = _pairs(shared("standards", "version-order", "osv-semantic", f"{file}-versions-generated.txt"))
    assert len(pairs) > 2_000
    assert not _wrong(name, pairs)


def test_the_vers_suite_of_maven_is_ordered_as_listed() -> None:
    path = shared("standards", "version-order", "vers", "tests", "maven_version_cmp_test.json")
    tests = json.loads(path.read_text())["tests"]
    assert len(tests) > 600
    for each in tests:
        versions = each["input"]["versions"]
        if each["test_type"] == "equality":
            assert (compare("maven", *versions) == "=") is each["expected_output"], versions
        else:
            assert sort("maven", versions) == each["expected_output"], versions


@pytest.mark.parametrize("name", [each.name for each in SCHEMES])
def test_what_is_no_version_is_refused(name: str) -> None:
    for text in ("", "\0"):
        with pytest.raises(ValueError, match=r"not a |neither"):
            scheme(name).key(text)
    for text in ("", "\0", "---"):
        assert not is_version(scheme(name), text)


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
    st.sampled_from(["", "a", "b", "rc"]),
    st.integers(0, 3),
    st.sampled_from(["", ".post0", ".post7"]),
    st.sampled_from(["", ".dev0", ".dev11"]),
)
def test_a_canonical_python_version_read_quickly_has_the_key_of_the_reference_implementation(
    release: str, letter: str, before: int, post: str, dev: str
) -> None:
    quick = f"{release}{letter}{before if letter else ''}{post}{dev}"
    slow = f"0!{quick}"  # an epoch is not canonical for the quick way, and 0 is what all others have
    assert scheme("pep440").key(quick) == scheme("pep440").key(slow)


def test_a_legacy_python_version_is_ordered_but_not_accepted_in_a_new_advisory() -> None:
    assert compare("pep440", "0.9-eevee", "0.1") == "<"
    assert not is_version(scheme("pep440"), "0.9-eevee")
    assert is_version(scheme("pep440"), "0.9rc1")


def test_an_unknown_scheme_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        compare("roman", "I", "V")


def test_sorting_is_by_number_and_not_by_letter() -> None:
    assert sort("postgres", ["16.10", "16.9", "9.6.24", "17beta1"]) == ["9.6.24", "16.9", "16.10", "17beta1"]


@pytest.mark.parametrize(
    ("name", "line", "span"),
    [
        ("semver", "7.4", ("7.4.0", "7.5.0")),
        ("semver", "7", ("7.0.0", "8.0.0")),
        ("semver", "7.4.2", ("", "")),
        ("postgres", "16", ("16", "17")),
        ("postgres", "9.6", ("9.6", "9.7")),
        ("pep440", "4.2", ("4.2", "4.3")),
        ("generic", "4.20", ("4.20", "4.21")),
        ("generic", "trunk", ("", "")),
        ("semver", "", ("", "")),
    ],
)
def test_a_line_knows_where_it_begins_and_ends(name: str, line: str, span: tuple[str, str]) -> None:
    assert scheme(name).span(line) == span


numbers = st.lists(st.integers(0, 40), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))
versions = {
    "semver": st.builds(str.__add__, numbers, st.sampled_from(["", "-rc.1", "-alpha", "-0", "+build"])),
    "postgres": st.builds(str.__add__, numbers, st.sampled_from(["", "beta1", "rc2"])),
    "pep440": st.builds(str.__add__, numbers, st.sampled_from(["", "rc1", ".post1", ".dev2"])),
    "debian": st.builds(
        "{}:{}{}-{}".format, st.integers(0, 2), numbers, st.sampled_from(["", "~rc1", "+dfsg"]), numbers
    ),
    "rpm": st.builds("{}:{}{}-{}".format, st.integers(0, 2), numbers, st.sampled_from(["", "~rc1", "^git1"]), numbers),
    "maven": st.builds(
        str.__add__, numbers, st.sampled_from(["", "-rc1", "-SNAPSHOT", ".RELEASE", "-1", "-foo", "b2"])
    ),
    "npm": st.builds(str.__add__, numbers, st.sampled_from(["", "-rc.1", "-alpha"])),
    "go": st.builds(str.__add__, numbers, st.sampled_from(["", "-rc.1", "-0.20240101000000-abcdefabcdef"])),
    "nuget": st.builds(str.__add__, numbers, st.sampled_from(["", "-RC.1", "-alpha", "+build"])),
    "gem": st.builds(str.__add__, numbers, st.sampled_from(["", ".rc1", ".a", "-1"])),
    "composer": st.builds(str.__add__, numbers, st.sampled_from(["", "-RC1", "b2", "-dev", "pl1"])),
    "alpine": st.builds(str.__add__, numbers, st.sampled_from(["", "_rc1", "_p2", "-r3", "a"])),
    "arch": st.builds("{}:{}-{}".format, st.integers(0, 2), numbers, st.integers(0, 3)),
    "conan": st.builds(str.__add__, numbers, st.sampled_from(["", "-rc.1", "+build"])),
    "gentoo": st.builds(str.__add__, numbers, st.sampled_from(["", "_rc1", "_p2", "-r3", "a"])),
    "nginx": numbers,
    "openssl": st.builds(str.__add__, st.sampled_from(["0.9.8", "1.0.1", "1.0.2"]), st.sampled_from(["", "a", "zh"])),
    "intdot": numbers,
    "datetime": st.datetimes().map(lambda each: f"{each:%Y}".zfill(4) + f"{each:-%m-%dT%H:%M:%SZ}"),
    "lexicographic": st.text(min_size=1, max_size=12).filter(lambda text: "\0" not in text),
    "generic": st.text(min_size=1, max_size=12).filter(lambda text: bool(re.search(r"[0-9a-z]", text.lower()))),
}


@pytest.mark.parametrize("name", [each.name for each in SCHEMES if each.ordered])
@given(data=st.data())
def test_order_is_total_and_consistent(name: str, data: st.DataObject) -> None:
    a, b, c = (data.draw(versions[name]) for _ in range(3))
    mirror = {"<": ">", ">": "<", "=": "="}
    assert compare(name, a, a) == "="
    assert compare(name, b, a) == mirror[compare(name, a, b)]
    if compare(name, a, b) != ">" and compare(name, b, c) != ">":
        assert compare(name, a, c) != ">"


def test_which_of_two_commits_came_first_is_not_guessed() -> None:
    assert compare("git", "A72D2C07", "a72d2c07") == "="
    with pytest.raises(ValueError, match="only the repository"):
        compare("git", "a72d2c07", "244fd47e")


@pytest.mark.parametrize(
    ("alias", "name"), [("PyPI", "pep440"), ("deb", "debian"), ("PostgreSQL", "postgres"), ("npm", "npm")]
)
def test_a_scheme_answers_to_the_names_that_documents_give_it(alias: str, name: str) -> None:
    assert scheme_called(alias) is scheme(name)
