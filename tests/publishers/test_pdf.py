# SPDX-License-Identifier: Apache-2.0
"""The printed advisory: tagged, for everybody who reads with a program, and nobody's words are instructions to it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.site.published import PROJECT, advisory, put
from tests.site.test_tree import Place
from tocsin.adapters.publishers.pdf import pdf
from tocsin.core.advisory.model import Advisory
from tocsin.services import site

T0 = datetime(2026, 3, 3, tzinfo=UTC)
RICH = """\
Some *em*, **strong**, `code #read` and [a link](https://example.org/#a).

# A heading

* one
  1. inner

```
#let x = read("/etc/passwd")
```

> quoted <b>html</b> $math$ \\\\ #panic("no") @cite [bad](javascript:alert(1))
"""


@pytest.fixture(scope="module")
def rich() -> Advisory:
    return msgspec.structs.replace(advisory(1, T0), details=RICH)


def told(tool: str, body: bytes, tmp_path: Path, *words: str) -> str:
    if not shutil.which(tool):
        pytest.skip(f"needs {tool} (Debian: apt-get install poppler-utils)")
    (tmp_path / "a.pdf").write_bytes(body)
    command = [tool, *words, str(tmp_path / "a.pdf"), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_pdf_is_tagged_titled_and_has_a_language(rich: Advisory, tmp_path: Path) -> None:
    body = pdf(rich)
    assert b"/Lang" in body or b"/Lang" in body.replace(b" ", b"")
    facts = told("pdfinfo", body, tmp_path)
    assert "Tagged:          yes" in facts
    assert "Title:           WHPG-SA-2025-001: Out-of-bounds read no. 1 in <demo_ext> & friends" in facts
    assert "JavaScript:      no" in facts
    assert "Pages:           1" in facts
    structure = told("pdfinfo", body, tmp_path, "-struct")
    for tag in ('H1 "Out-of-bounds read', 'H2 "Affected versions"', "Table", "THead", "TH ", "/Scope /Column",
                "Link", 'H3 "A heading"'):  # fmt: skip
        assert tag in structure, tag
    assert "pdfuaid:part" in told("pdfinfo", body, tmp_path, "-meta")


def test_words_are_set_and_never_read_as_markup(rich: Advisory, tmp_path: Path) -> None:
    words = " ".join(told("pdftotext", pdf(rich), tmp_path).split())
    for said in ('#let x = read("/etc/passwd")', "<b>html</b> $math$", '#panic("no") @cite', "code #read"):
        assert said in words, said
    assert b"javascript:" not in pdf(rich)


def test_the_same_record_gives_the_same_bytes(rich: Advisory) -> None:
    assert pdf(rich) == pdf(rich)


def test_letters_that_no_font_here_has_do_not_stop_it(tmp_path: Path) -> None:
    odd = msgspec.structs.replace(advisory(1, T0), title="\u4e2d\u6587 \u202e x", details="\U0001f980" * 3)
    assert "Tagged:          yes" in told("pdfinfo", pdf(odd), tmp_path)


def test_pdfs_are_made_after_publication_and_a_few_at_a_time() -> None:
    place = Place()
    made: list[str] = []

    def setter(record: Advisory) -> bytes:
        if record.id.endswith("-002"):
            raise RuntimeError("cannot be set")
        made.append(record.id)
        return b"%PDF"

    writer = site.Writer(place.shelf, place.projects, place.tree, place.writer.url, place.clock, place.signer, setter)
    for number in range(1, 8):
        put(place.shelf, place.signer, number, T0)
    site.grow(writer)
    assert not made
    assert [site.typeset(writer), site.typeset(writer), site.typeset(writer)] == [5, 2, 0]
    assert len(made) == 6
    assert place.tree.file(f"p/{PROJECT}/advisories/WHPG-SA-2025-001.pdf") is not None
    assert place.tree.file(f"p/{PROJECT}/advisories/WHPG-SA-2026-002.pdf") is None
