# SPDX-License-Identifier: Apache-2.0
"""Settings of the accounts, and what they mean for Django and django-allauth: who gets in, by what, and for how long.

Nobody signs up: people are invited (`tocsin people`, or an owner on the desk), and whoever may see a case has a passkey
or an authenticator app besides a password. What the rules of a session are is `delivery.desk.session`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

_HERE: Final = "tocsin.delivery.desk.accounts"
SECOND_FACTOR: Final = ("here", "provider")


class Accounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people sign in.

    `trial` lets one-time links sign in by themselves and asks for nothing again: for a demo on loopback, refused for
    any other address. `oidc_*` add an OpenID provider; `oidc_second_factor` is `here` (a passkey or code is asked here
    as well) or `provider` (the provider is trusted to have asked).
    """

    trial: bool = False
    oidc_name: str = ""
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret_file: str = ""
    oidc_second_factor: str = "here"

    def __post_init__(self) -> None:
        """Refuse half a provider, one without TLS, and a policy that is none (ValueError)."""
        told = (self.oidc_issuer, self.oidc_client, self.oidc_secret_file)
        if any(told) and not all(told):
            raise ValueError("accounts.oidc_issuer, oidc_client and oidc_secret_file are set together")
        if self.oidc_issuer and not self.oidc_name:
            raise ValueError("accounts.oidc_name says what the button is called: Sign in with …")
        if self.oidc_issuer and not self.oidc_issuer.startswith("https://"):
            raise ValueError("accounts.oidc_issuer begins with https://")
        if self.oidc_second_factor not in SECOND_FACTOR:
            raise ValueError("accounts.oidc_second_factor is “here” or “provider”")

    @property
    def issuer_origin(self) -> str:
        """Where the provider's own pages are, for the policy that forms are sent under; "" without one."""
        parts = urlsplit(self.oidc_issuer)
        return f"{parts.scheme}://{parts.netloc}" if self.oidc_issuer else ""


INSTALLED: Final = ("allauth", "allauth.account", "allauth.socialaccount", "allauth.mfa")
OIDC: Final = "allauth.socialaccount.providers.openid_connect"


def apps(accounts: Accounts) -> list[str]:
    """Applications with the tables of the accounts; ours comes first, so that its templates win."""
    return [_HERE, *INSTALLED, *([OIDC] if accounts.oidc_issuer else [])]


def settings(accounts: Accounts, *, secure: bool, name: str) -> dict[str, Any]:
    """Return what Django and allauth are told. `name` is the desk's host, which authenticator apps show."""
    from tocsin.delivery.desk.session import FRESH  # Django's; the command line reads settings without it

    return {
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{validator}", **options}
            for validator, options in (
                ("MinimumLengthValidator", {"OPTIONS": {"min_length": 12}}),
                ("CommonPasswordValidator", {}),
                ("UserAttributeSimilarityValidator", {"OPTIONS": {"user_attributes": ("name", "email")}}),
            )
        ],
        "LOGIN_URL": "/account/sign-in",
        "LOGIN_REDIRECT_URL": "/inbox",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/account/sign-in",
        "ACCOUNT_ADAPTER": f"{_HERE}.adapters.Invited",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        # Who is invited has shown that the address is theirs, or whoever sent the link by another way has.
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": int(FRESH.total_seconds()),
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "MFA_ADAPTER": f"{_HERE}.adapters.SealedFactors",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        # Browsers allow passkeys on loopback without TLS, and so does the server then.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not secure,
        "MFA_TOTP_ISSUER": f"Tocsin {name}",
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "SOCIALACCOUNT_ADAPTER": f"{_HERE}.adapters.Known",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [_provider(accounts)]}} if accounts.oidc_issuer else {},
    }


def _provider(accounts: Accounts) -> dict[str, Any]:
    return {
        "provider_id": "oidc",
        "name": accounts.oidc_name,
        "client_id": accounts.oidc_client,
        "secret": Path(accounts.oidc_secret_file).expanduser().read_text(encoding="utf-8").strip(),
        "settings": {"server_url": accounts.oidc_issuer, "oauth_pkce_enabled": True},
        "VERIFIED_EMAIL": True,
    }
