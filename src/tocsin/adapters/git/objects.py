# SPDX-License-Identifier: Apache-2.0
"""The objects of one local repository, and how git is asked about them: what `history`, `containment` and `repository`
share.

Only the refs are asked for in place. Everything else is read from a scratch repository that borrows the objects: the
repository's own configuration, attributes and hooks are then not even opened, and objects that a pick makes go with
the scratch.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from tocsin.adapters.git.run import git
from tocsin.adapters.git.scratch import Scratch
from tocsin.services.ports.git import GitFailed, Ref

_REF: Final = "%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(creatordate:unix)%00%(refname)"
_WHO: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "pick"), ("EMAIL", "pick@localhost"), ("DATE", "@0 +0000"))
}


class Objects:
    """A repository on this machine, as far as running git on it goes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._notes: list[str] = []

    @cached_property
    def git_dir(self) -> Path:
        """The repository's own directory."""
        found = git(self.directory, "rev-parse", "--absolute-git-dir", "--is-shallow-repository").decode().split("\n")
        if found[1] == "true":
            command = ("git", "-C", str(self.directory), "fetch", "--unshallow")
            raise GitFailed(
                "the repository is shallow: its history is cut, so nothing can be said about containment", command
            )
        return Path(found[0])

    @cached_property
    def reader(self) -> Path:
        """The scratch repository that everything but refs is read from; it goes when this object goes."""
        made = Scratch()
        weakref.finalize(self, made.remove)
        scratch = made.path
        form = git(self.directory, "rev-parse", "--show-object-format").decode().strip()
        git(scratch, "init", "-q", "--bare", "--template=", f"--object-format={form}", ".")
        (scratch / "objects" / "info").mkdir(exist_ok=True)
        (scratch / "objects" / "info" / "alternates").write_text(f"{self.objects}\n", encoding="utf-8")
        return scratch

    def read(self, *arguments: str, given: bytes = b"", accept: Sequence[int] = (0,)) -> bytes:
        """Run git on the objects of the repository, without its configuration."""
        return git(self.reader, *arguments, given=given, accept=accept, environment=_WHO, shown=self.directory)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, in words."""
        return tuple(dict.fromkeys(self._notes))

    @cached_property
    def _refs(self) -> tuple[Ref, ...]:
        _ = self.git_dir
        try:
            raw = git(self.directory, "for-each-ref", f"--format={_REF}", "refs/heads", "refs/tags")
        except GitFailed as error:
            self.note(f"some refs lead nowhere and were left out: {error.because}")
            return self._whole_refs()
        found = []
        for line in raw.decode("utf-8", "replace").splitlines():
            name_id, kind, peeled, peeled_kind, at, name = line.split("\0")
            commit = name_id if kind == "commit" else peeled if peeled_kind == "commit" else ""
            if commit:
                found.append(Ref(name=name, commit=commit, at=int(at or 0)))
        return tuple(found)

    def _whole_refs(self) -> tuple[Ref, ...]:
        """Refs whose objects are all there, asked for one by one: git lists none when a single one is broken."""
        raw = git(self.directory, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags")
        rows = [line.split(" ", 1) for line in raw.decode("utf-8", "replace").splitlines()]
        asked = "".join(f"{name_id}^{{commit}}\n" for name_id, _ in rows).encode()
        told = git(self.directory, "cat-file", "--batch-check=%(objectname)", given=asked).decode().splitlines()
        return tuple(
            Ref(name=name, commit=commit)
            for (_, name), commit in zip(rows, told, strict=True)
            if not commit.endswith(("missing", "ambiguous"))
        )

    def refs(self) -> tuple[Ref, ...]:
        """Branches and tags that lead to a commit."""
        return self._refs

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Every commit that a ref points at, once."""
        return tuple(dict.fromkeys(ref.commit for ref in self._refs))

    @property
    def objects(self) -> Path:
        """Where the repository keeps its objects."""
        common = git(self.directory, "rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
        return Path(common)

    def note(self, words: str) -> None:
        """Remember what could not be read."""
        self._notes.append(words)

    @cached_property
    def has_trees(self) -> bool:
        """Whether a tip has its tree: a repository of commits and refs only has none."""
        heads = self.heads[:1] or git(self.directory, "rev-list", "-n", "1", "--all").decode().split()
        try:
            for each in heads:
                self.read("cat-file", "-e", f"{each}^{{tree}}")
        except GitFailed:
            self.note("the repository holds commits only: differences were not compared")
            return False
        return bool(heads)
