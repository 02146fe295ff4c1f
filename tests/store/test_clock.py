# SPDX-License-Identifier: Apache-2.0
"""The clock that machines share is the database server's; a file has none of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.adapters.db.clock import clock
from tocsin.adapters.db.database import Database


def test_a_file_has_no_clock(sqlite: Database) -> None:
    assert clock(sqlite) is None


@pytest.mark.postgres
def test_postgresql_tells_the_instant_of_the_question_and_not_of_a_transaction(postgresql: Database) -> None:
    before = datetime.now(UTC)
    first, second = clock(postgresql), clock(postgresql)
    assert first
    assert second
    assert before - timedelta(seconds=1) < first < second
