# SPDX-License-Identifier: Apache-2.0
"""Is this version affected? One question against one range and against 902, beside `univers` in the same run; a bill of
materials of 1,000 components; building an index of 500,000 ranges. CPU time of this process; the collector of garbage
runs as it does in the product: paused while an index is loaded (`services.affected`), on for questions."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from univers.version_range import VersionRange
from univers.versions import PypiVersion

from benchmarks.measure import rows
from tocsin.core.affected import sbom
from tocsin.core.affected.answers import answer
from tocsin.core.affected.cuts import PARSERS
from tocsin.core.affected.index import Index
from tocsin.core.affected.statements import Record, Statement
from tocsin.core.versions import Interval
from tocsin.core.vocabulary import Affectedness
from tocsin.services.affected import unhurried

ROUNDS = 9
QUESTIONS = 10_000
NOW = datetime(2026, 3, 3, tzinfo=UTC)
CHANCE = random.Random(20261122)


def version() -> str:
    """A version as Python packages have them; one in eight is a pre-release, a post release or the like."""
    plain = f"{CHANCE.randint(0, 9)}.{CHANCE.randint(0, 40)}.{CHANCE.randint(0, 20)}"
    return plain + CHANCE.choice(["", "", "", "", "", "", "", CHANCE.choice(["rc1", ".dev3", ".post2", "a4", "b1"])])


def span() -> Interval:
    """An affected range with a fix."""
    first, second = sorted((version(), version()), key=PARSERS["pep440"])
    return Interval(start=first, fixed=second)


def record(number: int, name: str, spans: list[Interval], scheme: str = "pep440") -> Record:
    """An advisory about one package."""
    said = tuple(
        Statement(names=(("PyPI", name),), scheme=scheme, state=Affectedness.FIXED, interval=each, fixed=each.fixed)
        for each in spans
    )
    return Record(id=f"A-{number}", modified=NOW, statements=said)


def microseconds(work: Callable[[], object], count: int) -> float:
    """CPU microseconds of each of `count` pieces of work that `work` does."""
    started = time.process_time()
    work()
    return (time.process_time() - started) / count * 1e6


def questions(ranges: int, name: str) -> tuple[Index, list[str]]:
    """A package with so many ranges, and versions to ask about."""
    index = Index([record(number, name, [span()]) for number in range(ranges)])
    index.build()
    return index, [version() for _ in range(QUESTIONS)]


def ours(index: Index, name: str, versions: list[str], cold: bool) -> float:
    """One question through the index."""
    forget, package = PARSERS["pep440"].cache_clear, ("PyPI", name)

    def work() -> None:
        for each in versions:
            if cold:
                forget()
            index.hit(package, each)

    return microseconds(work, len(versions))


def theirs(versions: list[str]) -> float:
    """One question to univers: read the range, read the version, look."""
    written = [f"vers:pypi/>={each.start}|<{each.fixed}" for each in (span() for _ in range(500))]

    def work() -> None:
        for place, each in enumerate(versions[:2000]):
            _ = PypiVersion(each) in VersionRange.from_string(written[place % 500])

    return microseconds(work, 2000)


def bill(index: Index) -> float:
    """Milliseconds for a bill of materials of 1,000 components, from its bytes to the answers: one in ten old enough
    to be hit by something, the rest newer than every fix."""
    components = []
    for _ in range(1000):
        name, release = f"p{CHANCE.randint(0, 65_999)}", CHANCE.choice([version(), *["10.1.0"] * 9])
        components.append({"name": name, "version": release, "purl": f"pkg:pypi/{name}@{release}"})
    body = msgspec.json.encode({"bomFormat": "CycloneDX", "components": components})
    return microseconds(lambda: [answer(index, each) for each in sbom.read(body)], 1) / 1000


def large() -> tuple[Index, float]:
    """An index of 500,000 ranges over 66,000 packages, every package cut, and the CPU seconds it took."""
    # five of six packages have few ranges and one in six has most, as in the real databases
    records = [
        record(number, f"p{min(CHANCE.randint(0, 65_999), CHANCE.randint(0, 65_999))}", [span() for _ in range(2)])
        for number in range(250_000)
    ]
    started = time.process_time()
    with unhurried():
        index = Index(records)
        index.build()
    return index, time.process_time() - started


def main() -> None:
    """Measure and print."""
    one, many = questions(1, "one"), questions(902, "many")
    found: dict[str, list[float]] = {}
    ours(
        many[0], "many", many[1], cold=False
    )  # what is remembered of each piece is made at the first question about it
    for _ in range(ROUNDS):
        found.setdefault("univers", []).append(theirs(one[1]))
        for name, (index, versions) in (("one", one), ("many", many)):
            found.setdefault(f"{name} cold", []).append(ours(index, name, versions, cold=True))
            ours(index, name, versions, cold=False)
            found.setdefault(f"{name} kept", []).append(ours(index, name, versions, cold=False))
    middle = {name: statistics.median(values) for name, values in found.items()}
    rows(("microseconds a question", "median", "x univers"), [
        (name, value, middle["univers"] / value) for name, value in middle.items()
    ])  # fmt: skip
    print(f"cold: {middle['univers'] / middle['one cold']:.1f} x univers (goal >= 12)")
    print(f"parsed versions kept: {middle['univers'] / middle['one kept']:.1f} x univers (goal >= 30)")
    both = sorted(many / one for one, many in zip(found["one cold"], found["many cold"], strict=True))
    print(f"902 ranges / 1 range by rounds: {statistics.median(both):.2f} ({both[0]:.2f}-{both[-1]:.2f}, goal 1.5)")
    index, seconds = large()
    print(f"index of 500,000 ranges: {seconds:.2f} s (goal <= 5)")
    print(f"1,000 components: {statistics.median(bill(index) for _ in range(ROUNDS)):.2f} ms (goal <= 10)")


main()
