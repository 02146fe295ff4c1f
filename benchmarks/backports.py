# SPDX-License-Identifier: Apache-2.0
"""Fixes on release lines, scored against what projects published themselves (`shared/backports`, see its README).

Scores equivalents, first fixed releases, affected releases, clean picks and verdicts, and times containment against
`git tag --contains` in the same run, in CPU seconds. `--write` puts tables and misses into
docs/explanation/backports.md. Patch ids come from the data, because its histories hold no trees. A directory given is
taken for a clone of curl: its affected releases are scored there too, with everything that its messages say.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, rows
from tocsin.adapters.git import patches
from tocsin.adapters.git.history import GitHistory
from tocsin.adapters.git.repository import GitRepository
from tocsin.core.backports.commits import Commit, Patch
from tocsin.core.backports.equivalents import ALIKE
from tocsin.core.backports.facts import Board, LineFacts, Query, change, judge
from tocsin.core.backports.graph import bits, contain, from_parents
from tocsin.core.backports.message import Said
from tocsin.core.backports.ranges import again, ranges
from tocsin.core.backports.releases import Line, read_tags
from tocsin.core.backports.similarity import TRIVIAL, Hunk, is_code, presence, similarity
from tocsin.core.versions import scheme
from tocsin.services.gitfacts import Ask, Reading

DATA = ROOT.parent / "shared" / "backports"
PAGE = ROOT / "docs" / "explanation" / "backports.md"
MARK = "<!-- written by ./bench backports --write -->"
FIX, TRUNK = "fix", "master"
COLD, WARM, RATIO = 0.150, 0.005, 100


@dataclass
class Score:
    """Hits, wrong hits and misses, with the words that explain them."""

    name: str
    right: int = 0
    wrong: int = 0
    missed: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of hits that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what there is that was hit."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


class PatchIds(GitHistory):
    """A history whose patch ids come from the data."""

    def __init__(self, repository: GitRepository, known: Mapping[str, str]) -> None:
        super().__init__(repository, repository.history.index)
        self.known = known
        self.same: dict[str, list[str]] = defaultdict(list)
        for commit, patch in known.items():
            self.same[patch].append(commit)

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        """Patch ids only."""
        return {each: Patch(id=self.known[each[:16]]) for each in commits if each[:16] in self.known}

    def touching(self, commit: Commit) -> Sequence[Commit]:
        """Every commit with the same patch id, wherever it is."""
        same = self.same.get(self.known.get(commit.id[:16], ""), ())
        found = [self.commit(full) for each in same if (full := self.resolve(each))]
        return [each for each in found if each and each.id != commit.id]


def unpack(name: str, place: Path) -> GitRepository:
    """Make a repository of commits and refs from a pack, with its commit-graph."""
    path = place / f"{name}.git"
    subprocess.run(["git", "init", "-q", "--bare", path], check=True)
    with (DATA / f"{name}_commits.pack").open("rb") as pack:
        subprocess.run(["git", "-C", path, "index-pack", "--stdin"], stdin=pack, stdout=subprocess.DEVNULL, check=True)
    refs = json.loads((DATA / f"{name}_refs.json").read_text())["refs"]
    given = "".join(f"create {each['ref']} {each.get('commit') or each['object']}\n" for each in refs)
    subprocess.run(["git", "-C", path, "update-ref", "--stdin"], input=given.encode(), check=True)
    subprocess.run(["git", "-C", path, "pack-refs", "--all"], check=True)
    subprocess.run(["git", "-C", path, "commit-graph", "write", "--reachable"], check=True, stderr=subprocess.DEVNULL)
    return GitRepository(path, place / f"{name}.index")


def patch_ids(name: str) -> dict[str, str]:
    """Patch ids by the first sixteen digits of a commit."""
    with gzip.open(DATA / f"{name}_patchids.tsv.gz", "rt") as lines:
        return dict(line.split() for line in lines)


# --------------------------------------------------------------------------------------------------------- equivalents


@dataclass
class Cell:
    """One query and its truth: what other lines hold, and every commit of the matter."""

    name: str
    query: str
    truth: set[str]
    matter: set[str]
    lines: set[str]


def postgresql_cells() -> Iterator[Cell]:
    """One cell for each fix of a CVE, asked from the trunk (or the newest line that has it)."""
    for cve in json.loads((DATA / "postgresql_cves.json").read_text()):
        matter = {each["sha"] for fix in cve["fixes"] for each in fix["commits"].values()}
        for fix in cve["fixes"]:
            held = {line: each["sha"] for line, each in fix["commits"].items() if each.get("in_composite")}
            if fix["role"] == FIX and held:
                query = held.get(TRUNK) or list(held.values())[-1]
                yield Cell(cve["cve"], query, set(held.values()) - {query}, matter, set())


def postgresql_groups() -> Iterator[Cell]:
    """One cell for each fix that the project's release notes name; wrong is only what lies on a line they list."""
    for number, line in enumerate((DATA / "postgresql_fix_groups.jsonl").read_text().splitlines()):
        held = {name: sha for name, sha in json.loads(line).items() if len(sha) == 40 and "-" not in sha}
        query = held.get(TRUNK) or list(held.values())[-1]
        yield Cell(f"group {number}", query, set(held.values()) - {query}, set(held.values()), set(held))


