# SPDX-License-Identifier: Apache-2.0
"""The least that Django needs to know for the storage tests; the databases come and go with the tests."""

SECRET_KEY = "for tests of the store only"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "tocsin.adapters.db"]
AUTH_USER_MODEL = "tocsin.Person"
DATABASES: dict[str, dict[str, str]] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
