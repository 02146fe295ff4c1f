# SPDX-License-Identifier: Apache-2.0
"""A case to work on, in the installation of the test that asks."""

from __future__ import annotations

import pytest

from tests.services.acts import report
from tocsin.core.vocabulary import CaseRef
from tocsin.services import worker
from tocsin.testing.house import House


@pytest.fixture
def ref(home: House) -> CaseRef:
    """A case whose own effects have been carried out."""
    ref = report(home).case
    worker.run_once(home.desk)
    return ref