def django_cells() -> Iterator[Cell]:
    """One cell for each CVE, asked from the newest series that is listed."""
    for cve in json.loads((DATA / "django_cves.json").read_text()):
        held = {name: [each["sha"] for each in fixes if each["in_snapshot"]] for name, fixes in cve["fixes"].items()}
        order = sorted((name for name in held if held[name]), key=_series)
        if order:
            newest = held[order[-1]]
            truth = {sha for name in order for sha in held[name]} - set(newest)
            yield Cell(cve["cve"], newest[0], truth, truth | set(newest), set(order))


def _series(name: str) -> tuple[int, ...]:
    return (99,) if name in ("main", TRUNK) else tuple(int(part) for part in name.split("."))


def equivalents(name: str, board: Board, history: GitHistory, cells: Sequence[Cell]) -> Score:
    """Strong matches against what the project lists. On a line that it does not list, a match is not judged."""
    score = Score(name)
    names = [line.name for line in board.lines]
    for cell in cells:
        commit = history.commit(cell.query)
        if commit is None:
            continue
        found = {match.commit for match in change(board, history, commit).members}
        score.right += len(found & cell.truth)
        for missed in sorted(cell.truth - found):
            other = history.commit(missed)
            score.missed += 1
            score.misses.append(f"{cell.name}: missed {missed[:12]} “{other.title if other else 'not in the pack'}”, "
                                f"asked from {cell.query[:12]} “{commit.title}”")  # fmt: skip
        for extra in sorted(found - cell.matter):
            on = {names[at] for at in bits(board.holds(extra) & board.line_bits)}
            listed = {
                line
                for line in on
                if line in cell.lines or line.removeprefix("stable/").removesuffix(".x") in cell.lines
            }
            if listed or not cell.lines:
                score.wrong += 1
                score.misses.append(
                    f"{cell.name}: wrong {extra[:12]} on {', '.join(sorted(on)[:2])}, from “{commit.title}”"
                )
    return score


# ------------------------------------------------------------------------------------------------- first fixed release


def first_fixed(reading: Reading) -> tuple[Score, Score]:
    """PostgreSQL: from the trunk's fixes alone, the first fixed release of every line; and whole CVEs."""
    cells, cves = Score("first fixed release of a line"), Score("all lines of a CVE")
    for cve in json.loads((DATA / "postgresql_cves.json").read_text()):
        fixes = [fix["commits"] for fix in cve["fixes"] if fix["role"] == FIX]
        asked = []
        for held in fixes:
            known = [
                each["sha"] for each in (held.get(TRUNK), *reversed(held.values())) if each and each["in_composite"]
            ]
            asked += known[:1]
        told = {line.line: line for line in reading.facts(Ask(fix=tuple(asked), lines="REL*")).lines} if asked else {}
        wrong = 0
        for line, release in cve["first_fixed"].items():
            said = told.get(line)
            if said and said.fixed_in == release:
                cells.right += 1
                continue
            wrong += 1
            cells.missed += 1
            cells.misses.append(f"{cve['cve']} on {line}: {_said(said)}, the notes say {release}")
        cves.right, cves.missed = cves.right + (not wrong), cves.missed + bool(wrong)
    return cells, cves


def _said(line: LineFacts | None) -> str:
    if line is None:
        return "no such line"
    return f"{line.state.value} {line.fixed_in}".strip()


# -------------------------------------------------------------------------------------------------- affected releases


class NoWords:
    """A history of a graph without messages: nothing does the same as anything else."""

    def commit(self, commit: str) -> Commit | None:
        """A commit without words."""
        return Commit(id=commit, author="", email="", authored=0, committed=0, title="", subject="", said=Said())

    def same_subject(self, subject: str) -> Sequence[Commit]:
        """None."""
        return ()

    naming = same_subject

    def resolve(self, written: str) -> str | None:
        """Nothing."""
        return None

    def near(self, commit: Commit, days: float) -> Sequence[Commit]:
        """None."""
        return ()

    def touching(self, commit: Commit) -> Sequence[Commit]:
        """None."""
        return ()

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        """None."""
        return {}


