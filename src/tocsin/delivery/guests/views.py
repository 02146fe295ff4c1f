# SPDX-License-Identifier: Apache-2.0
"""Ask to be told, confirm, leave, say how far one is. Looking changes nothing; a button does."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from tocsin.core.vocabulary import Refused
from tocsin.delivery.guests.guard import GuestRequest, admit, place
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.rollout import door

LONGEST: Final = 500


@admit
def subscribe(request: GuestRequest, project: str) -> HttpResponse:
    """Show the form, and take it: whatever the address, the answer is the same."""
    where = place(request, project)
    lines = door.offered(request.front, where)
    if request.method != "POST":
        return render(request, "guests/subscribe.html", {"place": where, "lines": lines})
    wanted = tuple(each for each in lines if each in request.POST.getlist("line"))
    to = request.POST.get("to", "")[:LONGEST]
    wish = door.Wish(to=to, lines=wanted, remind="remind" in request.POST)
    refused = door.ask(request.front, where.id, wish)
    if isinstance(refused, Refused):
        context = {"place": where, "lines": lines, "to": to, "wrong": refused.because}
        return render(request, "guests/subscribe.html", context, status=422)
    return render(request, "guests/asked.html", {"place": where}, status=202)


@admit
def confirm(request: GuestRequest, project: str) -> HttpResponse:
    """Show what would be confirmed, and confirm it."""
    where, token = place(request, project), request.GET.get("t", "")
    wish = door.confirmed(request.front, where.id, token)
    if wish is None:
        return _no_good(request, where)
    if request.method != "POST":
        return render(request, "guests/confirm.html", {"place": where, "wish": wish})
    door.confirm(request.front, where.id, token)
    return render(request, "guests/done.html", {"place": where, "done": "confirmed"})


@admit
def leave(request: GuestRequest, project: str) -> HttpResponse:
    """Ask whether to leave, and leave; mail programs post here without asking (RFC 8058)."""
    where, token = place(request, project), request.GET.get("t", "")
    if door.person(request.front, where.id, token, door.LEFT) is None:
        return _no_good(request, where)
    if request.method != "POST":
        return render(request, "guests/leave.html", {"place": where})
    door.leave(request.front, where.id, token)
    return render(request, "guests/done.html", {"place": where, "done": "left"})


@admit
def updated(request: GuestRequest, project: str) -> HttpResponse:
    """Ask how far somebody is with an advisory, and note it."""
    where, token = place(request, project), request.GET.get("t", "")
    who = door.person(request.front, where.id, token, door.SAID)
    if who is None:
        return _no_good(request, where)
    answer = request.POST.get("answer", "")
    if request.method == "POST" and door.say(request.front, where.id, token, answer):
        return render(request, "guests/done.html", {"place": where, "done": "said"})
    context = {"place": where, "advisory": who.advisory, "answers": door.ANSWERS, "missing": request.method == "POST"}
    return render(request, "guests/updated.html", context, status=422 if request.method == "POST" else 200)


def _no_good(request: GuestRequest, where: ProjectInfo) -> HttpResponse:
    """Every link that is no good gets the same answer."""
    return render(request, "guests/no_good.html", {"place": where}, status=404)
