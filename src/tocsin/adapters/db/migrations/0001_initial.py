# SPDX-License-Identifier: Apache-2.0
"""The tables of the first version."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("email", tocsin.adapters.db.models.fields.Code(max_length=254, unique=True)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "tocsin_person",
            },
        ),
        migrations.CreateModel(
            name="CaseRow",
            fields=[
                ("ref", tocsin.adapters.db.models.fields.Code(max_length=32, primary_key=True, serialize=False)),
                ("seq", models.PositiveIntegerField()),
                ("wrapped_key", tocsin.adapters.db.models.fields.Sealed()),
                ("phase", tocsin.adapters.db.models.fields.Code(max_length=20)),
                ("open", models.BooleanField()),
                ("waits_for", tocsin.adapters.db.models.fields.Code(max_length=20)),
                ("lead", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("opened_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_due", models.DateTimeField()),
                ("wake_at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                ("by_drop", models.BooleanField()),
            ],
            options={
                "db_table": "tocsin_case",
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("prefix", tocsin.adapters.db.models.fields.Code(max_length=10, unique=True)),
                ("policy", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tocsin_project",
            },
        ),
        migrations.CreateModel(
            name="SnapshotRow",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="snapshot",
                        serialize=False,
                        to="tocsin.caserow",
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
            ],
            options={
                "db_table": "tocsin_snapshot",
            },
        ),
        migrations.CreateModel(
            name="JournalRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="tocsin.caserow",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_journal",
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("toml", models.TextField()),
                ("bases", models.JSONField(default=dict)),
                ("adopted_at", models.DateTimeField()),
                ("adopted_by", tocsin.adapters.db.models.fields.Code(max_length=64)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="tocsin.project",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_policy_version",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "project_id", "role", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", tocsin.adapters.db.models.fields.Code(max_length=20)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="tocsin.project"
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_membership",
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id", "series", "year", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("series", tocsin.adapters.db.models.fields.Code(max_length=20)),
                ("year", models.PositiveIntegerField()),
                ("value", models.PositiveIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tocsin.project",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_counter",
            },
        ),
        migrations.AddField(
            model_name="caserow",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tocsin.project"
            ),
        ),
        migrations.CreateModel(
            name="PublishedAdvisory",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("project", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("revision", models.PositiveIntegerField()),
                ("title", models.TextField()),
                ("summary", models.TextField()),
                ("severity", tocsin.adapters.db.models.fields.Code(max_length=20)),
                ("score", models.FloatField()),
                ("cve_id", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("affected", models.TextField()),
                ("fixed", models.TextField()),
                ("published_at", models.DateTimeField()),
                ("modified_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tocsin_published_advisory",
                "indexes": [models.Index(fields=["project", "published_at", "id"], name="tocsin_published_newest")],
            },
        ),
        migrations.CreateModel(
            name="PublishedDocument",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "advisory_id", "format", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("format", tocsin.adapters.db.models.fields.Code(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.TextField()),
                ("media_type", tocsin.adapters.db.models.fields.Code(max_length=127)),
                ("body", models.BinaryField()),
                ("sha256", tocsin.adapters.db.models.fields.Code(max_length=64)),
                (
                    "advisory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="tocsin.publishedadvisory",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_published_document",
            },
        ),
        migrations.CreateModel(
            name="RoomRow",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("locator", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="tocsin.caserow"
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_room",
            },
        ),
        migrations.CreateModel(
            name="RoomCopyRow",
            fields=[
                ("n", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="tocsin.roomrow",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_room_copy",
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("good_until", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_sign_in_link",
            },
        ),
        migrations.CreateModel(
            name="DropRow",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                ("answered", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tocsin.caserow",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_drop",
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered", False)), fields=["at", "id"], name="tocsin_drop_waiting"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("kind", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("free_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                ("error", tocsin.adapters.db.models.fields.Code(default="", max_length=64)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tocsin.caserow",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["free_at", "id"],
                        name="tocsin_outbox_free",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(fields=["project", "open", "next_due", "ref"], name="tocsin_case_due"),
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(fields=["project", "open", "waits_for", "next_due", "ref"], name="tocsin_case_waits"),
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(fields=["project", "open", "phase", "next_due", "ref"], name="tocsin_case_phase"),
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(
                condition=models.Q(("lead", ""), _negated=True),
                fields=["project", "open", "lead", "next_due", "ref"],
                name="tocsin_case_lead",
            ),
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(fields=["wake_at", "ref"], name="tocsin_case_wake"),
        ),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(condition=models.Q(("by_drop", True)), fields=["ref"], name="tocsin_case_by_drop"),
        ),
        migrations.AddIndex(
            model_name="roomcopyrow",
            index=models.Index(fields=["room", "n"], name="tocsin_room_copy_order"),
        ),
    ]
