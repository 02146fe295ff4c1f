# SPDX-License-Identifier: Apache-2.0
"""What a repository can do to whoever reads it: nothing but be refused in words, with the command that shows it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.git.maker import Maker, fix, project
from tocsin.adapters.git import GitRepository, open_local
from tocsin.adapters.git import run as runner
from tocsin.adapters.git.run import git
from tocsin.services.gitfacts import Ask, Reading
from tocsin.services.ports.git import GitFailed


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    return project(tmp_path / "project")[0]


def test_an_unknown_commit_is_named_with_the_command_that_shows_it(made: Maker) -> None:
    with pytest.raises(GitFailed, match="0123456789ab is no commit of this repository") as failed:
        made.facts("0123456789ab")
    assert failed.value.command.startswith("git -C ")
    assert "rev-parse --verify" in failed.value.command


def test_an_ambiguous_commit_is_refused_with_what_it_may_mean(made: Maker) -> None:
    for number in range(40):
        made.commit(f"Change {number}", {"count": str(number)})
    ids = made.git("rev-list", "--all").split()
    short = next(each[:1] for each in ids)
    wanted = next((a[:4] for a in ids for b in ids if a != b and a[:4] == b[:4]), "")
    repository = GitRepository(made.path)
    if not wanted:  # blobs and trees collide sooner than commits; one digit is never a commit
        with pytest.raises(GitFailed):
            repository.resolve(short)
        return
    with pytest.raises(GitFailed, match="ambiguous"):
        repository.resolve(wanted)


@pytest.mark.parametrize("given", ["--exec=touch", "", "a\nb", "HEAD\0"])
def test_what_cannot_be_a_commit_never_reaches_git(made: Maker, given: str) -> None:
    with pytest.raises(GitFailed, match="names no commit"):
        GitRepository(made.path).resolve(given)


def test_a_shallow_repository_is_refused_with_what_to_do(made: Maker, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{made.path}", tmp_path / "shallow"], check=True)
    with pytest.raises(GitFailed, match="shallow") as failed:
        open_local(str(tmp_path / "shallow"))
    assert "--unshallow" in failed.value.command


def test_what_is_no_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="not a git repository"):
        open_local(str(tmp_path))
    with pytest.raises(GitFailed, match="no directory"):
        open_local(str(tmp_path / "nowhere"))


def test_an_empty_repository_is_said(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "empty"], check=True)
    with pytest.raises(GitFailed, match="no branches and no tags"):
        Reading(open_local(str(tmp_path / "empty"))).facts(Ask(fix=("abc",)))


def test_a_corrupt_repository_is_refused_in_words(made: Maker) -> None:
    mended = fix(made)
    broken = made.path / ".git" / "objects" / mended[:2] / mended[2:]
    broken.chmod(0o644)
    broken.write_bytes(b"not an object")
    with pytest.raises(GitFailed) as failed:
        made.facts(mended)
    assert failed.value.because
    assert failed.value.command


def test_a_tag_that_leads_nowhere_does_not_hide_the_others(made: Maker) -> None:
    mended = fix(made)
    made.git("update-ref", "refs/tags/9.9.9", made.head())
    (made.path / ".git" / "refs" / "tags" / "9.9.9").write_text("1" * 40 + "\n")
    told = made.facts(mended)
    assert {line.line for line in told.lines} == {"main", "7.4", "7.3", "6.29"}
    assert any("lead nowhere" in note for note in told.notes)


def test_a_missing_file_of_the_past_stops_comparing_not_answering(made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    made.pick(mended, "-x")
    blob = made.git("rev-parse", "7.3:src/decoder.c").strip()
    (made.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    told = made.facts(mended)
    assert {line.line: line.state.value for line in told.lines}["7.4"] == "fixed"


def hostile(made: Maker, canary: Path) -> None:
    """Everything in a repository's own configuration and tree that makes plain git run something."""
    script = made.path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    made.write(".gitattributes", "*.c diff=evil filter=evil merge=evil\n")
    made.commit("Add attributes", {})
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.gitProxy", "core.alternateRefsCommand", "core.editor",
        "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge",
        "filter.evil.process", "merge.evil.driver", "gpg.program", "uploadpack.packObjectsHook", "credential.helper",
    ):  # fmt: skip
        made.git("config", key, str(script))
    made.git("config", "log.showSignature", "true")
    made.git("config", "core.hooksPath", str(made.path / "hooks"))
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "post-commit"):
        made.write(f"hooks/{hook}", script.read_text())
        (made.path / "hooks" / hook).chmod(0o755)


def test_nothing_of_a_hostile_repository_is_run(made: Maker, tmp_path: Path) -> None:
    mended = fix(made)
    canary = tmp_path / "canary"
    hostile(made, canary)
    canary.unlink(missing_ok=True)
    told = made.facts(mended)
    assert {line.line: line.state.value for line in told.lines}["7.3"] == "needs-backport"
    GitRepository(made.path).patch(mended)
    assert not canary.exists()


def test_plain_git_would_have_run_it(made: Maker, tmp_path: Path) -> None:
    """The control: the traps of the test above do spring."""
    mended = fix(made)
    canary = tmp_path / "canary"
    hostile(made, canary)
    canary.unlink(missing_ok=True)
    made.git("show", "--ext-diff", mended)
    assert canary.exists()


def test_no_protocol_is_spoken_unless_it_is_asked_for(made: Maker, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "mirror"], check=True)
    with pytest.raises(GitFailed, match="not allowed"):
        git(tmp_path / "mirror", "fetch", f"file://{made.path}", "main")
    git(tmp_path / "mirror", "fetch", f"file://{made.path}", "main", protocols=("file",))
    with pytest.raises(GitFailed, match="not allowed"):
        git(tmp_path / "mirror", "fetch", "ext::sh -c touch% x", protocols=("https", "ssh"))


def test_a_git_that_takes_too_long_or_says_too_much_is_ended(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as small:
        small.setattr(runner, "LARGEST", 10)
        with pytest.raises(GitFailed, match="more than"):
            git(made.path, "log")
    slow = made.path / "bin" / "git"
    made.write("bin/git", "#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:/usr/bin:/bin")
    with pytest.raises(GitFailed, match="longer than"):
        git(made.path, "log", bounds=runner.Bounds(seconds=0.2))


def test_reading_leaves_the_repository_as_it_was(made: Maker) -> None:
    mended = fix(made)
    before = sorted(str(path) for path in (made.path / ".git").rglob("*"))
    made.facts(mended)
    assert sorted(str(path) for path in (made.path / ".git").rglob("*")) == before
