# SPDX-License-Identifier: Apache-2.0
"""A foundation's sign-in, in a real browser and across sites: who is invited comes in, nobody else does, and a second
factor of ours is asked for besides unless the settings trust the provider with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.accounts.conftest import Served, serving
from tests.accounts.provider import CLIENT, SECRET, Provider, providing

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("accounts")]


def settings(provider: Provider, home: Path, second: str) -> str:
    (home / "provider-secret").write_text(SECRET)
    (home / "provider-secret").chmod(0o600)
    return (
        f'\n[accounts]\noidc_name = "the Foundation"\noidc_issuer = "{provider.url}"\noidc_client = "{CLIENT}"\n'
        f'oidc_secret_file = "{home / "provider-secret"}"\noidc_second_factor = "{second}"\n'
    )


@pytest.fixture(scope="module", params=["here", "provider"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Provider, str]]:
    """A desk that asks for its own second factor (the default), and one that trusts the provider with it."""
    home = tmp_path_factory.mktemp("foundation")
    with providing(home) as (provider, pem):
        more = settings(provider, home, request.param)
        with serving(home / "instance", more, {"REQUESTS_CA_BUNDLE": str(pem)}) as served:
            yield served, provider, request.param


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", ignore_https_errors=True)
    yield context.new_page()
    context.close()


def knock(page: Page, served: Served, provider: Provider, **claims: object) -> None:
    """Press the foundation's button, as whoever the claims say."""
    provider.person = {"sub": "1", "name": "Somebody", **claims}
    page.goto(f"{served.url}/account/sign-in")
    page.get_by_role("button", name="the Foundation").click()
    page.wait_for_url(lambda url: url.startswith(served.url) and "/provider/" not in url)


def invite(served: Served, name: str) -> str:
    email = f"{name.lower()}@example.org"
    served.tocsin("people", "add", name, email, "--role", "warehousepg:owner")
    return email


def test_who_is_invited_comes_in_and_is_asked_for_a_second_factor_of_ours_by_default(
    page: Page, place: tuple[Served, Provider, str]
) -> None:
    served, provider, second = place
    knock(page, served, provider, sub="dana", email=invite(served, "Dana"), email_verified=True)
    page.goto(f"{served.url}/inbox")
    assert page.url.endswith("/inbox" if second == "provider" else "/account/factors")


def test_who_is_not_invited_is_refused_and_gets_no_account(page: Page, place: tuple[Served, Provider, str]) -> None:
    served, provider, _ = place
    knock(page, served, provider, sub="mallory", email="mallory@example.org", email_verified=True)
    assert page.url.endswith("/account/unknown")
    page.goto(f"{served.url}/inbox")
    assert "/account/sign-in" in page.url
    assert "mallory" not in served.tocsin("people", "list")


def test_an_address_that_the_provider_has_not_checked_opens_nobodys_account(
    page: Page, place: tuple[Served, Provider, str]
) -> None:
    served, provider, _ = place
    knock(page, served, provider, sub="thief", email=invite(served, "Li"), email_verified=False)
    page.goto(f"{served.url}/inbox")
    assert "/account/sign-in" in page.url


def test_an_answer_that_nobody_asked_for_is_worth_nothing(page: Page, place: tuple[Served, Provider, str]) -> None:
    """Negative control of the walk: with the code and without the browser that asked, nobody comes in."""
    served, provider, _ = place
    provider.person = {"sub": "dana", "email": invite(served, "Rea"), "email_verified": True}
    page.goto(f"{served.url}/account/provider/oidc/back?code=made-up&state=made-up")
    page.wait_for_load_state("networkidle")  # a second navigation would interrupt the first
    page.goto(f"{served.url}/inbox")
    assert "/account/sign-in" in page.url
