# SPDX-License-Identifier: Apache-2.0
"""What follows when somebody signed in or an account changed: the session says who, and every other session ends."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from tocsin.delivery.desk import session

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes alone are for getting back to one."""


def connect() -> None:
    """Listen."""
    account.user_logged_in.connect(_signed_in, dispatch_uid="tocsin")
    account.authentication_step_completed.connect(_proved, dispatch_uid="tocsin")
    for changed in (
        account.password_set,
        account.password_changed,
        mfa.authenticator_added,
        mfa.authenticator_removed,
        mfa.authenticator_reset,
    ):
        changed.connect(_changed, dispatch_uid="tocsin")


def _signed_in(request: Any, user: Any, **more: Any) -> None:
    desk = request.desk
    trusted = "sociallogin" in more and settings.CONFIG.accounts.oidc_second_factor == "provider"
    whole = trusted or is_mfa_enabled(user, FACTORS)
    session.enter(request.session, user.pk, desk.people.stamp(user.pk), desk.now(), whole=whole)


def _proved(request: Any, method: str, **more: Any) -> None:
    if method == "mfa" and session.claimed(request.session):
        session.prove(request.session, request.desk.now())


def _changed(request: Any, user: Any, **more: Any) -> None:
    """End every other session of the person; this one has just shown that it is theirs."""
    stamp = request.desk.people.renew(user.pk)
    session.restamp(request.session, stamp, whole=is_mfa_enabled(user, FACTORS))
