# SPDX-License-Identifier: Apache-2.0
"""The Python client of `/api/v1`: `from tocsin import Client`. Needs neither Django nor a database.

    with Client.from_env() as tocsin:              # TOCSIN_URL, TOCSIN_TOKEN
        for row in tocsin.cases.list(waits_for="team"):
            print(row.ref, row.next_due, row.title)
        case = tocsin.cases.get("WHPG-2026-k7x4m")
        case.note("Looks real.")

Values are those of `tocsin.core.wire`. Whatever goes wrong raises a `Failed` that carries the problem.
"""

from __future__ import annotations

from tocsin.client.cases import Cases, OpenCase
from tocsin.client.client import Client
from tocsin.client.errors import Conflict, Failed, NotFound, NotNow, Refusal, TokenRefused

__all__ = ["Cases", "Client", "Conflict", "Failed", "NotFound", "NotNow", "OpenCase", "Refusal", "TokenRefused"]