def bare_board(name: str, pattern: str = "") -> Board:
    """A board from a graph file and its refs."""
    with gzip.open(DATA / f"{name}_graph.tsv.gz", "rt") as text:
        lines = [line.rstrip("\n").split("\t") for line in text]
    row = {line[0]: number for number, line in enumerate(lines)}
    graph = from_parents([[int(each) for each in line[1].split(",") if each] for line in lines])
    refs = json.loads((DATA / f"{name}_refs.json").read_text())["refs"]
    tags = [
        (each["ref"][10:], each.get("commit") or each["object"], 0)
        for each in refs
        if each["ref"].startswith("refs/tags/")
    ]
    releases = read_tags([tag for tag in tags if tag[1] in row])
    heads = [each for each in refs if each["ref"] == f"refs/heads/{TRUNK}"]
    trunk = tuple(
        Line(name=each["ref"][11:], ref=each["ref"], commit=each.get("commit") or each["object"]) for each in heads
    )
    contained = contain(graph, [row[each.commit] for each in (*trunk, *releases.all)])
    return Board(lines=trunk, releases=releases, holds=lambda commit: contained.of(row[commit]) if commit in row else 0)


def affected_sets(clone: Path | None = None) -> Score:
    """Curl: the set of affected releases from introducing and fixing commits, against first and last affected.

    The shared graph holds no message, so only containment can speak there; a `clone` of curl lets equivalents be found.
    """
    board, history = bare_board("curl"), NoWords()
    reading = Reading(GitRepository(clone)) if clone else None
    score = Score(f"affected releases of a CVE{', on a clone' if reading else ''}")
    key = scheme(board.releases.scheme).key
    finals = [each for each in board.releases.all if not each.preview]
    for cve in json.loads((DATA / "curl_cves.json").read_text()):
        if not cve["introduced"] or not cve["fixed"]:
            continue
        if reading:
            told = reading.facts(Ask(fix=tuple(cve["fixed"]), introduced=tuple(cve["introduced"])))
            releases, found = reading.board().releases, told.ranges
        else:
            made = [
                [change(board, history, history.commit(each)) for each in cve[key]] for key in ("fixed", "introduced")
            ]
            query = Query(fixes=tuple(made[0]), introduced=tuple(made[1]))
            releases, found = board.releases, ranges(board, query, judge(board, query, lambda line: None))
        first, last = cve["first_affected"], cve["last_affected"]
        want = {each.tag for each in finals if key(first) <= key(each.version) <= key(last)}
        got = set(found.affected) & {each.tag for each in finals}
        if got == want:
            score.right += 1
        else:
            score.missed += 1
            more, less = sorted(got - want), sorted(want - got)
            score.misses.append(
                f"{cve['cve']} ({cve['name']}): said {first} to {last}; "
                f"history has besides {_few(more)}, lacks {_few(less)}"
            )
        if again(releases.all, found.ecosystem[0].events if found.ecosystem else ()) != set(found.affected):
            score.wrong += 1
    return score


def _few(names: Sequence[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}" or "nothing"


# ------------------------------------------------------------------------------------------------------- case bundles


def bundle(name: str, place: Path) -> tuple[GitRepository, list[dict[str, Any]]]:
    """A bundle of real merges as a repository, and its cases."""
    path = place / f"{name}.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--mirror", DATA / f"{name}.bundle", path], check=True)
    return GitRepository(path), json.loads((DATA / f"{name}.json").read_text())


