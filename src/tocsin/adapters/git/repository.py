# SPDX-License-Identifier: Apache-2.0
"""One local repository, read through git's command line; fills `services.ports.git.Repository`.

How git is run is `objects`, the past is `history`, what contains what is `containment`; here is what one asks of single
commits: to be named, picked elsewhere, shown, written out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from tocsin.adapters.git import containment, index, patches
from tocsin.adapters.git.containment import Contained
from tocsin.adapters.git.history import GitHistory
from tocsin.adapters.git.objects import Objects
from tocsin.adapters.git.run import git
from tocsin.core.backports.graph import Graph, contain
from tocsin.core.backports.similarity import Hunk
from tocsin.services.ports.git import GitFailed, Pick


class GitRepository(Objects):
    """A repository on this machine. `kept` is where the index may be kept; without it, it is made each time."""

    def __init__(self, directory: Path, kept: Path | None = None) -> None:
        super().__init__(directory)
        self.kept = kept
        self._trees: dict[str, dict[str, str]] = {}

    @cached_property
    def _graph(self) -> tuple[Graph, containment.Rows]:
        return containment.read(self)

    def tips(self, commits: Sequence[str]) -> Contained:
        """Containment for these commits."""
        graph, rows = self._graph
        numbers = [containment.row(rows, each) for each in commits]
        lost = [each for each, row in zip(commits, numbers, strict=True) if row is None]
        if lost:
            raise GitFailed(
                f"{lost[0]} is not in this repository's history",
                ("git", "-C", str(self.directory), "cat-file", "-t", lost[0]),
            )
        return Contained(rows=rows, containment=contain(graph, [row for row in numbers if row is not None]))

    def resolve(self, given: str) -> str:
        """Full id of a commit as a person names it."""
        text = given.strip()
        if not text or text.startswith("-") or "\0" in text or "\n" in text:
            raise GitFailed(f"{given!r} names no commit")
        try:
            found = git(self.directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
        except GitFailed as error:
            raise self._unknown(text, error) from None
        return found.decode().strip()

    def _unknown(self, text: str, error: GitFailed) -> GitFailed:
        several = git(self.directory, "rev-parse", f"--disambiguate={text}").split() if _is_hash(text) else []
        commits = [each.decode() for each in several]
        if len(commits) > 1:
            because = f"{text} is ambiguous: {', '.join(each[:16] for each in commits[:4])}; give more digits"
        else:
            because = f"{text} is no commit of this repository; has it been fetched?"
        return GitFailed(because, ("git", "-C", str(self.directory), "rev-parse", "--verify", f"{text}^{{commit}}"))

    @cached_property
    def history(self) -> GitHistory:
        """Messages, authors and differences."""
        return GitHistory(self, index.load(self.reader, self.kept, self.heads))

    def tree(self, commit: str) -> str:
        """Id of a commit's tree."""
        return git(self.directory, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}").decode().strip()

    def pick(self, fixes: Sequence[str], onto: str) -> Pick | None:
        """Pick in memory: commits with a base of our choice are made in a temporary store, and two of them merged."""
        if not self.has_trees:
            return None
        try:
            picked: Pick | None = Pick(tree=f"{self.resolve(onto)}^{{tree}}")
            for fix in fixes:
                picked = self._picked(self.resolve(fix), picked.tree) if picked and picked.clean else picked
        except GitFailed as error:
            self.note(f"picking {', '.join(each[:12] for each in fixes)} could not be tried: {error.because}")
            return None
        return picked

    def _picked(self, fix: str, onto: str) -> Pick | None:  # `merge-tree --merge-base` exists only from git 2.40 on
        parents = self.read("rev-list", "--parents", "-n", "1", fix).decode().split()[1:]
        if len(parents) != 1:
            return None

        def made(tree: str, *parents: str) -> str:
            before = [part for each in parents for part in ("-p", each)]
            return self.read("commit-tree", *before, "-m", "pick", tree).decode().strip()

        base = made(f"{parents[0]}^{{tree}}")
        options = ("--write-tree", "--name-only", "--no-messages", "-z")
        raw = self.read("merge-tree", *options, made(onto, base), made(f"{fix}^{{tree}}", base), accept=(0, 1))
        tree, *conflicts = raw.decode("utf-8", "replace").rstrip("\0").split("\0")
        return Pick(tree=tree, conflicts=tuple(dict.fromkeys(each for each in conflicts if each)))

    def hunks(self, fix: str) -> tuple[Hunk, ...]:
        """What each hunk of a fix expects to find."""
        try:
            return patches.hunks(self.reader, self.resolve(fix)) if self.has_trees else ()
        except GitFailed as error:
            self.note(f"the difference of {fix[:12]} cannot be read: {error.because}")
            return ()

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Lines of files as a commit has them."""
        listed = self._listed(self.resolve(commit))
        named: dict[str, list[str]] = {}
        for path in listed:
            named.setdefault(path.rsplit("/", 1)[-1], []).append(path)
        wanted: dict[str, str] = {}
        for path in dict.fromkeys(paths):
            same = named.get(path.rsplit("/", 1)[-1], [])
            at = path if path in listed else same[0] if len(same) == 1 else ""
            if at:
                wanted[path] = listed[at]
        # A file that the tree names and the store lacks raises here: it must not pass for code that is not there.
        return {path: tuple(self._blob(blob).split("\n")) for path, blob in wanted.items()}

    def _blob(self, blob: str) -> str:
        return self.read("cat-file", "blob", blob).decode("utf-8", "replace")

    def _listed(self, commit: str) -> dict[str, str]:
        """Files of a commit and their blobs."""
        if commit not in self._trees:
            raw = self.read("ls-tree", "-r", "-z", "--full-tree", commit).decode("utf-8", "replace")
            rows = (entry.split("\t", 1) for entry in raw.split("\0") if entry)
            found = {path: head.split()[2] for head, path in rows if head.split()[1] == "blob"}
            self._trees = {commit: found}
        return self._trees[commit]

    def anywhere(self, commit: str, lines: Sequence[str]) -> int:
        """How many of these lines stand somewhere in a commit's files."""
        given = "".join(f"{line}\n" for line in lines).encode()
        options = ("--no-textconv", "-h", "-I", "-F", "-f", "-")
        raw = self.read("grep", *options, commit, given=given, accept=(0, 1))
        found = raw.decode("utf-8", "replace")
        return sum(line in found for line in lines)

    def check_out(self, commit: str, directory: str) -> None:
        """Write a commit's files into an empty directory; filters are not known here, and links stay links."""
        index_file = self.reader / f"checkout-{sha256(directory.encode()).hexdigest()[:16]}"
        environment = {"GIT_INDEX_FILE": str(index_file)}  # of its own, because checkouts run side by side
        git(self.reader, "read-tree", self.resolve(commit), environment=environment, shown=self.directory)
        git(
            self.reader, "--work-tree", directory, "checkout-index", "-a", environment=environment, shown=self.directory
        )
        index_file.unlink(missing_ok=True)

    def patch(self, commit: str) -> str:
        """A commit as a mail patch."""
        options = ("--stdout", "-1", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-signature", "--full-index")
        return self.read("format-patch", *options, self.resolve(commit)).decode("utf-8", "replace")


def _is_hash(text: str) -> bool:
    return len(text) >= 4 and all(letter in "0123456789abcdef" for letter in text.lower())
