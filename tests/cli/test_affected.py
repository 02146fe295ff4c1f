# SPDX-License-Identifier: Apache-2.0
"""`tocsin affected` offline: feeds in every form, questions in every form, and the exit codes that scripts look at."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.desk import story
from tests.rooms import walk
from tests.site.published import advisory
from tocsin.core.formats import format_named
from tocsin.delivery.cli import cli, feedfile

T0 = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def documents() -> list[bytes]:
    return [format_named("osv").render(advisory(number, T0)) for number in (1, 2)]


@pytest.fixture(params=["directory", "zip", "list", "document"])
def feed(request: pytest.FixtureRequest, tmp_path: Path, documents: list[bytes]) -> Path:
    """The same advisories in every form a feed may have."""
    if request.param == "directory":
        place = tmp_path / "feed"
        place.mkdir()
        for number, body in enumerate(documents):
            (place / f"{number}.json").write_bytes(body)
        return place
    place = tmp_path / f"feed.{'zip' if request.param == 'zip' else 'json'}"
    if request.param == "zip":
        with zipfile.ZipFile(place, "w") as archive:
            for number, body in enumerate(documents):
                archive.writestr(f"{number}.json", body)
            archive.writestr("broken.json", "{")
    elif request.param == "list":
        place.write_bytes(b"[" + b",".join(documents) + b"]")
    else:
        place.write_bytes(documents[0])
    return place


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["affected", *words], input=given)


def test_every_form_of_a_feed_gives_the_same_answer(feed: Path) -> None:
    result = run("whpg@7.3.1", "--feed", str(feed), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == told["exit_code"] == 10
    assert told["answers"][0]["update_to"] == "7.3.4"
    assert told["answers"][0]["findings"][0]["mitigation"] == "SET demo_ext.enabled = off;"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["whpg@7.4.40"], 0),
        (["whpg@7.3.1"], 10),
        (["whpg@7.3.1", "whpg@7.4.40"], 10),
        (["other@1"], 12),
        (["PostgreSQL 12.12 (WarehousePG 7.3.1 build commit:1) on x86_64"], 10),
        (["7.3.1", "--product", "WarehousePG"], 10),
        (["7.3.1"], 12),
    ],
)
def test_exit_codes_are_what_scripts_look_at(
    tmp_path: Path, documents: list[bytes], words: list[str], code: int
) -> None:
    (tmp_path / "osv.json").write_bytes(documents[0])
    assert run(*words, "--feed", str(tmp_path / "osv.json")).exit_code == code


def test_lines_come_from_files_and_from_standard_input(tmp_path: Path, documents: list[bytes]) -> None:
    (tmp_path / "osv.json").write_bytes(documents[0])
    (tmp_path / "versions.txt").write_text("# hosts\nwhpg@7.3.1\nfoo bar\n")
    feed = ("--feed", str(tmp_path / "osv.json"))
    result = run("--from-file", str(tmp_path / "versions.txt"), *feed)
    assert result.exit_code == 10
    assert "  foo bar\n      ^" in result.stdout
    assert run("--from-file", "-", *feed, given="whpg@7.4.40\n").exit_code == 0
    bill = {
        "bomFormat": "CycloneDX",
        "components": [{"name": "a", "version": "1"}, {"name": "whpg", "version": "7.3.1"}],
    }
    result = run("--sbom", "-", *feed, given=json.dumps(bill))
    assert result.exit_code == 10
    assert "1 components that no advisory here speaks of" in result.stdout


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[1,2]", b'{"id": 3}', b"[" * 100_000, b"[" + b"[" * 100_000, b'{"affected":' * 5_000,
        b'{"id": "\\ud800"}',
        '{"id": "x"}'.encode("utf-16"), b'\xef\xbb\xbf{"id": "x"}', b'{"id": "\xe9"}', b'{"id": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda each: repr(each[:20]),
)  # fmt: skip
def test_a_feed_that_is_none_ends_in_words(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "feed.json").write_bytes(body)
    result = run("whpg@1", "--feed", str(tmp_path / "feed.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "feed.json" in result.stderr


def _archive(path: Path, body: bytes, times: int = 1) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(times):
            archive.writestr(f"{number}.json", body)
    return path.read_bytes()


def _damaged(path: Path, kind: str, document: bytes) -> bytes:
    whole = _archive(path, document)
    head = whole.index(b"PK\x01\x02")
    if kind == "cut":
        return whole[: len(whole) // 2]
    if kind == "lying size":
        return whole[: head + 24] + b"\x05\x00\x00\x00" + whole[head + 28 :]
    if kind == "broken stream":
        return whole[:40] + b"\xff" * 40 + whole[80:]
    if kind == "unknown method":
        return whole[: head + 10] + b"\x63\x00" + whole[head + 12 :]
    return whole[: head + 8] + b"\x01\x00" + whole[head + 10 :]


@pytest.mark.parametrize("kind", ["cut", "lying size", "broken stream", "unknown method", "encrypted"])
def test_a_damaged_archive_ends_in_words(tmp_path: Path, documents: list[bytes], kind: str) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(_damaged(path, kind, documents[0]))
    result = run("whpg@1", "--feed", str(path))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert "all.zip" in result.stderr


def test_an_archive_that_unpacks_without_end_is_left(
    tmp_path: Path, documents: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.zip"
    _archive(path, documents[0] + b" " * 1_000_000, times=20)
    assert run("whpg@7.3.1", "--feed", str(path)).exit_code == 10, "within bounds it is read"
    monkeypatch.setattr(feedfile, "ALWAYS", 1_000_000)
    result = run("whpg@7.3.1", "--feed", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "times its size" in result.stderr


def test_text_of_strangers_does_nothing_to_the_terminal(tmp_path: Path, documents: list[bytes]) -> None:
    (tmp_path / "feed.json").write_bytes(documents[0].replace(b"friends", b"\\u001b[2Jfriends"))
    result = run("whpg@7.3.1", "x\x1b[2J y", "--feed", str(tmp_path / "feed.json"))
    assert "\x1b" not in result.output


def test_the_installation_answers_from_what_it_has_published(shell) -> None:
    ref = story.report(shell.home)
    story.embargoed(shell.home, ref)
    assert shell("affected", "whpg@7.3.1").exit_code == 12
    walk.publish(shell.home, ref)
    result = shell("affected", "whpg@7.3.1")
    assert result.exit_code in (10, 11), result.output
    assert "WHPG-SA-2026-001" in result.stdout


def test_the_tree_is_written_and_brought_up_to_date(shell, tmp_path: Path) -> None:
    ref = story.report(shell.home)
    story.embargoed(shell.home, ref)
    walk.publish(shell.home, ref)
    place = tmp_path / "www"
    assert "1 publications filed" in shell.ok("site", "write", str(place))
    assert "0 publications filed" in shell.ok("site", "write", str(place))
    assert (place / ".well-known/csaf/provider-metadata.json").is_file()
    assert "1 publications filed" in shell.ok("site", "write", str(place), "--rebuild")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("mine")
    refused = shell("site", "write", str(tmp_path / "other"), "--rebuild")
    assert refused.exit_code == 2
    assert (tmp_path / "other" / "file").read_text() == "mine"
