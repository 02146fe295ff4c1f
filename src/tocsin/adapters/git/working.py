# SPDX-License-Identifier: Apache-2.0
"""A developer's own working copy, looked at for what it would tell the world. Read in place, because what is staged is
known only there; nothing of it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tocsin.adapters.git.run import git
from tocsin.services.ports.git import GitFailed

_DIFF: Final = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--unified=0", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class GitWorkingCopy:
    """A working copy of this machine."""

    def __init__(self, directory: str) -> None:
        self.directory = Path(directory)
        if not self.directory.is_dir():
            raise GitFailed(f"{directory} is no directory")

    def staged(self) -> str:
        """What is staged, as a difference without context."""
        return git(self.directory, "diff", "--cached", *_DIFF).decode("utf-8", "replace")

    def messages(self, commits: str) -> list[tuple[str, str]]:
        """Short id and message of every commit in a range."""
        raw = git(self.directory, "log", "-z", "--no-show-signature", "--format=%h%x00%B", *_range(commits))
        parts = raw.decode("utf-8", "replace").split("\0")
        return list(zip(parts[::2], parts[1::2], strict=False))

    def differences(self, commits: str) -> str:
        """What the commits of a range change, as differences without context."""
        return git(self.directory, "log", "--no-show-signature", "-p", *_DIFF, "--format=", *_range(commits)).decode(
            "utf-8", "replace"
        )


def _range(commits: str) -> tuple[str, ...]:
    """A range as git takes it: `A..B`, or one commit with all before it that no remote has yet."""
    if not commits or commits.startswith("-"):
        raise GitFailed(f"{commits!r} names no commits; write main..HEAD")
    return (commits, "--") if ".." in commits else (commits, "--not", "--remotes", "--")
