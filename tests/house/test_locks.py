# SPDX-License-Identifier: Apache-2.0
"""The locks: every package pinned by version and hash, no address anywhere, and in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support import ROOT

NAMES = ["runtime", "postgres", "dev"]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)(?: ; ([^\\\n]+))? \\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?$)+)", re.M)
OPTION = re.compile(r"^\s*-(?!-hash=)|://|@ ", re.M)


@cache
def lock(name: str) -> dict[str, tuple[str, str]]:
    """The lock's pins: version and hashes by package; where interpreters need different ones, the newest's."""
    content = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {pin[1]: (pin[2], pin[4].replace(" \\", "")) for pin in PIN.finditer(content)}


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_holds_hashes_and_no_addresses(name: str) -> None:
    content = (ROOT / "requirements" / f"{name}.txt").read_text()
    pinned = [line for line in content.splitlines() if line and line[0] not in " #"]
    assert len(PIN.findall(content)) == len(pinned) > 0
    assert OPTION.findall(content) == []


@pytest.mark.parametrize("line", ["--index-url x", "x @ file", "-e .", "https://example.org/x.whl"])
def test_an_address_would_be_found(line: str) -> None:
    assert OPTION.search(line)


@pytest.mark.parametrize(("smaller", "larger"), [("runtime", "postgres"), ("postgres", "dev")])
def test_each_lock_holds_the_smaller_one_at_the_same_versions(smaller: str, larger: str) -> None:
    assert lock(smaller).items() <= lock(larger).items()


def test_the_locks_meet_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        "runtime": project["project"]["dependencies"],
        "postgres": project["project"]["optional-dependencies"]["postgres"],
        "dev": project["dependency-groups"]["dev"],
    }
    for name, lines in asked.items():
        for requirement in map(Requirement, lines):
            version, _ = lock(name)[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} against {version}: run requirements/update"
