# SPDX-License-Identifier: Apache-2.0
"""How logs are written: as lines for people, or as lines of JSON, one object each, for machines that gather them. Both
say of an error its kind and where it came from. What it says of itself is left out, because it may quote what it
stumbled over, and logs are kept, copied and read by others than a case is.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

FOREIGN: Final = "django.security.DisallowedHost"
"""Who logs a request that asks for a name which is not ours: any scanner can send one, and no place in the program is
of interest. What to do about it depends on our settings, of which Django knows nothing."""

Told = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

PLAIN: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Names(logging.Filter):
    """Says of a foreign name which settings hold ours, and not where in the program it was seen."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reword what Django says of it; everything else stays as it is."""
        if record.name == FOREIGN:
            told = record.getMessage().partition(" You may need")[0].rstrip(".")
            record.msg, record.args = f"{told}: this installation is called as server.url and server.desk_url say", ()
            record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        return True


class PlainFormatter(logging.Formatter):
    """One line, and below it the places that an error passed."""

    def __init__(self) -> None:
        super().__init__(PLAIN)

    def formatException(self, ei: Told) -> str:  # noqa: N802 - the name is logging's
        """Write an exception: the places it passed, its type, never its words; the one behind it likewise."""
        if ei[1] is None:
            return ""
        lines = [f"  {each}" for each in _places(ei[2])]
        behind = ei[1].__cause__ or ei[1].__context__
        first = [f"{self.formatException((type(behind), behind, behind.__traceback__))}\nthen"] if behind else []
        return "\n".join((*first, *lines, ei[0].__name__))


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
            told["places"] = _places(trace)
        return json.dumps(told, ensure_ascii=False)


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(trace)]
