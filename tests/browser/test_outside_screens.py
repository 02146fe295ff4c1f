# SPDX-License-Identifier: Apache-2.0
"""Distributors and the forge at the desk in a real browser, with something on every page: light and dark, wide and
narrow, readable by everybody, within its policy. The pictures in build/screens are there to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page

from tests.chromium import accessibility, watch
from tests.desk import server
from tests.live import live
from tests.outside import test_distribution as distros
from tests.outside.places import PROJECT, Silent, Town, town
from tests.outside.test_forge_public import POC, rejected
from tocsin.core.case.party_commands import SetProduct
from tocsin.core.vocabulary import Affectedness
from tocsin.services import cases
from tocsin.services.distribution import door, telling
from tocsin.services.forge import watch as issues
from tocsin.services.forge import wishes

pytestmark = pytest.mark.browser

LOOKS = [("light", 1280), ("dark", 320), pytest.param("light", 320, marks=pytest.mark.deep),
         pytest.param("dark", 1280, marks=pytest.mark.deep)]  # fmt: skip


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[str, Town, dict[str, str]]]:
    """The desk of an installation whose project has distributors and lives on a small GitHub."""
    with override_settings(**server.SETTINGS):
        made = town(watch_issues=True)
        made.desk = replace(made.desk, post=replace(made.desk.post, sends=Silent(), sender="security@example.org"))
        made.house = replace(made.house, desk=made.desk)
        server.current.append(made.house)
        try:
            with live() as url:
                yield url, made, _story(made)
        finally:
            server.current.remove(made.house)
            cache.clear()


def _story(here: Town) -> dict[str, str]:
    """Two distributors told of a case, a third that applies; a draft on the forge that somebody changed; an issue."""
    for name in ("Tide Linux", "Harbour"):
        distros.approved(here, name.replace(" ", "-"))
    distros.applied(here, "Lagoon")
    ref = distros.embargoed(here)
    distros.told(here, ref)
    distros.consent(here, ref, "Tide-Linux")
    here.house.clock.advance(timedelta(minutes=2))
    telling.give(here.desk)
    share = telling.named(here.desk, ref, "Tide-Linux")
    assert share
    door.saw(here.house.front, PROJECT, ref, share.party, share.blob)
    here.turn()
    own = SetProduct(
        party=share.party, product=distros.PURL, affected=Affectedness.FIXED, advisory="https://tide.example/sa/1"
    )
    here.move(ref, own)
    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    wishes.ask(here.desk, opened, here.dana, "push")
    wishes.carry_out(here.desk)
    (ghsa,) = here.github.world.advisories
    here.github.world.write(ghsa, {"summary": "Somebody else's words"})
    for title in (POC[0], f"{POC[0]} again"):
        here.github.world.open_issue("stranger", title, POC[1])
    here.look()
    issues.take_up(here.desk, PROJECT, here.github.world.issues[0]["number"], here.house.dana)
    return {
        "distributors": f"/distributors/{PROJECT}", "forge": f"/forge/{PROJECT}", "forge-none": "/forge/example",
        "case-distributors": f"/c/{ref}/distributors", "case-people": f"/c/{ref}/people",
        "case-forge": f"/c/{ref}/forge",
        "case-issue": f"/c/{rejected(here)}/forge",
    }  # fmt: skip


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_distributors_and_forge_are_readable_by_everybody(
    chromium: Browser,
    there: tuple[str, Town, dict[str, str]],
    shoot: Callable[[Page, str], Path],
    scheme: str,
    width: int,
) -> None:
    url, here, pages = there
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]
    offences = watch(context)
    now = here.house.clock()
    token = here.desk.people.sign_in_link(here.house.dana, now, now + timedelta(hours=1))
    page = context.new_page()
    page.goto(f"{url}/sign-in/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")
    wrong: list[str] = []
    for name, address in pages.items():
        page.goto(url + address)
        shoot(page, f"outside-{name}-{scheme}-{width}")
        wrong += [f"{name}: {found}" for found in accessibility(page)]
        across = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if across > 0:
            wrong.append(f"{name}: {across} px wider than the screen")
    context.close()
    assert not wrong, "\n".join(wrong)
    assert not offences
