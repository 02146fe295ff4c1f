# SPDX-License-Identifier: Apache-2.0
"""Bills of materials of strangers, read in the child: the same answers as here, and nothing gets out of hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from types import SimpleNamespace

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from tocsin.adapters.child.pool import Pool  # noqa: E402 - Django is set up above
from tocsin.boot import wiring_front as wiring  # noqa: E402
from tocsin.boot.config import Config  # noqa: E402
from tocsin.core.affected.sbom import MOST_ASKED, Bill, bill  # noqa: E402
from tocsin.services.ports.child import Failed  # noqa: E402

CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "components": [
        {"name": "demo", "version": "1.2", "purl": "pkg:pypi/demo@1.2"},
        {"name": "outer", "components": [{"name": "libpq5", "purl": "pkg:deb/debian/libpq5@1:15.4-1"}]},
    ],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {
            "name": "demo",
            "versionInfo": "1.2",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40demo/x@1"}],
        }
    ],
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool[Bill]]:
    made = Pool("sbom", Bill, wiring.LARGEST_BILL)
    yield made
    made.close()


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(CYCLONEDX).encode(),
        json.dumps(SPDX).encode(),
        json.dumps({"bomFormat": "CycloneDX", "components": CYCLONEDX["components"] * MOST_ASKED}).encode(),
        b"", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"bomFormat": "CycloneDX", "components": 7}',
        b'{"bomFormat": "CycloneDX", "components": ' + b'[{"components":' * 3000 + b"[]" + b"}]" * 3000 + b"}",
    ],
)  # fmt: skip
def test_the_child_says_what_reading_here_would_say(pool: Pool[Bill], body: bytes) -> None:
    found = pool(body)
    assert found == bill(body)
    assert isinstance(found, Bill)
    assert found.asked or found.wrong


def test_a_bill_that_wants_more_memory_than_it_gets_is_a_failure_and_the_next_is_read(pool: Pool[Bill]) -> None:
    wide = b'{"bomFormat":"CycloneDX","components":[' + b"{}," * 9_000_000 + b"{}]}"
    assert isinstance(pool(wide), Failed)
    body = json.dumps(CYCLONEDX).encode()
    assert pool(body) == bill(body)


@pytest.mark.slow
def test_the_process_that_faces_the_internet_asks_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a house in memory reads by itself is a default; boot gives the front the pool, and starts nothing yet."""
    given: dict[str, object] = {}
    monkeypatch.setattr(wiring, "Front", lambda **named: given.update(named))
    for name in ("load_sealer", "load_receipts", "load_notary", "load_tokens", "load_log_key"):
        monkeypatch.setattr(wiring, name, lambda _: SimpleNamespace(instance="", mark=None))
    wiring.front(Config())
    assert given["bills"] is wiring.BILLS
    assert isinstance(wiring.BILLS, Pool)
    assert wiring.BILLS.nursery is None
