# SPDX-License-Identifier: Apache-2.0
"""The floor: bare Django views that do the same bare work, with nothing around it. No login, no sealing, no journal.

`POST /report` reads an uploaded file, writes and syncs it and inserts three rows in one transaction; `GET /inbox`
shows 50 joined rows of however many there are. Same server, same database settings, same machine, same run.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

HOME = Path(os.environ.get("BENCH_HOME", "."))

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(),
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "floor.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
            },
        }
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATA_UPLOAD_MAX_MEMORY_SIZE=200_000_000,
    FILE_UPLOAD_TEMP_DIR=str(HOME),
)

SCHEMA = (
    "create table if not exists person (id integer primary key, name text)",
    "create table if not exists item (id text primary key, title text, phase text, due text, owner integer "
    "references person(id), updated text)",
    "create table if not exists event (id integer primary key, item text, body text)",
    "create table if not exists file (id text primary key, item text, name text, size integer)",
    "create index if not exists item_due on item (due, id)",
)

PAGE = """<!doctype html><html lang="en"><head><title>Inbox</title></head><body><table>
{% for r in rows %}<tr><td>{{ r.3|date:"D Y-m-d H:i" }}</td><td><a href="/c/{{ r.0 }}">{{ r.0 }}</a></td>
<td>{{ r.2 }}</td><td>{{ r.4 }}</td><td>{{ r.1 }}</td></tr>{% endfor %}</table></body></html>"""


def report(request: HttpRequest) -> HttpResponse:
    """Take a report with a file."""
    upload = request.FILES["files"]
    name = secrets.token_hex(16)
    with (HOME / name).open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into item values (%s, %s, 'new', '2026-01-01 00:00', 1, '2026-01-01')",
            [name, request.POST["title"]],
        )
        cursor.execute("insert into event (item, body) values (%s, %s)", [name, request.POST["reproduce"]])
        cursor.execute("insert into file values (%s, %s, %s, %s)", [name, name, upload.name, upload.size])
    return HttpResponse("received")


def inbox(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    from datetime import datetime

    with connection.cursor() as cursor:
        cursor.execute(
            "select item.id, title, phase, due, person.name from item join person on person.id = owner "
            "order by due, item.id limit 50"
        )
        rows = [(r[0], r[1], r[2], datetime.fromisoformat(r[3]), r[4]) for r in cursor.fetchall()]
    return HttpResponse(engines["django"].from_string(PAGE).render({"rows": rows}))


urlpatterns = [path("report", report), path("inbox", inbox)]

django.setup()
with connection.cursor() as _cursor:
    for _statement in SCHEMA:
        _cursor.execute(_statement)
    _cursor.execute("insert or ignore into person values (1, 'Dana')")
    for _number in range(int(os.environ.get("BENCH_ROWS", "0"))):
        _cursor.execute(
            "insert or ignore into item values (%s, %s, 'new', %s, 1, '2026-01-01')",
            [f"item-{_number:07}", f"Title number {_number}", f"2026-01-{1 + _number % 28:02} 12:{_number % 60:02}"],
        )
application = get_wsgi_application()
