# SPDX-License-Identifier: Apache-2.0
"""The inbox: what needs a person now, with a case to read beside it. One page of ready strings; tab, project, place and
open case all stand in the address, so a view is kept by keeping its address. Nothing is ever sorted again under a
reader: what came since is said above the list, and shown when they ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tocsin.core.case.priority import WORDS
from tocsin.core.vocabulary import RejectionClass
from tocsin.delivery.desk.doors import DeskRequest, asked_by_itself, see_other, signed_in
from tocsin.delivery.desk.forms import FORMS
from tocsin.delivery.desk.forms.base import choices
from tocsin.delivery.desk.grounds import back, ground
from tocsin.delivery.desk.rows import Table, rows
from tocsin.services import claims, finding, lookalikes, own
from tocsin.services.canary_state import banner
from tocsin.services.health import banners
from tocsin.services.mail import reminding
from tocsin.services.ports.store import NEVER
from tocsin.services.queries import case as case_queries
from tocsin.services.queries import inbox as queries
from tocsin.services.queries import orders, words
from tocsin.services.queries import projects as overview
from tocsin.services.queries.calm import quiet

START = "team"
KINDS: Final = choices(tuple(each.value for each in RejectionClass))
TABS = tuple(queries.TABS.items())
ORDERS: Final = (
    ("", "Due first"), (orders.AGE, "Untouched longest"), (orders.PRIORITY, "By priority"),
    *((each, each.capitalize()) for each in WORDS),
)  # fmt: skip
"""The orders a list can be read in, and the classes it can be narrowed to; chosen in the address, never by itself."""

_PANE: Final = ("take", "duplicate", "reject", "need-info", "assign")
"""Moves that are made beside the list, in the order of their keys."""

UNDONE_BY: Final = {"reject": "reconsider", "duplicate": "reconsider", "assign": "assign", "snooze": "wake"}
"""What takes back what was just done. What reached the reporter stays said: taking it back is said as well."""


@signed_in
@require_safe
def inbox(request: DeskRequest) -> HttpResponseBase:
    """Show one page of the inbox."""
    if not request.desk.projects.all():
        return see_other("/first-run")
    if request.GET.get("view") == "projects":
        view = overview.projects(request.desk, request.person)
        return render(request, "desk/projects.html", {"view": view, "at": "inbox", **_said(request)})
    return show(request)


def show(
    request: DeskRequest, status: int = 200, picked: frozenset[str] = frozenset(), **more: Any
) -> HttpResponseBase:
    """Render the list, with the selected rows still selected, and the case that is open beside it."""
    asked = _place(request)
    tab, project = asked.get("tab", START), asked.get("project", "")
    by, after, kept = asked.get("by", ""), asked.get("after", ""), asked.get("q", "")
    sought = finding.opened(request.desk, request.person, kept) if kept else ""
    if sought:
        page, found = finding.page(request.desk, request.person, sought, project)
        tab, after, more = "", "", {**more, "sought": sought, "found": found}
    else:
        page = queries.page(request.desk, request.person, tab=tab, project=project, after=after, by=by)
    many = len(page.projects) > 1 and not project
    opened = asked.get("open", "")
    context = {
        "page": page,
        "rows": rows(page.lines, Table(many, _look(asked, tab, after, page), opened, picked)),
        "tabs": _tabs(tab, project, page.counts, page.by),
        "filters": [(_address(tab, each, by=page.by), each, each == project) for each in page.projects],
        "everywhere": _address(tab, "", by=page.by),
        "orders": [(_address(tab, project, by=each), label, each == page.by) for each, label in _orders(page.by)],
        "next": _address(tab, project, page.next, page.by) if page.next else "",
        "first": after and _address(tab, project, by=page.by),
        "many": many,
        "asof": words.instant(page.at),
        "at": "inbox",
        "health": banners(request.desk, request.person),
        "letters": reminding.waiting(request.desk.machine.facts.all(), page.projects),
        "banner": banner(request.desk.machine.facts, request.desk.projects, request.desk.now()),
        "runs_it": not page.projects and _administers(request),
        "calm": quiet(request.desk, request.person) if tab == START and not page.lines else None,
        "here": back(f"/inbox?{asked.urlencode()}"),
        "days": own.SNOOZE_DAYS,
        "kinds": KINDS,
        **({} if sought else _news(page, tab, project, after)),
        **_said(request),
        **({"did": "Those words are not kept any more: type them again."} if kept and not sought else {}),
        **(_pane(request, opened, page) if opened else {}),
        **more,
    }
    return render(request, "desk/inbox.html", context, status=status)


@signed_in
@require_POST
def find(request: DeskRequest) -> HttpResponseBase:
    """Go to what holds some words. They are posted, and sealed in the address that shows them."""
    sought, project = request.POST.get("q", "").strip(), request.POST.get("project", "")
    kept = finding.sealed(request.desk, request.person, sought) if sought else ""
    return see_other(_address(START, project, sought=kept))


@asked_by_itself
@require_safe
def news(request: DeskRequest) -> HttpResponseBase:
    """Say how many cases of a page are new or have moved since it was rendered; the page itself stays as it is."""
    asked = request.GET
    tab, project = asked.get("tab", START), asked.get("project", "")
    told = asked.get("since", "")
    since = datetime.fromtimestamp(int(told), UTC) if told.isascii() and told.isdigit() and len(told) < 12 else NEVER
    moved = queries.moved(request.desk, request.person, tab=tab, project=project, since=since)
    context = {"moved": moved, "again": _address(tab, project), "from": request.get_full_path()}
    return render(request, "desk/news.html", context)


def _administers(request: DeskRequest) -> bool:
    return any(each.id == request.person for each in request.desk.people.administrators())


def _place(request: DeskRequest) -> QueryDict:
    """Where in the inbox somebody is; a form that was sent from there says so itself."""
    return request.GET if request.method != "POST" else QueryDict(urlsplit(back(request.POST.get("back", ""))).query)


def _news(page: queries.Page, tab: str, project: str, after: str) -> dict[str, str]:
    if after or page.by:
        return {}
    return {"from": f"/inbox/news?{urlencode({'tab': tab, 'project': project, 'since': int(page.at.timestamp())})}"}


def _pane(request: DeskRequest, ref: str, page: queries.Page) -> dict[str, Any]:
    """What is read and decided beside the list; nothing for a case that this person may not see."""
    found = ground(request, ref, "case.read")
    if found is None:
        return {}
    case = found.case
    refs = [line.case for line in page.lines]
    following = refs[refs.index(ref) + 1 :] if ref in refs else []
    onward = {**_place(request).dict(), "open": following[0] if following else ""}
    forms = {name.replace("-", "_"): FORMS[name](found) for name in _PANE}
    close = lookalikes.alike(request.desk, request.person, ref, case.project, case.report)
    if close and close[0].same_project and close[0].phase:
        forms["duplicate"].initial["of"] = close[0].id
    return {
        "case": case_queries.of(request.desk, found.actor, found.opened),
        "forms": forms,
        "alike": close,
        "claims": claims.of_report(request.desk, case),
        "back": back(f"/inbox?{urlencode(onward)}"),
        "aside": ref in own.snoozed(request.desk, request.person),
    }


def _said(request: DeskRequest) -> dict[str, Any]:
    """What was just done from this list, and what takes it back."""
    asked = request.GET
    did, was = asked.get("did", ""), asked.get("was", "")[:40]
    kind = FORMS.get(did)
    done = kind.done if kind else DONE.get(did, "")
    return {
        "did": done,
        "was": was,
        "undo": UNDONE_BY.get(did, "") if was and done else "",
        "lead": asked.get("lead", ""),
    }


DONE: Final = {
    "snooze": "Put aside.",
    "wake": "Back in the list.",
    "mine": "Yours now: you lead it.",
    "bulk": "Done for every selected case.",
}


def _orders(by: str) -> tuple[tuple[str, str], ...]:
    """The orders to choose from; classes only where the list is in their order."""
    return ORDERS if by and by != orders.AGE else ORDERS[:3]


def _tabs(tab: str, project: str, counts: dict[str, str], by: str = "") -> list[tuple[str, str, str, bool]]:
    return [(_address(name, project, by=by), label, counts.get(name, ""), name == tab) for name, label in TABS]


def _look(asked: QueryDict, tab: str, after: str, page: queries.Page) -> str:
    _, _, query = _address(tab, page.project, after, page.by, asked.get("q", "")).partition("?")
    return f"?{query}&open=" if query else "?open="


def _address(tab: str, project: str, after: str = "", by: str = "", sought: str = "") -> str:
    told = {"q": sought, "tab": tab if tab != START else "", "project": project, "by": by, "after": after}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/inbox?{query}" if query else "/inbox"
