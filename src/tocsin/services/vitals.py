# SPDX-License-Identifier: Apache-2.0
"""How the machine is: numbers about work that waits, backups and processes, in the OpenMetrics text format.

Of cases there is nothing, not even how many there are: whoever may watch the machine need not learn when a project has
a bad week. Source: OpenMetrics 1.0, “Text format”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from tocsin.services.app import Desk
from tocsin.services.health import BACKUP, DRILLED, GOOD, WORKER
from tocsin.services.incident import ON, PANIC
from tocsin.services.ports.machine import Fact

MEDIA_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
MOST: Final = 1000


class Metric(msgspec.Struct, frozen=True):
    """One number. A counter's sample is named `NAME_total`; the unit, if any, ends the name."""

    name: str
    kind: str
    help: str
    value: float
    unit: str = ""


def measure(desk: Desk) -> list[Metric]:
    """What there is to know of the installation. Raises `Unavailable` when the store does not answer."""
    now, facts = desk.now(), desk.machine.facts.all()
    oldest = desk.outbox.oldest()
    late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    drilled, panic = facts.get(DRILLED), facts.get(PANIC)
    found = [
        Metric("tocsin_effects_waiting", "gauge", "Effects that are not carried out yet.", desk.outbox.waiting()),
        Metric("tocsin_effects_late_seconds", "gauge", "How long the oldest effect is overdue.", late, "seconds"),
        Metric("tocsin_alarms_untold", "gauge", "Alarms of which nobody was told yet.",
               len(desk.machine.alarms.untold(MOST))),
        Metric("tocsin_unsent_bytes", "gauge", "What files of reports take that are not sent yet.",
               desk.outside.front.unsent.weight(), "bytes"),
        Metric("tocsin_panic", "gauge", "1 while nothing goes out, by order.", panic is not None and panic.value == ON),
        Metric("tocsin_drill_good", "gauge", "1 when the last restore drill was good.",
               drilled is not None and drilled.value == GOOD),
    ]  # fmt: skip
    for name, told, words in (
        ("tocsin_backup_age_seconds", BACKUP, "Since the last backup."),
        ("tocsin_drill_age_seconds", DRILLED, "Since a backup was last restored to try it."),
        ("tocsin_worker_age_seconds", WORKER, "Since a worker last gave a sign of life."),
    ):
        found += _age(name, facts, told, words, now)
    return found


def _age(name: str, facts: Mapping[str, Fact], told: str, words: str, now: datetime) -> list[Metric]:
    fact = facts.get(told)
    return [Metric(name, "gauge", words, (now - fact.at).total_seconds(), "seconds")] if fact else []


def render(metrics: Iterable[Metric], info: Mapping[str, str]) -> str:
    """Write metrics and what is known of the program, ending as the format asks."""
    lines = ["# TYPE tocsin info", "# HELP tocsin What runs here."]
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in info.items())
    lines.append(f"tocsin_info{{{labels}}} 1")
    for each in metrics:
        lines.append(f"# TYPE {each.name} {each.kind}")
        if each.unit:
            lines.append(f"# UNIT {each.name} {each.unit}")
        lines.append(f"# HELP {each.name} {each.help}")
        sample = f"{each.name}_total" if each.kind == "counter" else each.name
        lines.append(f"{sample} {float(each.value):g}")
    return "\n".join([*lines, "# EOF", ""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
