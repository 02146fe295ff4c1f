# SPDX-License-Identifier: Apache-2.0
"""The inbox's rows as HTML. Fifty rows of a dozen cells are most of the page's cost, and formatting them escapes the
same way as a template at half of its price; everything else on the page is a template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tocsin.delivery.inert import inert
from tocsin.services.queries.inbox import Line

_GROUP: Final = '<tr class="group"><th colspan="{}" scope="rowgroup">{}</th></tr>\n'
_ROW: Final = (
    '<tr data-mark="{mark}"{here}{of}><td class="pick"><input type="checkbox" form="bulk" name="pick" '
    'value="{case}:{seq}" aria-label="Select {case}"></td>'
    '<td><b>{mark}</b> {due}</td><td>{what}</td><td><a href="/c/{case}">{case}</a></td>'
    '<td>{phase}</td><td dir="auto"><a data-open href="{look}{case}#pane">{title}</a></td><td>{severity}</td>'
    "<td>{lead}</td><td>{answers}</td><td>{alike}</td>"
)
_END: Final = "</tr>\n"
_PROJECT: Final = "<td>{project}</td>"
COLUMNS: Final = 10


def rows(lines: Iterable[Line], *, many: bool, look: str, opened: str = "") -> SafeString:
    """Return the rows of the table, parted by how near their deadlines are, with a column for the project where there
    are many. `look` is the address that a case's reference is put behind to read it beside the list."""
    row = f"{_ROW}{_PROJECT}{_END}" if many else _ROW + _END
    return format_html_join("", "{}", ((each,) for each in _parted(lines, row, COLUMNS + many, look, opened)))


def _parted(lines: Iterable[Line], row: str, columns: int, look: str, opened: str) -> Iterable[SafeString]:
    group = ""
    for line in lines:
        if line.group != group:
            group = line.group
            yield format_html(_GROUP, columns, group)
        here = format_html(' aria-current="{}"', "true") if line.case == opened else ""
        of = format_html(' data-project="{}"', line.project) if columns > COLUMNS else ""
        yield format_html(row, look=look, here=here, of=of, **_cells(line))


def _cells(line: Line) -> dict[str, object]:
    return {
        "mark": line.mark,
        "due": line.due,
        "what": line.promise.replace("-", " "),
        "case": line.case,
        "seq": line.seq,
        "phase": line.phase.replace("-", " "),
        "title": inert(line.title),
        "severity": line.severity,
        "lead": line.lead,
        "answers": line.answers,
        "alike": line.alike,
        "project": line.project,
    }
