# SPDX-License-Identifier: Apache-2.0
"""Django, set up for sites that a browser can look at; each test file brings the settings of its own room."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()
