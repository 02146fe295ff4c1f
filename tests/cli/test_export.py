# SPDX-License-Identifier: Apache-2.0
"""A case as one file: everything its holder may see, nothing that opens what is at rest, and every change is found."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.services.acts import report
from tocsin.delivery.cli import verify_log
from tocsin.delivery.cli.exits import Exit
from tocsin.services import logbook, sealing
from tocsin.services.queries import case as queries

Files = dict[str, bytes]


@pytest.fixture
def case(shell: Shell, tmp_path: Path) -> str:
    """A case with an attachment, words both ways, an acceptance, and a log that covers it."""
    core = tmp_path / "crash log;1.txt"
    core.write_bytes(b"0xdeadbeef\n" * 1000)
    told = json.loads(shell.ok("report", "new", "-p", "warehousepg", "--title", "Out-of-bounds read", "--reproduce",
                               "Call it.", "--version", "7.3.1", "--attach", str(core), "--json"))  # fmt: skip
    ref: str = told["case"]
    shell.ok("case", "reply", ref, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "note", ref, "Only among us.")
    shell.ok("case", "investigate", ref, "--effect", "Reads memory", "--criticality", "high")
    shell.ok("case", "accept", ref, "--text", "It is real.")
    shell.ok("case", "lines", ref, "7.4=fixed:7.4.2:tested", "7.3=fixed:7.3.4:tested", "6.29=not-affected")
    shell.ok("advisory", "draft", ref, "--title", "Out-of-bounds read", "--summary", "Memory can be read.",
             "--details", "No length check.", "--mitigation", "Turn it off.")  # fmt: skip
    logbook.grow(shell.home.desk)
    return ref


def files(path: Path) -> Files:
    with tarfile.open(path) as archive:
        found = {each.name.partition("/")[2]: archive.extractfile(each) for each in archive.getmembers()}
        return {name: source.read() for name, source in found.items() if source}


def written(path: Path, folder: str, found: Files) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, body in found.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path


def test_everything_of_a_case_is_in_it_and_holds(shell: Shell, case: str, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    found = files(out)
    assert json.loads(found["case.json"])["ref"] == case
    said = [each["text"] for each in json.loads(found["messages.json"])]
    assert {"Thank you.", "Only among us.", "It is real."} <= set(said)
    assert len(json.loads(found["events.json"])) == json.loads(found["case.json"])["seq"]
    assert found["files/001-crash_log_1.txt"] == b"0xdeadbeef\n" * 1000
    assert any(name.startswith("advisory/osv/") for name in found)
    told = shell.ok("case", "verify", str(out))
    assert "signed by the installation" in told
    assert f"{case}: " in told


def test_it_is_checked_with_nothing_of_ours(shell: Shell, case: str, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    place = tmp_path / case
    for name, body in files(out).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(body)
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=place, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    program = [sys.executable, "-I", str(verify_log.__file__), "log.jsonl"]
    done = subprocess.run(program, cwd=place, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_key_is_in_it(shell: Shell, case: str, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    found = queries.authorised(shell.home.desk, case, shell.home.dana, "a test")
    assert found
    (file,) = found[1].case.report.attachments
    whole = out.read_bytes()
    assert file.key.hex().encode() not in whole
    assert file.key not in whole
    lines = shell.home.desk.journal.entries(case)
    bodies = sealing.open_bodies(sealing.Places(shell.home.desk.sealer.instance), found[1].key, case, lines)
    assert bodies[0] not in whole, "the control: a line as it is sealed holds the keys of its files"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (
            lambda found: found | {"case.json": found["case.json"].replace(b"Out-of", b"Off-by")},
            "case.json was changed",
        ),
        (lambda found: {name: body for name, body in found.items() if name != "events.json"}, "events.json"),
        (lambda found: found | {"more.txt": b"x"}, "more.txt"),
        (lambda found: found | {"SHA256SUMS": found["SHA256SUMS"].replace(b"README", b"READ_ME")}, "READ"),
        (lambda found: found | {"SHA256SUMS.note": found["SHA256SUMS.note"].replace(b" 20", b" 19")}, "signature"),
    ],
)
def test_what_was_changed_is_named(
    shell: Shell, case: str, tmp_path: Path, change: Callable[[Files], Files], because: str
) -> None:
    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    whole = files(out)
    shell.ok("case", "verify", str(written(tmp_path / "control.tar", case, whole)))
    refused = shell("case", "verify", str(written(tmp_path / "bad.tar", case, change(whole))))
    assert (refused.exit_code, because in refused.stderr) == (Exit.FAILED, True), refused.stderr


def test_sums_that_were_made_anew_do_not_carry_the_installations_signature(
    shell: Shell, case: str, tmp_path: Path
) -> None:
    import hashlib

    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    found = files(out)
    body = found["case.json"].replace(b"Out-of", b"Off-by")
    old, new = (hashlib.sha256(each).hexdigest().encode() for each in (found["case.json"], body))
    found |= {"case.json": body, "SHA256SUMS": found["SHA256SUMS"].replace(old, new)}
    refused = shell("case", "verify", str(written(tmp_path / "bad.tar", case, found)))
    assert (refused.exit_code, "another export" in refused.stderr) == (Exit.FAILED, True)


def test_a_key_that_was_pinned_is_the_one_that_counts(shell: Shell, case: str, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    shell.ok("case", "export", case, "--out", str(out))
    key = json.loads(shell.ok("log", "checkpoint", "--json"))["key"]
    assert "that the file brought along" not in shell.ok("case", "verify", str(out), "--key", key)
    other = json.loads(files(out)["log.jsonl"].splitlines()[0])["keys"][0].replace("+", "x+", 1)
    assert shell("case", "verify", str(out), "--key", other).exit_code == Exit.FAILED


def test_a_file_that_is_there_is_not_written_over(shell: Shell, case: str, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    out.write_text("mine")
    assert shell("case", "export", case, "--out", str(out)).exit_code == Exit.USAGE
    assert out.read_text() == "mine"
    shell.ok("case", "export", case, "--out", str(out), "--force")
    assert shell("case", "verify", str(tmp_path / "nothing.tar")).exit_code == Exit.USAGE
    assert shell("case", "export", "WHPG-2026-22222", "--out", str(tmp_path / "none")).exit_code == Exit.NOT_FOUND
    assert sorted(each.name for each in tmp_path.iterdir() if each.suffix != ".txt") == ["kept.tar"]


def test_what_is_no_file_stays_what_it_is(shell: Shell, case: str, tmp_path: Path) -> None:
    """Written whole, an archive takes the place of what was there: a pipe or a device is not to be replaced by it."""
    import os

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for words in (("case", "export", case, "--force"), ("log", "export")):
        assert shell(*words, "--out", str(pipe)).exit_code == Exit.USAGE
    assert pipe.is_fifo()


def test_a_case_that_the_log_does_not_cover_yet_is_exported_and_says_so(shell: Shell, tmp_path: Path) -> None:
    ref, out = report(shell.home).case, tmp_path / "kept.tar"
    shell.ok("case", "export", ref, "--out", str(out))
    assert "log.jsonl" not in files(out)
    assert "no line of its journal" in shell.ok("case", "verify", str(out))


def test_dates_are_printed_for_a_calendar(shell: Shell, case: str) -> None:
    other = report(shell.home).case
    one, every = shell.ok("embargo", "ics", case), shell.ok("embargo", "ics")
    assert "BEGIN:VCALENDAR" in one
    assert (other in one, other in every, case in every) == (False, True, True)
    assert case not in shell.ok("embargo", "ics", case, "--quiet")
    assert shell("embargo", "ics", "WHPG-2026-22222").exit_code == Exit.NOT_FOUND
