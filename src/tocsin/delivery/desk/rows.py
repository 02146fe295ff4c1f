# SPDX-License-Identifier: Apache-2.0
"""The inbox's rows as HTML. Fifty rows of a dozen cells are most of the page's cost, and formatting them escapes the
same way as a template at half of its price; everything else on the page is a template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from tocsin.delivery.inert import inert
from tocsin.services.queries.inbox import Line

_ROW: Final = (
    '<tr data-mark="{mark}"><td><b>{mark}</b> {due}</td><td>{what}</td><td><a href="/c/{case}">{case}</a></td>'
    '<td>{phase}</td><td dir="auto">{title}</td><td>{severity}</td><td>{lead}</td><td>{answers}</td><td>{alike}</td>'
)
_END: Final = "</tr>\n"


def rows(lines: Iterable[Line], *, many: bool) -> SafeString:
    """Return the rows of the table, with a column for the project where there are many."""
    row = f"{_ROW}<td>{{project}}</td>{_END}" if many else _ROW + _END
    return format_html_join("", row, (_cells(line) for line in lines))


def _cells(line: Line) -> dict[str, str]:
    return {
        "mark": line.mark,
        "due": line.due,
        "what": line.promise.replace("-", " "),
        "case": line.case,
        "phase": line.phase.replace("-", " "),
        "title": inert(line.title),
        "severity": line.severity,
        "lead": line.lead,
        "answers": line.answers,
        "alike": line.alike,
        "project": line.project,
    }
