# SPDX-License-Identifier: Apache-2.0
"""A passkey in a real browser, with an authenticator that Chromium plays: enrolled after an invitation, then the only
thing that signs in. Under the policy that every page is served with: nothing on the way breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.accounts.conftest import Served

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("accounts")]

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def broken() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def page(chromium: Browser, broken: list[str]) -> Iterator[Page]:
    """A browser of one's own, with a device that holds passkeys."""
    context: BrowserContext = chromium.new_context(locale="en-GB")
    found = context.new_page()

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Trusted" in message.text:
            broken.append(message.text)

    found.on("console", heard)
    device = context.new_cdp_session(found)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield found
    context.close()


def invited(page: Page, served: Served, name: str) -> None:
    """Come in by a link, and enrol a passkey."""
    page.goto(served.add(name))
    page.click("main button")
    page.wait_for_url("**/account/factors")
    page.goto(f"{served.url}/account/factors/passkeys/add")
    page.fill("input[name=name]", "laptop")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: not url.endswith("/passkeys/add"))


def test_from_an_invitation_over_a_passkey_and_recovery_codes_to_signing_in_without_a_password(
    page: Page, served: Served, broken: list[str]
) -> None:
    invited(page, served, "Petra")
    codes = set(re.findall(r"\b\d{8}\b", page.inner_text("main")))
    if not codes:
        page.goto(f"{served.url}/account/factors/recovery/new")
        page.click("main button")
        codes = set(re.findall(r"\b\d{8}\b", page.inner_text("main")))
    assert len(codes) == 10, page.inner_text("main")
    page.goto(f"{served.url}/inbox")
    assert page.url.endswith("/inbox")
    page.context.clear_cookies()
    page.goto(f"{served.url}/inbox")  # control: without the passkey nobody is let in
    page.wait_for_url("**/account/sign-in*")
    page.click("#passkey_login")
    page.wait_for_url("**/inbox")
    assert broken == []


def test_control_a_broken_policy_would_be_heard(page: Page, served: Served, broken: list[str]) -> None:
    """Negative control: a script that the policy forbids is heard of."""
    page.goto(f"{served.url}/account/sign-in")
    page.evaluate("() => { const s = document.createElement('img'); s.src = 'https://elsewhere.example/x.png';"
                  " document.body.append(s); }")  # fmt: skip
    page.wait_for_timeout(200)
    assert broken
