# SPDX-License-Identifier: Apache-2.0
"""Why a request was not carried out: problem details for HTTP (RFC 9457), and what a refusal of Tocsin says besides."""

from __future__ import annotations

from tocsin.core.wire import Wire

MEDIA_TYPE = "application/problem+json"


class Mistake(Wire):
    """One thing wrong with what was sent: `where` is a JSON path into the body, or the name of a parameter."""

    where: str
    message: str


class Problem(Wire):
    """A problem. `code` is stable and made for programs; `detail` is one sentence that a person can act on.

    `rule` names the clause or table that says so, `cite` the line of the project's policy, `missing` what would satisfy
    it; after a conflict `missing` names what changed. `mistakes` lists what is wrong with the request itself.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    rule: str = ""
    cite: str = ""
    missing: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
