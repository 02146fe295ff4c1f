# SPDX-License-Identifier: Apache-2.0
"""Catalogues of the reporter's room: which sentences there are, what a catalogue says, and how it is compiled.

Running Tocsin needs no tool for them, and changing one needs only this: `UPDATE_GOLDEN=1` compiles every `.po` file.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tocsin.core import intake, notices
from tocsin.core.case.shared import Part
from tocsin.delivery import uploads
from tocsin.delivery.reporter import questions, request, terms
from tocsin.delivery.reporter.languages import CODES
from tocsin.delivery.reporter.views import report, visit
from tocsin.services import room

PACKAGE = Path(request.__file__).parent
FOREIGN = sorted(CODES - {"en"})
_CALL = re.compile(r"""(?<![\w.])(?:gettext|gettext_noop|_)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*[,)]""")
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def written() -> set[str]:
    """Every sentence that stands in a template, or as a constant where a module of the room says something."""
    found = set()
    for path in (PACKAGE / "templates").rglob("*.*"):
        found |= {ast.literal_eval(text) for text in _CALL.findall(templatize(path.read_text()))}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found |= set(_said(node))
    return {each for each in found if each.strip()}


def _said(node: ast.AST) -> Iterator[str]:
    """Constants that a call says to the reader, and the labels of answers given back."""
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if not isinstance(node, ast.Call) or called not in ("gettext", "marked", "told", "FieldError", "Line"):
        return
    arguments = [*node.args[1:2]] if called == "Line" else [*node.args[:1]]
    arguments += [each.value for each in node.keywords if each.arg == "message"]
    for each in arguments:
        parts = [each.body, each.orelse] if isinstance(each, ast.IfExp) else [each]
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def given() -> Iterator[str]:
    """Every fixed sentence that other layers give the room to show."""
    for each in questions.QUESTIONS:
        yield from (each.words, each.short)
        for choice in each.choices:
            yield from filter(None, (choice.words, choice.hint))
    yield from visit.PHASES.values()
    yield from visit.DONE.values()
    yield from report._CALLED.values()
    yield from room.STEPS.values()
    yield from room.PATHS.values()
    yield from intake.REQUIRED.values()
    yield from notices.STEPS
    yield from (part.value for part in Part)
    yield from (uploads.TOO_MUCH, uploads.TORN)
    yield from terms.ELSEWHERE


def catalogue(language: str) -> dict[str, str]:
    """What a catalogue says, as it is written."""
    text = (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po").read_text()
    return {_joined(key): _joined(value) for key, value in _ENTRY.findall(text)}


def _joined(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.strip().splitlines())


def compiled(entries: dict[str, str]) -> bytes:
    """Compile a catalogue (GNU gettext manual, 10.3: the format of MO files)."""
    keys = sorted((key.encode(), value.encode()) for key, value in entries.items())
    ids, texts, places = b"", b"", []
    for key, value in keys:
        places.append((len(key), len(ids), len(value), len(texts)))
        ids, texts = ids + key + b"\0", texts + value + b"\0"
    start = 28 + 16 * len(keys)
    originals = b"".join(struct.pack("<II", size, start + at) for size, at, _, _ in places)
    translations = b"".join(struct.pack("<II", size, start + len(ids) + at) for _, _, size, at in places)
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + originals + translations + ids + texts


__all__ = ["FOREIGN", "PACKAGE", "catalogue", "compiled", "given", "notices", "terms", "uploads", "written"]
