# SPDX-License-Identifier: Apache-2.0
"""Addresses of this room. Mails of years past hold them: none may change."""

from __future__ import annotations

from django.urls import path

from tocsin.delivery.guests import views

app_name = "guests"

urlpatterns = [
    path("p/<slug:project>/subscribe", views.subscribe, name="subscribe"),
    path("p/<slug:project>/subscribe/confirm", views.confirm, name="confirm"),
    path("p/<slug:project>/subscribe/leave", views.leave, name="leave"),
    path("p/<slug:project>/updated", views.updated, name="updated"),
]
