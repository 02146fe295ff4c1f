# SPDX-License-Identifier: Apache-2.0
"""A running desk with cases on it, for tests that look at it through a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.cache import cache
from django.test.utils import override_settings
from playwright.sync_api import BrowserContext

from tests.desk import server, story
from tests.live import live
from tocsin.core.case import commands as cmd
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.services.post import keyring
from tocsin.testing.house import House
from tocsin.testing.house import house as build


class Office:
    """Where the desk runs, and the cases on it: the first under embargo, the second just accepted, the fifth new."""

    def __init__(self, url: str, house: House) -> None:
        self.url = url
        self.house = house
        self.refs = story.inbox(house)
        answer = cmd.Answer(text="It is real.")
        story.act(house, self.refs[1], cmd.Accept(advisory_id="WHPG-SA-2026-002", answer=answer))
        story.several(house, self.refs[0])
        keyed(house, self.refs[0])

    def enter(self, context: BrowserContext, person: str = "") -> None:
        """Sign somebody in, Dana if nobody is named."""
        now = self.house.clock()
        token = self.house.desk.people.sign_in_link(person or self.house.dana, now, now + timedelta(hours=1))
        page = context.new_page()
        page.goto(f"{self.url}/sign-in/{token}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/inbox")
        page.close()


def keyed(house: House, ref: str) -> None:
    """The reporter is known by two keys: one that Dana compared, and one that nobody has."""
    now, ends = house.clock(), house.clock() + timedelta(days=400)
    for fingerprint, source in (("C59B860F" * 5, Source.AUTOCRYPT), ("0123456789" * 4, Source.WKD)):
        by = house.dana if source is Source.AUTOCRYPT else ""
        key = KnownKey(body=b"", fingerprint=fingerprint, source=source, seen_at=now, made_at=now, expires_at=ends,
                       verified_by=by)  # fmt: skip
        keyring.given(house.desk, story.PROJECT, ref, "", key)


@contextmanager
def opened() -> Iterator[Office]:
    """Serve the desk over HTTP from this process."""
    with override_settings(**server.SETTINGS):
        house = build()
        server.current.append(house)
        try:
            with live() as url:
                yield Office(url, house)
        finally:
            server.current.remove(house)
            cache.clear()
