# SPDX-License-Identifier: Apache-2.0
"""Django's settings, computed from `boot.config` and the role of this process. Nothing is to be set here by hand.

The two listeners are two small sites: *front* (reporter and public rooms, no session, no account) and *desk*. Neither
knows the other's addresses, templates or keys.
"""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.adapters.db.configure import databases
from tocsin.boot import accounts
from tocsin.boot import config as configuration
from tocsin.boot.config import Role
from tocsin.boot.keys import desk_secret
from tocsin.delivery.reporter.languages import LANGUAGES as LANGUAGES_OF_THE_ROOM

CONFIG = configuration.load()
ROLE = configuration.role()
_PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = False
# The front signs nothing that outlives a request, so it gets a key of the moment instead of one that could be stolen.
SECRET_KEY = desk_secret(CONFIG.key_dir) if ROLE is Role.DESK else secrets.token_urlsafe(48)
# What second factors are sealed with; read when one is asked for, at the desk or at the terminal.
FACTOR_SECRET = partial(desk_secret, CONFIG.key_dir)
ALLOWED_HOSTS = list(CONFIG.server.hosts)
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = ROLE is Role.FRONT  # only the reporter's room speaks other languages
LANGUAGES = LANGUAGES_OF_THE_ROOM
LANGUAGE_CODE = "en"

DATABASES = databases(CONFIG.database.reached_by(ROLE), CONFIG.data_dir)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tocsin.Person"

_ROOMS = {
    Role.FRONT: ["tocsin.delivery.reporter", "tocsin.delivery.guests", "tocsin.delivery.public"],
    Role.DESK: ["tocsin.delivery.desk"],
    Role.WORKER: [],
    Role.MAIL: [],
    Role.MANAGE: [],
}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "tocsin.adapters.db",
    *_ROOMS[ROLE],
    *(() if ROLE in (Role.FRONT, Role.MAIL) else accounts.apps(CONFIG.accounts)),
]

_COMMON = [
    *(["tocsin.boot.tracing.Traced"] if CONFIG.monitor.traces else []),
    "tocsin.boot.middleware.Headers",
    "tocsin.boot.monitor.Vitals",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tocsin.boot.crowd.Crowd",
    "tocsin.boot.middleware.Utf8Only",
    "tocsin.boot.middleware.Unavailability",
    "django.middleware.common.CommonMiddleware",
]
MIDDLEWARE = {
    Role.FRONT: [*_COMMON, "tocsin.delivery.reporter.languages.Speaking", "tocsin.boot.middleware.FrontDoor"],
    Role.MAIL: [],
    Role.DESK: [
        *_COMMON,
        "tocsin.boot.middleware.OwnOrigin",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "tocsin.boot.middleware.DeskDoor",
        "allauth.account.middleware.AccountMiddleware",
    ],
    # Their tables cannot be migrated, nor their people looked at, without.
    Role.WORKER: ["allauth.account.middleware.AccountMiddleware"],
    Role.MANAGE: ["allauth.account.middleware.AccountMiddleware"],
}[ROLE]
ROOT_URLCONF = "tocsin.boot.urls_desk" if ROLE is Role.DESK else "tocsin.boot.urls_front"
APPEND_SLASH = False

_LOADERS = [f"django.template.loaders.{each}.Loader" for each in ("filesystem", "app_directories")]
_LOADER = "tocsin.delivery.flat.Loader"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "delivery" / "templates"],
        "OPTIONS": {"context_processors": [], "loaders": [(_LOADER, _LOADERS)]},
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [_PACKAGE / "delivery" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# What one desk counts of attempts to sign in, and of codes that were used, the others know.
CACHES = {
    "default": {"BACKEND": "tocsin.adapters.db.passing.Passing"}
    if ROLE is Role.DESK
    else {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# With https the names begin with `__Host-`: no other host, and no page without TLS, can set them (RFC 6265bis, 4.1.3).
# Browsers take such a name over TLS only, so a trial on loopback goes without; everything else about them is the same.
SESSION_COOKIE_NAME = "__Host-tocsin" if CONFIG.secure else "tocsin"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CONFIG.secure
# Behind the proxy that speaks TLS a request looks like http, and its browser's Origin says https.
CSRF_TRUSTED_ORIGINS = [CONFIG.server.desk_origin]
CSRF_COOKIE_NAME = "__Host-tocsin-csrf" if CONFIG.secure else "tocsin-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = CONFIG.secure

_DESK_NAME = str(urlsplit(CONFIG.server.desk_url).hostname)
if ROLE not in (Role.FRONT, Role.MAIL):
    globals().update(accounts.settings(CONFIG.accounts, secure=CONFIG.secure, name=_DESK_NAME))

# Uploads are sealed while they arrive (delivery.reporter); Django never gets to keep a file, in memory or on disk.
FILE_UPLOAD_HANDLERS = ["tocsin.boot.middleware.NoFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# The rooms that take files count them themselves, and keep what was typed when there is one too many.
DATA_UPLOAD_MAX_NUMBER_FILES = 100

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "tocsin.boot.logs.PlainFormatter"},
        "json": {"()": "tocsin.boot.logs.JsonFormatter"},
    },
    "filters": {"names": {"()": "tocsin.boot.logs.Names"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": CONFIG.monitor.log, "filters": ["names"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"tocsin": {"level": "WARNING" if ROLE is Role.MANAGE else "INFO"}},
}
