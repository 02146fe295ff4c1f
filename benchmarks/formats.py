# SPDX-License-Identifier: Apache-2.0
"""Documents of one advisory and checks of documents, on one core: CPU time of this process, the best of several rounds.

Every advisory of a round is a new record that no format has seen; what is kept between advisories (instants, scores,
versions, constraints of ranges, texts made inert) is kept from the round before, as at a project that publishes again.
The baseline for JSON is `msgspec` writing the same values, decoded beforehand, in the same form; for schemas it is
decoding the same bytes.

The advisory is of one product with four release lines (two fixed, one not affected, one unsupported) and has scores of
three CVSS generations, one weakness, two references, two people to thank and every text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from benchmarks.measure import rows
from tests.advisory.samples import warehouse
from tocsin.core.advisory import Advisory
from tocsin.core.formats import FORMATS, Format, schema_violations
from tocsin.core.formats.encode import json_bytes
from tocsin.core.formats.other import OTHERS, Other
from tocsin.services.documents import csaf

ROUNDS, COUNT = 9, 200
ALL_JSON, PROSE, CHECKS = 150e-6, 2e-3, 5_000
"""Seconds that all JSON documents, and one text, may take; schema checks a second."""

JSON = tuple(each for each in FORMATS if "json" in each.media_type)
TEXTS = (*(each for each in FORMATS if "json" not in each.media_type), OTHERS["html"])


def best(prepare: Callable[[], Sequence[object]], work: Callable[[object], object]) -> float:
    """Least CPU seconds for one piece of work; what it works on is made anew, and not counted.

    As in a publication it is let go afterwards: kept, the collector of cycles would go through it again and again.
    """
    taken = []
    for _ in range(ROUNDS):
        given = list(prepare())
        count, started = len(given), time.process_time()
        while given:
            work(given.pop())
        taken.append((time.process_time() - started) / count)
    return min(taken)


def main() -> None:
    """Measure and print."""
    stored = msgspec.json.encode(warehouse())
    documents = {each.name: each.render(warehouse()) for each in JSON}
    values = [msgspec.json.decode(each) for each in documents.values()]

    def records() -> list[Advisory]:
        return [msgspec.json.decode(stored, type=Advisory) for _ in range(COUNT)]

    def once() -> list[int]:
        return list(range(COUNT))

    writing = best(once, lambda _: [json_bytes(each) for each in values])
    rendering = best(records, lambda record: [each.render(record) for each in JSON])
    table = [
        ("msgspec writing the values of all JSON documents", f"{writing * 1e6:.0f} us", "baseline", ""),
        (
            "all JSON documents of one advisory",
            f"{rendering * 1e6:.0f} us",
            f"<= {ALL_JSON * 1e6:.0f} us",
            _held(rendering, ALL_JSON),
        ),
        ("  over the baseline", f"{rendering / writing:.1f} x", "", ""),
    ]
    table += [_text(each, records) for each in TEXTS]
    table += [_schema(each, documents[each.name]) for each in JSON]
    value = msgspec.json.decode(documents["csaf20"])
    suite = best(lambda: range(20), lambda _: list(csaf.findings("2.0", value, documents["csaf20"])))
    table.append(("CSAF 2.0: schema and every test", f"{suite * 1e3:.1f} ms", "off the typing path", ""))
    rows(("what", "measured", "goal", "held"), table)


def _text(each: Format | Other, records: Callable[[], list[Advisory]]) -> tuple[str, str, str, str]:
    taken = best(records, each.render)
    return each.title, f"{taken * 1e3:.2f} ms", f"<= {PROSE * 1e3:.0f} ms", _held(taken, PROSE)


def _schema(each: Format, document: bytes) -> tuple[str, str, str, str]:
    schema_violations(each.schema, document)
    taken = best(lambda: range(COUNT), lambda _: schema_violations(each.schema, document))
    return f"schema checks: {each.title}", f"{1 / taken:,.0f} /s", f">= {CHECKS:,} /s", _held(-1 / taken, -CHECKS)


def _held(measured: float, goal: float) -> str:
    return "yes" if measured <= goal else "NO"


if __name__ == "__main__":
    main()
