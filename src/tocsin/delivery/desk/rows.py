# SPDX-License-Identifier: Apache-2.0
"""The inbox's rows as HTML. Fifty rows of a dozen cells are most of the page's cost, and formatting them escapes the
same way as a template at half of its price; everything else on the page is a template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tocsin.delivery.inert import inert
from tocsin.services.queries.inbox import Line

_GROUP: Final = '<tr class="group"><th colspan="{}" scope="rowgroup">{}</th></tr>\n'
_ROW: Final = (
    "<tr{mark}{here}><td><input type=checkbox name=pick value={case}:{seq} aria-label=Select{pick}>"
    "<td>{due}<td>{what}<td><a href=/c/{case}>{case}</a>"
    "<td>{phase}<td><a href={look}{case}#pane>{title}</a><td>{severity}"
    "<td>{lead}<td>{answers}<td>{alike}"
)
"""A cell costs its bytes fifty times. So what is empty is left out, and end tags that HTML does not ask for (13.1.2.4,
optional tags); references go without quotes, and the sheet sets the direction of a title (`unicode-bidi: plaintext`,
which is what `dir=auto` does)."""

_END: Final = "</tr>"
_PROJECT: Final = "<td>{project}"
COLUMNS: Final = 10


class Table(NamedTuple):
    """How the rows are shown: with a column for the project where there are `many`; `look` is the address that a case's
    reference is put behind to read it beside the list; which one is `opened`, and which are `picked`."""

    many: bool
    look: str
    opened: str = ""
    picked: frozenset[str] = frozenset()


def rows(lines: Iterable[Line], table: Table) -> SafeString:
    """Return the rows of the table, parted by how near their deadlines are."""
    return format_html_join("", "{}", ((each,) for each in _parted(lines, table)))


def _parted(lines: Iterable[Line], table: Table) -> Iterable[SafeString]:
    row = f"{_ROW}{_PROJECT}{_END}" if table.many else _ROW + _END
    group = ""
    for line in lines:
        if line.group != group:
            group = line.group
            yield format_html(_GROUP, COLUMNS + table.many, group)
        here = format_html(' aria-current="{}"', "true") if line.case == table.opened else ""
        pick = " checked" if line.case in table.picked else ""
        yield format_html(row, look=table.look, here=here, pick=pick, **_cells(line))


def _what(line: Line) -> str:
    promise = line.promise.replace("-", " ")
    if not line.unanswered:
        return promise
    return format_html("{}<br><b>reporter waits {}</b>", promise, line.unanswered)


def _cells(line: Line) -> dict[str, object]:
    marked = format_html("<b>{}</b> {}", line.mark, line.due) if line.mark else line.due
    return {
        "mark": format_html(' data-mark="{}"', line.mark) if line.mark else "",
        "due": marked,
        "what": _what(line),
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
