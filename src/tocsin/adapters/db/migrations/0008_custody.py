# SPDX-License-Identifier: Apache-2.0
"""Administrators, who look after the installation and see no case; and tokens that end when an account changes."""

from __future__ import annotations

from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds `administrator` and the stamp of tokens; tokens from before carry none and end."""

    dependencies = [("tocsin", "0007_row_security")]

    operations = [
        migrations.AddField("person", "administrator", models.BooleanField(default=False)),
        migrations.AddField("apitokenrow", "stamp", tocsin.adapters.db.models.fields.Code(default="", max_length=40)),
    ]
