# SPDX-License-Identifier: Apache-2.0
"""Cases that are no longer open in the order in which they ended, so that measures read a window and not everything."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds an index that holds no open case, so that work on cases does not touch it."""

    dependencies = [("tocsin", "0010_shared")]

    operations = [
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(
                fields=["project", "updated_at", "ref"], name="tocsin_case_ended", condition=models.Q(open=False)
            ),
        ),
    ]
