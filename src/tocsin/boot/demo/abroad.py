# SPDX-License-Identifier: Apache-2.0
"""What the demo's story sees of the services outside: nothing before, and afterwards what the board says, read there by
somebody who is not us. The services hold every request against the official descriptions, and say how that went."""

from __future__ import annotations

import re
from typing import Any, Final

from tocsin.boot.demo.browser import Browser
from tocsin.boot.demo.matter import Matter
from tocsin.boot.demo.page import Page, Unexpected
from tocsin.boot.demo.place import Outside

OK: Final = 200
READ_BACK: Final = "\N{CHECK MARK} read back"
TARGETS: Final = ("cve", "github-advisory")
"""Targets that are not the project's own site and are served by the demo's small copies of services."""


def record(outside: Outside, matter: Matter) -> str:
    """Where everybody reads the CVE record."""
    return f"{outside.cna}/api/cve/{matter.cve_id}"


def settled(page: Page) -> bool:
    """Whether the board waits for nothing but people."""
    return _read_back(page) or "needs a person" in page.words


def read(anybody: Browser, page: Page, outside: Outside, matter: Matter) -> Any:
    """Read record and advisory where the board says that they are. Raises Unexpected for whatever is not as it says."""
    web = outside.forges[matter.project].api
    if not _read_back(page):
        told = [anybody.fetch(f"{each}/")[2].decode() for each in (outside.cna, web)]
        raise Unexpected("\n".join(("a target outside needs a person", *told, page.words)))
    found = re.search(rf"{re.escape(web)}/\S+/security/advisories/GHSA-[\w-]+", page.text)
    if found is None:
        raise Unexpected("the board does not say where the advisory is on GitHub")
    number = record(outside, matter)
    for address, holds in ((number, '"PUBLISHED"'), (found[0], matter.title)):
        status, _, body = anybody.fetch(address)
        if status != OK or holds not in body.decode():
            raise Unexpected(f"{address} answered {status}, without {holds}")
    verdicts = {each: _fits(anybody, each) for each in (outside.cna, web)}
    return {"board": "read back", "record": number, "advisory": found[0], "requests": verdicts}


def _read_back(page: Page) -> bool:
    """Whether the board has a check mark for every target outside."""
    return all(re.search(rf"\b{each}\S* {READ_BACK}", page.words) for each in TARGETS)


def _fits(anybody: Browser, address: str) -> str:
    """What a service outside says of the requests that it got."""
    verdict = anybody.fetch(f"{address}/")[2].decode().partition("\n")[0]
    if not verdict.endswith("; 0 things did not fit the official description"):
        raise Unexpected(f"{address}: {verdict}")
    return verdict
