# SPDX-License-Identifier: Apache-2.0
"""The claims check on a real repository: `./bench claims DIR`, a clone of curl with its history, bare or not; without
DIR on one that is made for it, of PostgreSQL's size (`benchmarks.sources`), over all its lines.

Fifty published vulnerabilities of curl with a known fix (`shared/backports/curl_cves.json`). A report is written from
each: the files that the fix changed and the functions its difference names, as they stood before it. Git itself says
that they exist, so every one must be found. Invented names stand beside them and must not be. Cold is the first report
of a process, warm any later one, and the same report once more; as a person waits, by the clock on the wall.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import sources
from benchmarks.measure import ROOT, rows
from tocsin.adapters.git.sources import GitSources
from tocsin.services.claims import check

CASES = 50
INVENTED = ("lib/vquantum_tls.c", "Curl_quantum_handshake", "curl_vortex_init")
_HUNK = re.compile(r"^@@ .* @@ .*?\b(\w+)\(", re.MULTILINE)
_CODE = (".c", ".h", ".md", ".py", ".pl", ".am", ".txt")


def git(repository: Path, *arguments: str) -> str:
    """Ask git itself."""
    done = subprocess.run(["git", "-C", str(repository), *arguments], check=False, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def report(repository: Path, fix: str) -> tuple[str, set[str]]:
    """Write a report about what a fix changed: its text, and the names in it that exist before the fix."""
    changed = git(repository, "diff", "--name-status", "--diff-filter=MD", f"{fix}^", fix).splitlines()
    files = {path for line in changed if (path := line.split("\t")[-1]).endswith(_CODE)}
    difference = git(repository, "diff", "-U0", f"{fix}^", fix, "--", *(path for path in files if path.endswith(".c")))
    named = {name for name in _HUNK.findall(difference) if "_" in name}
    symbols = {name for name in named if git(repository, "grep", "-lwF", "-e", name, f"{fix}^")}
    cites = [f"The fault lies in {path}." for path in sorted(files)]
    cites += [f"{name}() does not check its argument." for name in sorted(symbols)]
    invented = f"It may also be reached from {INVENTED[1]}() and {INVENTED[2]}() in {INVENTED[0]}."
    return "\n".join([*cites, invented]), files | symbols


def made() -> None:
    """Measure a repository of PostgreSQL's size: reports that cite files and symbols of it, invented ones, and more."""
    with TemporaryDirectory() as home:
        repository = Path(home) / "made.git"
        texts = list(sources.reports(sources.make(repository), 20))
        lines = GitSources(repository).lines()
        cold, warm, again = [], [], []
        cited = found = false = 0
        for text, names, invented in texts:
            opened = GitSources(repository)
            for place, times in ((opened, cold), (opened, again)):
                start = time.perf_counter()
                answer = check(text, place)
                times.append(time.perf_counter() - start)
            exist = {claim.value for claim in answer.claims if claim.found}
            cited, found, false = cited + len(names), found + len(names & exist), false + len(invented & exist)
        for text, _, _ in texts:
            start = time.perf_counter()
            check(text, opened)
            warm.append(time.perf_counter() - start)
    print(f"{sources.FILES:,} files, {sources.COMMITS:,} commits, looked up in {len(lines)} lines: {', '.join(lines)}")
    rows(("", "s median", "s worst"), [
        (name, statistics.median(times), max(times))
        for name, times in (("a process's first report", cold), ("another report", warm), ("the same again", again))
    ])  # fmt: skip
    print(f"{found} of {cited} cited names found, {false} invented (goal: all, 0)")
    print(f"cold, worst: {max(cold):.2f} s (goal <= 5) {'ok' if max(cold) <= 5 else 'MISSED'}")
    print(f"again, worst: {max(again):.2f} s (goal <= 0.5) {'ok' if max(again) <= 0.5 else 'MISSED'}")


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        made()
        return
    repository = Path(sys.argv[1])
    told = json.loads((ROOT.parent / "shared" / "backports" / "curl_cves.json").read_text())
    known = [
        row for row in told if row["fixed"] and git(repository, "cat-file", "-t", row["fixed"][0]).strip() == "commit"
    ]
    cited = found = false = 0
    cold, warm, again = [], [], []
    for row in known:
        fix = row["fixed"][0]
        text, names = report(repository, fix)
        if not names or len(cold) == CASES:
            continue
        before = git(repository, "rev-parse", f"{fix}^").strip()
        opened = GitSources(repository, [before])
        for times in (cold, again):
            start = time.perf_counter()
            answer = check(text, opened)
            times.append(time.perf_counter() - start)
        start = time.perf_counter()
        check(f"A crash in {sorted(names)[0]} and {INVENTED[2]}_two()", opened)
        warm.append(time.perf_counter() - start)
        exist = {claim.value for claim in answer.claims if claim.found}
        cited, found = cited + len(names), found + len(names & exist)
        false += len(set(INVENTED) & exist)
        if missing := names - exist:
            print(f"{row['cve']}: not found: {', '.join(sorted(missing))}")
    rows(("", "s median", "s worst"), [
        (name, statistics.median(times), max(times))
        for name, times in (("cold", cold), ("another report", warm), ("the same again", again))
    ])  # fmt: skip
    print(f"{len(cold)} advisories: {found} of {cited} cited files and symbols found, {false} invented (goal: all, 0)")
    print(f"cold, worst: {max(cold):.2f} s (goal <= 5) {'ok' if max(cold) <= 5 else 'MISSED'}")
    print(f"again, worst: {max(again):.2f} s (goal <= 0.5) {'ok' if max(again) <= 0.5 else 'MISSED'}")
    opened = GitSources(repository)
    start = time.perf_counter()
    check(text, opened)
    print(f"over {len(opened.lines())} lines, cold: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
