# SPDX-License-Identifier: Apache-2.0
"""The floor: bare Django views that do the same bare work, with nothing around it. No login, no permission, no sealing,
no journal, no middleware.

They are written as Django is usually written: models, `request.FILES`, `select_related`, a template with the `date`
filter, `render`. `POST /report` writes and syncs an uploaded file and inserts three rows in one transaction; `GET
/inbox` shows 50 joined rows of however many there are. Server, threads, database settings and template cache are the
product's own, on the same machine in the same run.
"""

# ruff: noqa: DJ008 - nobody prints these rows

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

HOME = Path(os.environ.get("BENCH_HOME", "."))

PAGE = """<!doctype html>
<html lang="en"><head><title>Inbox</title></head><body><table>
{% for item in items %}<tr><td>{{ item.due|date:"D Y-m-d H:i" }}</td>
<td><a href="/c/{{ item.id }}">{{ item.id }}</a></td><td>{{ item.phase }}</td><td>{{ item.owner.name }}</td>
<td>{{ item.title }}</td></tr>{% endfor %}
</table></body></html>"""

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
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"inbox.html": PAGE})],
                    )
                ]
            },
        }
    ],
    FILE_UPLOAD_TEMP_DIR=str(HOME),
)
django.setup()


class Person(models.Model):
    """Who owns items."""

    name = models.TextField()

    class Meta:
        app_label = "floor"


class Item(models.Model):
    """What is listed."""

    id = models.CharField(primary_key=True, max_length=32)
    title = models.TextField()
    phase = models.CharField(max_length=20)
    due = models.DateTimeField()
    owner = models.ForeignKey(Person, models.PROTECT)
    updated = models.DateTimeField()

    class Meta:
        app_label = "floor"
        indexes = (models.Index(fields=["due", "id"], name="floor_item_due"),)


class Event(models.Model):
    """What was said."""

    item = models.ForeignKey(Item, models.PROTECT)
    body = models.TextField()

    class Meta:
        app_label = "floor"


class File(models.Model):
    """A file on the disk."""

    id = models.CharField(primary_key=True, max_length=32)
    item = models.ForeignKey(Item, models.PROTECT)
    name = models.TextField()
    size = models.PositiveIntegerField()

    class Meta:
        app_label = "floor"


MODELS = (Person, Item, Event, File)
FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)


def report(request: HttpRequest) -> HttpResponse:
    """Take a report with a file."""
    upload = request.FILES["files"]
    name, now = secrets.token_hex(16), datetime.now(UTC)
    with (HOME / name).open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    with transaction.atomic():
        item = Item.objects.create(
            id=name, title=request.POST["title"], phase="new", due=now + timedelta(days=2), owner_id=1, updated=now
        )
        Event.objects.create(item=item, body=request.POST["reproduce"])
        File.objects.create(id=name, item=item, name=upload.name, size=upload.size)
    return HttpResponse("received")


def inbox(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    items = Item.objects.select_related("owner").order_by("due", "id")[:50]
    return render(request, "inbox.html", {"items": items})


urlpatterns = [path("report", report), path("inbox", inbox)]


def prepare(rows: int) -> None:
    """Make the tables where they are missing, and fill them up to `rows` items."""
    if Person._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        Person.objects.create(id=1, name="Dana")
    items = (
        Item(id=f"item-{number:07}", title=f"Problem number {number} in the decoder", phase="new", owner_id=1,
             due=FIRST + timedelta(minutes=7 * number), updated=FIRST)
        for number in range(Item.objects.count(), rows)
    )  # fmt: skip
    Item.objects.bulk_create(items, batch_size=500)


prepare(int(os.environ.get("BENCH_ROWS", "0")))
application = get_wsgi_application()
