# SPDX-License-Identifier: Apache-2.0
"""What allauth asks of an installation: no sign-up, the stronger proof first, sealed secrets, known people."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect
from nacl.secret import Aead


class Invited(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only places on this desk are led to after signing in."""
        return bool(url) and str(url).startswith("/") and not str(url).startswith(("//", "/\\"))

    def reauthenticate(self, user: Any, password: str) -> bool:
        """A password is no proof for somebody who has a second factor: who found a screen unlocked may know it too."""
        return not is_mfa_enabled(user) and bool(super().reauthenticate(user, password))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer second factors alone where there are any."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [each for each in methods if str(each["id"]).startswith("mfa")]
        return strong or methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account: it says that the password is there, and what is still missing."""
        return "/account/factors"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing on a later page: what was done stands on the page that follows."""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Second factors whose secrets a stolen database does not give away: sealed with the desk's own secret."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return base64.b64encode(_box().encrypt(text.encode(), b"second factor")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it; raises nacl.exceptions.CryptoError for what was not sealed here."""
        return _box().decrypt(base64.b64decode(encrypted_text), b"second factor").decode()


def _box() -> Aead:
    secret = settings.FACTOR_SECRET().encode()
    return Aead(hashlib.blake2b(secret, digest_size=Aead.KEY_SIZE, person=b"tocsin factors").digest())


class Known(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """A foundation's sign-in, for people who are here already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody gets an account by having one elsewhere."""
        raise ImmediateHttpResponse(redirect("/account/unknown"))
