# SPDX-License-Identifier: Apache-2.0
"""Addresses of the account pages. Only what is listed here exists of allauth: no sign-up, no mail addresses, no reset
by mail; who lost everything gets a new link from an administrator's console."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.urls import URLPattern, path

from tocsin.delivery.desk.accounts import pages
from tocsin.delivery.desk.accounts.pages import entrance, member

PROVIDER = {"provider": settings.CONFIG.accounts.oidc_name if settings.CONFIG.accounts.oidc_issuer else ""}

urlpatterns: list[URLPattern] = [
    path("sign-in", entrance(account.LoginView.as_view(extra_context=PROVIDER)), name="account_login"),
    path("sign-out", entrance(account.logout), name="account_logout"),
    path("inactive", entrance(pages.nothing), name="account_inactive"),
    path("sign-up", entrance(pages.nothing), name="account_signup"),
    path("unknown", entrance(pages.unknown), name="account-unknown"),
    path("step-up", member(pages.step_up), name="step-up"),
    path("reauthenticate", member(account.reauthenticate), name="account_reauthenticate"),
    path("password/change", member(account.password_change), name="account_change_password"),
    path("password/set", member(account.password_set), name="account_set_password"),
    path("factors", member(mfa.index), name="mfa_index"),
    path("factors/authenticate", entrance(mfa.authenticate), name="mfa_authenticate"),
    path("factors/reauthenticate", member(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("factors/app", member(totp.activate_totp), name="mfa_activate_totp"),
    path("factors/app/code.svg", member(pages.qr), name="mfa-qr"),
    path("factors/app/remove", member(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery", member(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("factors/recovery/new", member(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("factors/passkeys", member(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("factors/passkeys/add", member(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("factors/passkeys/again", member(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("factors/passkeys/<int:pk>/remove", member(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("factors/passkeys/<int:pk>/edit", member(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkey", entrance(webauthn.login_webauthn), name="mfa_login_webauthn"),
]  # fmt: skip

if settings.CONFIG.accounts.oidc_issuer:
    # Six megabytes that most installations have no use for.
    from allauth.socialaccount import views as social
    from allauth.socialaccount.providers.openid_connect import views as oidc

    urlpatterns += [
        path("provider/<str:provider_id>", entrance(oidc.login), name="openid_connect_login"),
        path("provider/<str:provider_id>/back", entrance(oidc.callback), name="openid_connect_callback"),
        path("provider-cancelled", entrance(social.login_cancelled), name="socialaccount_login_cancelled"),
        path("provider-error", entrance(social.login_error), name="socialaccount_login_error"),
    ]