_NOTHING = {
    hashlib.sha1(f"{indent}{line}".encode()).hexdigest()[:8]
    for line in TRIVIAL
    for width in range(13)
    for indent in (" " * width, "\t" * width, "\t" * (width // 4) + " " * (width % 4))
}


def _told(hunk: Hunk) -> Hunk:
    """A hunk without lines that say nothing: in the bundles every line is a hash, so these are known by theirs."""
    return Hunk(path=hunk.path, before=tuple(line for line in hunk.before if line and line not in _NOTHING))


def picks(name: str, repository: GitRepository, cases: Sequence[Mapping[str, Any]]) -> tuple[Score, Score]:
    """Clean or conflict and files in conflict against git's own answer; identical trees; and the verdict."""
    same, verdict = Score(f"{name}: picks"), Score(f"{name}: affected or not")
    for case in cases:
        fix, onto, real = (f"refs/cases/{case['id']}/{each}" for each in ("fix", "onto", "real"))
        pick = repository.pick((fix,), onto)
        told = pick is not None and (pick.clean, sorted(pick.conflicts)) == (case["clean"], sorted(case["conflicts"]))
        if pick and "same_tree_as_real" in case:
            told = told and (pick.clean and pick.tree == repository.tree(real)) == case["same_tree_as_real"]
        same.right, same.missed = same.right + told, same.missed + (not told)
        if not told:
            same.misses.append(f"{case['id']}: {pick}")
        hunks = tuple(_told(hunk) for hunk in repository.hunks(fix) if is_code(hunk.path))
        there = presence(hunks, repository.files(onto, [hunk.path for hunk in hunks])) if hunks else None
        says = bool(pick and pick.clean) or there is None or not there.absent
        truth = case["kind"] != "not-affected"
        if says == truth:
            verdict.right += 1
        elif truth:
            verdict.missed += 1
            verdict.misses.append(f"{case['id']}: affected and not flagged ({there})")
        else:
            verdict.wrong += 1
    return same, verdict


def alike(repository: GitRepository, cases: Sequence[Mapping[str, Any]]) -> Score:
    """Line similarity alone: is the fix nearest to its own backport, among all real backports on that branch?"""
    score = Score("line similarity alone, real backports")
    pairs = [(case, *(repository.resolve(f"refs/cases/{case['id']}/{each}") for each in ("fix", "real")))
             for case in cases if case["kind"] == "backported"]  # fmt: skip
    read = patches.read(repository.reader, sorted({each for _, *both in pairs for each in both}))
    for case, fix, real in pairs:
        others = {
            other for each, _, other in pairs if each["branch"] == case["branch"] and each["real"] != case["real"]
        }
        hit = similarity(read[fix], read[real]) >= ALIKE
        score.right, score.missed = score.right + hit, score.missed + (not hit)
        score.wrong += sum(similarity(read[fix], read[other]) >= ALIKE for other in others)
    return score


# -------------------------------------------------------------------------------------------------------------- speed


def cpu() -> float:
    """CPU seconds of this process and of every git it waited for: a busy machine does not change them much."""
    waited = os.times()
    return time.process_time() + waited.children_user + waited.children_system


def speed(repository: GitRepository, cells: Sequence[Cell]) -> list[tuple[str, ...]]:
    """Containment of every commit of the fix groups in every ref: from the graph file, from the kept index, by git."""
    commits = sorted({sha for cell in cells for sha in cell.matter})
    cold = []
    for _ in range(5):
        fresh = GitRepository(repository.directory, repository.kept)
        started = cpu()
        refs = fresh.refs()
        tips = fresh.tips([ref.commit for ref in refs])
        found = {commit: tips.holds(commit) for commit in commits}
        cold.append(cpu() - started)
    kept = tips.kept()
    warm = []
    for _ in range(25):
        started = cpu()
        again_found = {commit: kept.holds(commit) for commit in commits}
        warm.append(cpu() - started)
    if found != again_found:
        raise AssertionError("the kept index differs")
    sample = random.Random(7).sample(commits, 12)
    started = cpu()
    for commit in sample:
        command = ["git", "-C", str(repository.directory), "tag", "--contains", commit]
        tags = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        ours = {refs[at].name[10:] for at in bits(found[commit]) if refs[at].name.startswith("refs/tags/")}
        if tags != ours:
            raise AssertionError(commit)
    each = (cpu() - started) / len(sample)
    best, warmest = min(cold), min(warm)
    ratio = each * len(commits) / best
    many = f"{len(commits):,} fix commits x {len(refs)} refs"
    return [
        (f"{many}, commit-graph there", f"{best * 1000:.0f} ms", "<= 150 ms", _held(best <= COLD)),
        ("the same, index kept", f"{warmest * 1000:.1f} ms", "<= 5 ms", _held(warmest <= WARM)),
        (
            f"`git tag --contains` for each (from {len(sample)})",
            f"{each * len(commits):.0f} s, {ratio:,.0f} x",
            ">= 100 x",
            _held(ratio >= RATIO),
        ),
    ]


def answers(repository: GitRepository, cells: Sequence[Cell], place: Path) -> list[tuple[str, ...]]:
    """First answer for one fix: nothing kept, then from the kept index in a fresh reading; and the ninetieth of 100."""
    taken = []
    for _ in range(2):
        started = cpu()
        Reading(GitRepository(repository.directory, place / "answers.index")).facts(Ask(fix=(cells[0].query,)))
        taken.append(cpu() - started)
    reading = Reading(GitRepository(repository.directory, place / "answers.index"))
    each = []
    for cell in cells[:100]:
        started = cpu()
        reading.facts(Ask(fix=(cell.query,)))
        each.append(cpu() - started)
    ninety = sorted(each)[int(len(each) * 0.9)]
    return [
        ("first answer for one fix, nothing kept", f"{taken[0]:.1f} s", "<= 6 s", _held(taken[0] <= 6)),
        ("the same, index kept, new process's work", f"{taken[1]:.2f} s", "<= 1 s", _held(taken[1] <= 1)),
        ("each further fix (p90)", f"{ninety * 1000:.0f} ms", "<= 2 s", _held(ninety <= 2)),
    ]


def _held(held: bool) -> str:
    return "yes" if held else "NO"


def both(score: Score, precise: float, recalled: float) -> list[tuple[str, ...]]:
    """Precision and recall as two rows; without goals where they are 0."""
    rows_: list[tuple[str, ...]] = []
    for word, value, told, goal in (
        ("precision", score.precision, f"{score.wrong} wrong", precise),
        ("recall", score.recall, f"{score.missed} of {score.right + score.missed} missed", recalled),
    ):
        held = (f">= {goal}", _held(value >= goal)) if goal else ("", "")
        rows_.append((f"{score.name}: {word}", f"{value:.3f} ({told})", *held))
    return rows_


def share(score: Score) -> float:
    """Share that is right, wrong flags counted as wrong."""
    whole = score.right + score.wrong + score.missed
    return score.right / whole if whole else 1.0


def main() -> None:
    """Measure, print, and with `--write` put the tables into the documentation."""
    if not DATA.is_dir():
        raise SystemExit("needs shared/backports beside the repository")
    clones = [Path(each) for each in sys.argv[1:] if not each.startswith("-")]
    table: list[tuple[str, ...]] = []
    explained: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        postgresql = unpack("postgresql", place)
        reading = Reading(postgresql)
        groups, cves = list(postgresql_groups()), list(postgresql_cells())
        table += speed(postgresql, groups)
        table += answers(postgresql, cves, place)
        board, history = reading.board(), PatchIds(postgresql, patch_ids("postgresql"))
        django = unpack("django", place)
        boards = Reading(django).board("*able/*")
        for score, precise, recalled in (
            (equivalents("PostgreSQL, CVEs", board, history, cves), 0.995, 0.97),
            (equivalents("PostgreSQL, all fixes", board, history, groups), 0.0, 0.0),
            (
                equivalents("Django, CVEs", boards, PatchIds(django, patch_ids("django")), list(django_cells())),
                0.995,
                0.92,
            ),
        ):
            table += both(score, precise, recalled)
            explained += [f"**{score.name}**", *score.misses]
        cells, whole = first_fixed(reading)
        sets = [affected_sets(), *(affected_sets(each) for each in clones)]
        for score, goal in ((cells, 0.98), (whole, 0.93), *((each, 0.96) for each in sets)):
            table.append(
                (
                    score.name,
                    f"{share(score):.1%} ({score.missed} of {score.right + score.missed} not)",
                    f">= {goal:.0%}",
                    _held(share(score) >= goal),
                )
            )
            explained += [f"**{score.name}**", *score.misses]
        for name in ("postgresql_cases", "awslc_cases"):
            merges = bundle(name, place)
            same, verdict = picks(name, *merges)
            table.append(
                (same.name, f"{share(same):.1%} of {same.right + same.missed} as git", "100 %", _held(not same.missed))
            )
            table.append(
                (
                    verdict.name,
                    f"{share(verdict):.1%} agree, {verdict.missed} missed, {verdict.wrong} needless",
                    "0 missed, >= 92 %",
                    _held(not verdict.missed and share(verdict) >= 0.92),
                )
            )
            explained += [f"**{same.name}, {verdict.name}**", *same.misses, *verdict.misses]
            if name == "postgresql_cases":
                table += both(alike(*merges), 0.99, 0.93)
    rows(("what", "measured", "goal", "held"), table)
    print("\n" + "\n".join(explained))
    if "--write" in sys.argv:
        write(table, explained)


def write(table: Sequence[Sequence[str]], explained: Sequence[str]) -> None:
    """Replace what stands after the mark in the documentation."""
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0] if PAGE.exists() else ""
    body = [
        "| what | measured | goal | held |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in table),
        "",
        "## Every miss",
        "",
    ]
    body += [f"\n{line}\n" if line.startswith("**") else f"- {line}" for line in explained]
    PAGE.write_text(head + MARK + "\n\n" + "\n".join(body) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
