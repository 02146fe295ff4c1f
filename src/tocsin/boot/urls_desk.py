# SPDX-License-Identifier: Apache-2.0
"""Addresses of the desk's listener."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("tocsin.delivery.desk.urls"))]
