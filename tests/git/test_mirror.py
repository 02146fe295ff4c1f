# SPDX-License-Identifier: Apache-2.0
"""Mirrors: fetched when it is time, whole or not at all, and never from an address that could do something else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.git.conftest import Place
from tests.git.maker import fix
from tests.services.acts import PROJECT
from tocsin.adapters.git.mirror import GitMirrors, protocol
from tocsin.adapters.git.run import git
from tocsin.services.ports.git import GitFailed, Source


def test_a_mirror_is_fetched_when_it_is_time_and_says_whether_anything_moved(place: Place) -> None:
    assert place.mirrors.open(PROJECT) is None
    assert place.mirrors.fetch(PROJECT)
    place.later()
    assert place.mirrors.fetch(PROJECT)  # nobody has looked yet: whoever died before looking is asked again
    place.mirrors.looked(PROJECT)
    place.later()
    assert not place.mirrors.fetch(PROJECT)
    mended = fix(place.made)
    assert not place.mirrors.fetch(PROJECT)  # not yet time
    place.later()
    assert place.mirrors.fetch(PROJECT)
    opened = place.mirrors.open(PROJECT)
    assert opened
    assert opened.resolve(mended) == mended
    assert (opened.directory / "objects" / "info" / "commit-graphs").exists()


def test_a_branch_that_was_rewritten_or_removed_is_followed(place: Place) -> None:
    place.mirrors.fetch(PROJECT)
    place.made.git("checkout", "-q", "main")
    place.made.git("branch", "-q", "-D", "7.3")
    place.made.git("branch", "-q", "-f", "7.4", "main~1")
    place.later()
    assert place.mirrors.fetch(PROJECT)
    opened = place.mirrors.open(PROJECT)
    assert opened
    names = {ref.name for ref in opened.refs()}
    assert "refs/heads/7.3" not in names
    assert "refs/tags/7.3.0" in names


def test_a_fetch_that_dies_leaves_the_last_good_facts_and_says_why(place: Place) -> None:
    place.mirrors.fetch(PROJECT)
    before = place.mirrors.open(PROJECT)
    assert before
    mended = fix(place.made)
    blob = place.made.git("rev-parse", f"{mended}:src/decoder.c").strip()
    (place.made.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    place.later()
    with pytest.raises(GitFailed):
        place.mirrors.fetch(PROJECT)
    after = place.mirrors.open(PROJECT)
    assert after
    assert after.refs() == before.refs()
    assert "git -C" in place.mirrors.trouble(PROJECT)


def test_a_repository_that_grew_too_large_is_not_taken_in(place: Place, tmp_path: Path) -> None:
    small = GitMirrors(tmp_path / "small", {PROJECT: Source(url=str(place.made.path), largest_mb=1)})
    place.made.commit("Add a video", {"video.bin": "".join(f"{n * 2654435761 % 4294967296:x}" for n in range(700_000))})
    with pytest.raises(GitFailed):
        small.fetch(PROJECT)
    opened = small.open(PROJECT)
    assert opened
    assert not opened.refs()


def test_objects_that_git_would_not_make_are_not_taken_in(place: Place) -> None:
    tree = place.made.git("write-tree").strip()
    broken = f"tree {tree}\nauthor A <a@b.c> 1 +0000\ncommitter broken 1 +0000\n\nhostile\n"
    odd = place.made.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=broken).strip()
    (place.made.path / ".git" / "refs" / "heads" / "hostile").write_text(f"{odd}\n")
    with pytest.raises(GitFailed):
        place.mirrors.fetch(PROJECT)


def test_submodules_and_hooks_of_the_fetched_tree_stay_where_they_are(place: Place, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    hook = place.made.path / ".git" / "hooks" / "post-update"
    hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
    hook.chmod(0o755)
    place.made.git("config", "uploadpack.packObjectsHook", f"touch {canary};")
    place.made.write(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% canary\n')
    place.made.commit("Add a submodule", {})
    place.mirrors.fetch(PROJECT)
    assert not canary.exists()
    opened = place.mirrors.open(PROJECT)
    assert opened
    assert not (opened.directory / "modules").exists()


@pytest.mark.parametrize(
    "url", ["ext::sh -c id", "--upload-pack=id", "http://example.org/x", "git://example.org/x", "relative/path", "-x",
            "https://-oProxyCommand=id/x", "/a\n/b", "fd::3", ""],
)  # fmt: skip
def test_an_address_that_could_do_more_is_refused(url: str) -> None:
    with pytest.raises(GitFailed, match="no address"):
        protocol(url)


@pytest.mark.parametrize(
    "url", ["https://me:s3cret@example.org/a", "https://s3cret@example.org/a", "ssh://me:s3cret@example.org/a",
            "http://me:s3cret@example.org/a", "https://me:s3/cret@example.org/a"],
)  # fmt: skip
def test_an_address_with_a_credential_reaches_no_argument_and_no_trouble(tmp_path: Path, url: str) -> None:
    mirrors = GitMirrors(tmp_path, {PROJECT: Source(url=url)})
    with pytest.raises(GitFailed, match="tocsin credential set") as told:
        mirrors.fetch(PROJECT)
    assert "s3" not in f"{told.value} {told.value.command} {mirrors.trouble(PROJECT)}"


@pytest.mark.parametrize(
    ("url", "spoken"),
    [("https://example.org/a.git", "https"), ("ssh://git@example.org/a", "ssh"), ("git@example.org:a/b.git", "ssh"),
     ("/srv/git/a", "file")],
)  # fmt: skip
def test_only_the_protocol_of_the_address_is_spoken(url: str, spoken: str) -> None:
    assert protocol(url) == (spoken,)


def test_a_warm_answer_needs_the_kept_index_only(place: Place) -> None:
    mended = fix(place.made)
    place.mirrors.fetch(PROJECT)
    opened = place.mirrors.open(PROJECT)
    assert opened
    assert opened.history.commit(mended)
    assert opened.kept
    assert opened.kept.exists()
    again = type(opened)(opened.directory, opened.kept)
    assert again.history.commit(mended) == opened.history.commit(mended)
    place.made.commit("One more", {"more.c": "int more;\n"})
    place.later()
    place.mirrors.fetch(PROJECT)
    grown = place.mirrors.open(PROJECT)
    assert grown
    assert grown.history.commit(place.made.head())
    assert grown.history.commit(mended)


def test_mirrors_are_read_by_their_owner_only(place: Place) -> None:
    place.mirrors.fetch(PROJECT)
    opened = place.mirrors.open(PROJECT)
    assert opened
    assert opened.directory.stat().st_mode & 0o077 == 0
    subprocess.run(["git", "-C", str(opened.directory), "fsck", "--no-progress"], check=True, capture_output=True)
    assert b"main" in git(opened.directory, "for-each-ref")
