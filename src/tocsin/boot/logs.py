# SPDX-License-Identifier: Apache-2.0
"""Logs as lines of JSON, one object each, for machines that gather them: when, how bad, who says it, what, and where an
error came from. What an error says of itself is left out, because it may quote what it stumbled over."""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; of an exception its type and the places it passed, never its words."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "role": os.environ.get("TOCSIN_ROLE", "manage"),
            "pid": record.process,
        }
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            told["error"] = kind.__name__
            told["places"] = [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(trace)]
        return json.dumps(told, ensure_ascii=False)
