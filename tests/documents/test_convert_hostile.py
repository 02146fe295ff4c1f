# SPDX-License-Identifier: Apache-2.0
"""What strangers hand to `doc convert`, `affected --sbom` and `--from-file`: refused in words, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.advisory.samples import warehouse
from tocsin.core.affected import sbom
from tocsin.core.formats import format_named, render_all
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit

HOSTILE = {
    "empty": b"",
    "not json": b"no",
    "cut": b'{"id": "X", "modified"',
    "deep": b"[" * 100_000,
    "deep and whole": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "utf-16": '{"id": "X"}'.encode("utf-16"),
    "latin-1": b'{"id": "\xe9"}',
    "lone surrogate": b'{"id": "\\ud800", "modified": "2026-01-01T00:00:00Z"}',
    "long number": b'{"id": ' + b"9" * 5_000 + b"}",
    "not a number": b'{"id": NaN}',
    "duplicate keys": render_all(warehouse())["osv"].replace(b"{", b'{"id": "X-1",', 1),
    "byte order mark": b'\xef\xbb\xbf{"id": ""}',
    "unknown version": b'{"document": {"csaf_version": "9.0"}}',
    "list": b"[]",
    "null": b"null",
}


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done.exit_code, done.stderr


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("target", ["osv", "csaf", "cve"])
def test_what_is_no_advisory_is_not_converted_and_why_is_said(tmp_path: Path, body: bytes, target: str) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(body)
    code, said = run("doc", "convert", str(path), "--to", target)
    assert code == Exit.FINDINGS
    assert said.strip()
    assert len(said) < 2_000


def test_the_control_is_converted(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(render_all(warehouse())["osv"])
    assert run("doc", "convert", str(path), "--to", "csaf")[0] == Exit.OK


def test_a_hundred_megabytes_are_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    for words in (("doc", "convert", str(path), "--to", "osv"), ("lint", "document", str(path))):
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == Exit.FINDINGS
        assert f"larger than {LARGEST >> 20} MiB" in done.output


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_bill_of_materials_ends_in_words(tmp_path: Path, body: bytes) -> None:
    path, feed = tmp_path / "bill.json", tmp_path / "feed.json"
    path.write_bytes(body)
    feed.write_bytes(format_named("osv").render(warehouse()))
    code, said = run("affected", "--sbom", str(path), "--feed", str(feed))
    assert code == Exit.USAGE
    assert said.strip()


def test_a_bill_of_a_hundred_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path, feed = tmp_path / "bill.json", tmp_path / "feed.json"
    with path.open("wb") as file:
        file.truncate(sbom.LARGEST + 80_000_000)
    feed.write_bytes(format_named("osv").render(warehouse()))
    code, said = run("affected", "--sbom", str(path), "--feed", str(feed))
    assert code == Exit.USAGE
    assert said.strip()


@pytest.mark.parametrize(
    "body", [*HOSTILE.values(), b"\x00" * 50_000, b"a@" * 50_000], ids=lambda each: repr(each[:20])
)
def test_lines_of_versions_from_strangers_are_answered_or_refused_in_words(tmp_path: Path, body: bytes) -> None:
    path, feed = tmp_path / "versions.txt", tmp_path / "feed.json"
    path.write_bytes(body)
    feed.write_bytes(format_named("osv").render(warehouse()))
    code, _ = run("affected", "--from-file", str(path), "--feed", str(feed))
    assert code in (Exit.USAGE, Exit.OK, 10, 11, 12)
