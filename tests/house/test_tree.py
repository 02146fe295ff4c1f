# SPDX-License-Identifier: Apache-2.0
"""What may not be in the tree: where it was made, whom it was downloaded from, and notes to oneself."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house import tree
from tests.support import ROOT

# Needles are put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    f"{host}.{top}"
    for host, top in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("proxy.golang", "org"),
        ("rubygems", "org"),
    ]
]
PLACES = [f"/{place}/" for place in ("work", "farm", "root", "opt/pypi", "opt/wheels")]
NOTES = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "W" + "IP"]

REGISTRY = re.compile("|".join(map(re.escape, REGISTRIES)))
PLACE = re.compile(rf"(?<![\w.~-])({'|'.join(map(re.escape, PLACES))})")
NOTE = re.compile(rf"\b({'|'.join(NOTES)})\b")

MODULE_LINES = 400
CHANGE = re.compile(r"[a-z0-9-]+\.(added|changed|fixed)\.md")


QUOTED = ("tests/data/", "src/tocsin/boot/demo/data/", "src/tocsin/core/formats/schemas/")


def ours(path: Path) -> bool:
    """Data of others is quoted as it was found: an advisory links to a package's page, a schema explains with one."""
    return not tree.name(path).startswith(QUOTED)


def findings(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Where the pattern stands, as `file:line: what`."""
    return [
        f"{tree.name(path)}:{number}: {found[0]}"
        for path in paths
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]


@pytest.mark.parametrize("pattern", [REGISTRY, PLACE, NOTE], ids=["registry", "place", "note"])
def test_nothing_in_the_tree_tells_of_its_making(pattern: re.Pattern[str]) -> None:
    assert findings(pattern, [path for path in tree.tracked() if ours(path)]) == []


@pytest.mark.parametrize(
    ("pattern", "caught", "free"),
    [
        (REGISTRY, f"--index-url https://{REGISTRIES[0]}/simple", "https://example.org/simple"),
        (PLACE, f"see {PLACES[0]}notes", f"https://example.org{PLACES[0]}notes"),
        (NOTE, f"# {NOTES[0]} later", "mastodon"),
    ],
    ids=["registry", "place", "note"],
)
def test_the_search_finds_what_it_is_for(pattern: re.Pattern[str], caught: str, free: str) -> None:
    assert pattern.search(caught)
    assert not pattern.search(free)


def test_every_module_states_its_licence_and_purpose() -> None:
    bare = []
    for path in tree.modules():
        lines = path.read_text(encoding="utf-8").splitlines()
        if lines[:1] != ["# SPDX-License-Identifier: Apache-2.0"]:
            bare.append(f"{tree.name(path)}: SPDX line first")
        if not lines[1:2] or not lines[1].startswith('"""'):
            bare.append(f"{tree.name(path)}: docstring second")
    assert bare == []


def test_every_script_and_test_states_its_licence() -> None:
    code = [path for path in tree.tracked() if path.suffix in {".py", ".sh"} or tree.text(path).startswith("#!")]
    bare = [tree.name(path) for path in code if ours(path) and path.stat().st_size]
    assert [name for name in bare if "SPDX-License-Identifier: Apache-2.0" not in tree.text(ROOT / name)[:200]] == []


def test_every_shell_script_parses_and_those_with_a_first_line_can_be_run() -> None:
    scripts = [path for path in tree.tracked() if path.suffix == ".sh" or tree.text(path).startswith("#!/bin/sh")]
    assert {"check", "tocsin", ".ci/run"} <= {tree.name(path) for path in scripts}
    for path in scripts:
        done = subprocess.run(["sh", "-n", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert os.access(path, os.X_OK) == tree.text(path).startswith("#!"), tree.name(path)


def test_no_module_outgrows_its_reader() -> None:
    sizes = {tree.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in tree.modules()}
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_a_change_note_is_one_sentence_to_an_operator() -> None:
    notes = [path for path in tree.tracked() if path.parent == ROOT / "changes" and path.suffix == ".md"]
    odd = [
        tree.name(path)
        for path in notes
        if not CHANGE.fullmatch(path.name) or not re.fullmatch(r"[^\n]+\.\n?", path.read_text(encoding="utf-8"))
    ]
    assert odd == []
