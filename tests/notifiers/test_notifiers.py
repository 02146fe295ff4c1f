# SPDX-License-Identifier: Apache-2.0
"""Every notifier says exactly what its data says: the case and what happened, nothing of the matter."""

from __future__ import annotations

import logging
import tomllib

import pytest

from tests.support import DATA
from tocsin.adapters.notifiers import NOTIFIERS
from tocsin.core.notices import Notice


@pytest.mark.parametrize("path", sorted((DATA / "notifiers" / "log").glob("*.toml")), ids=lambda path: path.stem)
def test_the_log_names_case_and_event_only(path, caplog):
    story = tomllib.loads(path.read_text())
    with caplog.at_level(logging.INFO, logger="tocsin.notice"):
        NOTIFIERS["log"].tell(Notice(**story["notice"]))
    assert [record.getMessage() for record in caplog.records] == [story["expect"]["line"]]
