# SPDX-License-Identifier: Apache-2.0
"""One local repository, read through git's command line; fills `services.ports.git.Repository`.

Only its refs are asked for in place. Everything else is read from a scratch repository that borrows its objects:
the repository's own configuration, attributes and hooks are then not even opened, and objects that a pick makes go
with the scratch. Reading starts with the commit-graph file where it covers every tip, and asks git for all parents
otherwise.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.git import commit_graph, index, patches
from tocsin.adapters.git.run import git
from tocsin.core.backports.commits import Commit, History, Patch
from tocsin.core.backports.graph import Containment, Graph, contain, from_parents
from tocsin.core.backports.similarity import Hunk, is_code
from tocsin.services.ports.git import GitFailed, Pick, Ref

_REF: Final = "%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(creatordate:unix)%00%(refname)"
_WINDOW: Final = 45 * 86400.0
_AROUND: Final = 1500
_TOUCHING: Final = 120
_LONGEST_PATH: Final = 400
_WHO: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "pick"), ("EMAIL", "pick@localhost"), ("DATE", "@0 +0000"))
}


class Contained(msgspec.Struct, frozen=True):
    """Containment by commit id."""

    rows: Mapping[str, int] | commit_graph.Ids
    containment: Containment

    def holds(self, commit: str) -> int:
        """The set of tips that contain a commit; 0 for an unknown one."""
        row = self.rows.row(commit) if isinstance(self.rows, commit_graph.Ids) else self.rows.get(commit)
        return 0 if row is None else self.containment.of(row)

    def kept(self) -> Kept:
        """The same for every commit at once, for many questions: a table of a few megabytes."""
        ids = self.rows.all() if isinstance(self.rows, commit_graph.Ids) else list(self.rows)
        return Kept(sets={commit: self.containment.of(row) for row, commit in enumerate(ids)})


class Kept(msgspec.Struct, frozen=True):
    """The answer for every commit; equal sets are one object."""

    sets: Mapping[str, int]

    def holds(self, commit: str) -> int:
        """The set of tips that contain a commit; 0 for an unknown one."""
        return self.sets.get(commit, 0)


class GitRepository:
    """A repository on this machine. `kept` is where the index may be kept; without it, it is made each time."""

    def __init__(self, directory: Path, kept: Path | None = None) -> None:
        self.directory = directory
        self.kept = kept
        self._notes: list[str] = []
        self._trees: dict[str, dict[str, str]] = {}
        self._graph: tuple[Graph, Mapping[str, int] | commit_graph.Ids] | None = None

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
        scratch = Path(tempfile.mkdtemp(prefix="tocsin-git-"))
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        form = git(self.directory, "rev-parse", "--show-object-format").decode().strip()
        git(scratch, "init", "-q", "--bare", "--template=", f"--object-format={form}", ".")
        (scratch / "objects" / "info").mkdir(exist_ok=True)
        (scratch / "objects" / "info" / "alternates").write_text(f"{self._objects}\n", encoding="utf-8")
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

    def tips(self, commits: Sequence[str]) -> Contained:
        """Containment for these commits."""
        graph, rows = self._columns
        numbers = [rows.row(each) if isinstance(rows, commit_graph.Ids) else rows.get(each) for each in commits]
        lost = [each for each, row in zip(commits, numbers, strict=True) if row is None]
        if lost:
            raise GitFailed(
                f"{lost[0]} is not in this repository's history",
                ("git", "-C", str(self.directory), "cat-file", "-t", lost[0]),
            )
        return Contained(rows=rows, containment=contain(graph, [row for row in numbers if row is not None]))

    @property
    def _columns(self) -> tuple[Graph, Mapping[str, int] | commit_graph.Ids]:
        if self._graph is None:
            self._graph = self._from_file() or self._from_git()
        return self._graph

    def _from_file(self) -> tuple[Graph, commit_graph.Ids] | None:
        if (self.git_dir / "info" / "grafts").exists():
            return None
        try:
            graph, ids = commit_graph.read(self._objects)
        except commit_graph.Unreadable:
            return None
        return (graph, ids) if all(ids.row(each) is not None for each in self.heads) else None

    def _from_git(self) -> tuple[Graph, dict[str, int]]:
        given = "".join(f"{each}\n" for each in self.heads).encode()
        raw = self.read("rev-list", "--parents", "--topo-order", "--reverse", "--stdin", given=given).decode()
        rows: dict[str, int] = {}
        parents = []
        for line in raw.splitlines():
            commit, *before = line.split()
            rows[commit] = len(rows)
            parents.append([rows[each] for each in before])
        return from_parents(parents), rows

    @property
    def _objects(self) -> Path:
        common = git(self.directory, "rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
        return Path(common)

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

    def note(self, words: str) -> None:
        """Remember what could not be read."""
        self._notes.append(words)

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


class GitHistory(History):
    """What the rules may ask of the past, from the index and from differences."""

    def __init__(self, repository: GitRepository, held: index.Index) -> None:
        self.repository = repository
        self.index = held
        self._patches: dict[str, Patch] = {}
        self._readable = True

    def _row(self, commit: str) -> int | None:
        rows = self.index.starting(commit)
        return rows[0] if len(rows) == 1 else None

    def _all(self, rows: Sequence[int]) -> list[Commit]:
        return [self.index.commit(row) for row in rows]

    def commit(self, commit: str) -> Commit | None:
        """A commit by its full id."""
        row = self._row(commit)
        return None if row is None else self.index.commit(row)

    def resolve(self, written: str) -> str | None:
        """Full id of a hash as a message writes it."""
        row = self._row(written)
        return None if row is None else self.index.id(row)

    def same_subject(self, subject: str) -> Sequence[Commit]:
        """Commits with this comparable subject."""
        return self._all(self.index.same_subject(subject)) if subject else ()

    def naming(self, commit: str) -> Sequence[Commit]:
        """Commits whose message names this one in a recorded form."""
        return self._all(self.index.naming(commit))

    def near(self, commit: Commit, days: float) -> Sequence[Commit]:
        """Commits of the same author around the same time."""
        row = self._row(commit.id)
        return () if row is None else self._all([each for each in self.index.near(row, days * 86400) if each != row])

    def touching(self, commit: Commit) -> Sequence[Commit]:
        """Commits around the same time that change source files this one changes, the nearest first."""
        row, mine = self._row(commit.id), self.patches([commit.id]).get(commit.id)
        paths = [path for path in mine.paths if is_code(path)][:_LONGEST_PATH] if mine else []
        if row is None or not paths:
            return ()
        around = self.index.around(row, _WINDOW)[:_AROUND]
        given = "".join(f"{self.index.id(each)}\n" for each in around).encode()
        options = ("--stdin", "-r", "--name-only", "--no-renames", "--format=commit %H")
        try:
            raw = git(
                self.repository.directory, "--literal-pathspecs", "diff-tree", *options, "--", *paths, given=given
            )
        except GitFailed as error:
            self.repository.note(f"files changed around that time cannot be read: {error.because}")
            return ()
        lines = raw.decode("utf-8", "replace").split("\n")
        hit = {before[7:] for before, line in pairwise(lines) if before.startswith("commit ") and not line}
        return [each for each in self._all(around) if each.id in hit][:_TOUCHING]

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        """Patches of those commits whose difference can be read."""
        if not self._readable or not self.repository.has_trees:
            return {}
        wanted = [each for each in commits if each not in self._patches]
        try:
            found = patches.read(self.repository.reader, wanted)
        except GitFailed as error:
            self._readable = False
            self.repository.note(f"differences cannot be read, so they were not compared: {error.because}")
            return {}
        self._patches.update({each: found.get(each, Patch()) for each in wanted})
        return {each: self._patches[each] for each in commits}


def _is_hash(text: str) -> bool:
    return len(text) >= 4 and all(letter in "0123456789abcdef" for letter in text.lower())
