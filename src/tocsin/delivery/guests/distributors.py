# SPDX-License-Identifier: Apache-2.0
"""Apply as a distributor, say once a year that all still holds, leave with one click. What they are given lies in rooms
of the cases, never here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from tocsin.core.distribution import CRITERIA, EVIDENCED, LONGEST, Application
from tocsin.core.vocabulary import Refused
from tocsin.delivery.guests.guard import GuestRequest, admit, place
from tocsin.services.distribution import members

LONGEST_LINE: Final = 300
LABELS: Final[Mapping[str, str]] = {
    **CRITERIA,
    "name": "Your distribution",
    "mail": "Mail address that is watched",
    "purls": "Package URLs of what you ship of ours",
    "embargo": "We agree to these terms",
}
"""What each part of the form is called there, by the word that a refusal has for it."""


@admit
def apply(request: GuestRequest, project: str) -> HttpResponse:
    """Show criteria and terms, and take an application."""
    where = place(request, project)
    terms = members.current(request.front, where.id)
    post = request.POST
    said = {name: post.get(name, "")[:LONGEST] for name in EVIDENCED}
    rows = [(name, CRITERIA[name], said[name]) for name in EVIDENCED]
    context = {"place": where, "terms": terms, "rows": rows, "name": post.get("name", ""), "mail": post.get("mail", ""),
               "purls": post.get("purls", ""), "missing": {}}  # fmt: skip
    if request.method != "POST":
        return render(request, "guests/distributors.html", context)
    application = Application(
        name=post.get("name", "").strip()[:LONGEST_LINE],
        contact=post.get("mail", "").strip()[:LONGEST_LINE],
        purls=tuple(post.get("purls", "")[:LONGEST].split()),
        evidence={name: text.strip() for name, text in said.items() if text.strip()},
        accepted=post.get("terms", "")[:LONGEST_LINE],
    )
    refused = members.apply(request.front, where.id, application)
    if isinstance(refused, Refused):
        wrong = {"wrong": refused.because, "missing": {name: LABELS.get(name, name) for name in refused.missing}}
        return render(request, "guests/distributors.html", {**context, **wrong}, status=422)
    return render(request, "guests/done.html", {"place": where, "done": "applied"}, status=202)


@admit
def confirm(request: GuestRequest, project: str) -> HttpResponse:
    """Show the terms, and take a yes for another year."""
    return _linked(request, project, members.AGREED, "guests/distributors_confirm.html", "said")


@admit
def leave(request: GuestRequest, project: str) -> HttpResponse:
    """Take a distributor off the list at its own wish."""
    return _linked(request, project, members.LEFT, "guests/distributors_leave.html", "left")


def _linked(request: GuestRequest, project: str, use: str, page: str, done: str) -> HttpResponse:
    where, token = place(request, project), request.GET.get("t", "")
    if members.opened(request.front, where.id, token, use) is None:
        return render(request, "guests/no_good.html", {"place": where}, status=404)
    if request.method != "POST":
        return render(request, page, {"place": where, "terms": members.current(request.front, where.id)})
    members.use(request.front, where.id, token, use)
    return render(request, "guests/done.html", {"place": where, "done": done})
