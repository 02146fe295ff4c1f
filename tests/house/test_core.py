# SPDX-License-Identifier: Apache-2.0
"""The rules run anywhere: no framework, no I/O, no clock, no chance. Here stands what is allowed."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.house import tree
from tests.support import ROOT

# jsonschema_rs judges bytes in memory by schemas that ship with the package; it is told never to fetch.
LIBRARIES = {"cvss", "holidays", "jsonschema_rs", "msgspec", "packageurl", "packaging", "rfc8785", "univers"}
STANDARD = {
    "__future__", "array", "base64", "binascii", "bisect", "calendar", "collections", "contextlib", "dataclasses",
    "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "html",
    "importlib.resources", "itertools", "json", "math", "operator", "re", "statistics", "string", "struct", "textwrap",
    "tomllib", "types", "typing", "unicodedata", "urllib.parse", "uuid", "xml.sax.saxutils", "zlib", "zoneinfo",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "breakpoint"}
IMPURE_METHODS = {"now", "utcnow", "today", "uuid1", "uuid4"}

BLOCKED = """
import importlib.abc, pkgutil, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError(f"{name} is not for the rules")

sys.meta_path.insert(0, Block())
"""

WALK = """
import tocsin.core

for each in pkgutil.walk_packages(tocsin.core.__path__, "tocsin.core."):
    __import__(each.name)
"""


def impurities(source: str) -> list[str]:
    """What a module of the rules may not contain, as `line: what`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
            if node.module == "importlib":  # tables shipped inside the package are part of the rules
                names = [f"importlib.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=called) if called in IMPURE_CALLS:
                    found.append(f"{node.lineno}: calls {called}")
                case ast.Attribute(attr=called) if called in IMPURE_METHODS:
                    found.append(f"{node.lineno}: calls {called}")
        found += [f"{node.lineno}: imports {name}" for name in names if not allowed(name)]
    return found


def allowed(module: str) -> bool:
    top = module.partition(".")[0]
    return module.startswith("tocsin.core") or top in LIBRARIES or module in STANDARD or top in STANDARD


def test_the_rules_import_and_call_only_what_is_allowed() -> None:
    core = [path for path in tree.modules() if path.is_relative_to(tree.SOURCE / "core")]
    assert core
    found = [f"{tree.name(path)}:{line}" for path in core for line in impurities(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "from random import choice",
        "from django.db import models",
        "from urllib.request import urlopen",
        "from tocsin.services import cases",
        "x = datetime.now(UTC)",
        "open('file')",
    ],
)
def test_an_impure_line_is_found(line: str) -> None:
    assert impurities(line)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True)


def test_all_of_core_imports_with_the_framework_blocked() -> None:
    done = run(BLOCKED + WALK)
    assert done.returncode == 0, done.stderr


def test_the_block_blocks() -> None:
    assert "not for the rules" in run(BLOCKED + "import django.conf").stderr
