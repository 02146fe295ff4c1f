# SPDX-License-Identifier: Apache-2.0
"""Addresses of this room. Mails of years past hold them: none may change."""

from __future__ import annotations

from django.urls import path

from tocsin.delivery.guests import distributors, views

app_name = "guests"

urlpatterns = [
    path("p/<slug:project>/subscribe", views.subscribe, name="subscribe"),
    path("p/<slug:project>/subscribe/confirm", views.confirm, name="confirm"),
    path("p/<slug:project>/subscribe/leave", views.leave, name="leave"),
    path("p/<slug:project>/updated", views.updated, name="updated"),
    path("p/<slug:project>/distributors", distributors.apply, name="distributors"),
    path("p/<slug:project>/distributors/confirm", distributors.confirm, name="distributors-confirm"),
    path("p/<slug:project>/distributors/leave", distributors.leave, name="distributors-leave"),
]
