# SPDX-License-Identifier: Apache-2.0
"""Coming back: the phrase, the room it opens, and the ways out of it.

A wrong phrase, an unknown word, half a phrase and an empty field get one answer: the same page, the same status, by the
same path. The phrase is never shown again, also not to the person who typed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from tocsin.core.intake import Attachment, FieldError
from tocsin.core.policy.model import Policy
from tocsin.delivery.reporter import answers, drafts, pages, session
from tocsin.delivery.reporter.drafts import KeptFile
from tocsin.delivery.reporter.guard import admit
from tocsin.delivery.reporter.promises import promise_title
from tocsin.delivery.reporter.request import House, RoomRequest, house
from tocsin.delivery.reporter.session import Visit
from tocsin.delivery.reporter.terms import clocked, instant, mistakes, told, until
from tocsin.services import room

LONGEST_PHRASE: Final = 1024

PHASES: Final = {
    "new": "Waiting for a first look",
    "need-info": "The team asked you something",
    "accepted": "Accepted; a fix is on its way",
    "embargo": "Accepted, with a date that both sides keep",
    "publishing": "About to be published",
    "published": "Published",
    "deferred": "Accepted, and put off",
    "duplicate": "Already known from another report",
    "rejected": "Not accepted",
    "closed": "Closed",
    "invited": "You are asked to take part",
    "left": "You take part no more",
}

DONE: Final = {
    "message": "Your message is with the team.",
    "accept": "You agreed to the date. It is entered within a minute.",
    "reject": "You declined the date. The team is told within a minute.",
    "propose": "Your date is with the team. It is entered within a minute.",
    "appeal": "You asked for a second look. Somebody else will decide.",
    "fix": "Thank you for testing the fix. The team is told within a minute.",
    "consent": "You consented. It is entered within a minute; then you see what the team writes to you.",
    "decline": "You did not consent. The team is told within a minute.",
    "state": "The team is told within a minute.",
    "product": "The team is told within a minute.",
    "part": "You leave the case. The team is told within a minute.",
    "pass-on": "You agreed. The team can write to them within a minute.",
    "zone": "Entered within a minute; dates then stand on your clock as well.",
    "credit": "Your wish is with the team. It is entered within a minute.",
    "key": "Your key is being looked at. What came of it is said among the messages within a minute.",
}
"""What is said after something was done, by the word that the address carries."""

OVER: Final = ("published", "closed")

TALK_OF_DATES: Final = ("accepted", "embargo")


@dataclass(frozen=True)
class Unsent:
    """Something typed in the room that could not be taken, to be shown again."""

    wrong: tuple[FieldError, ...] = ()
    text: str = ""
    files: tuple[KeptFile, ...] = ()
    ends_at: str = ""
    reason: str = ""


@admit("GET", "HEAD", "POST")
def come_back(request: RoomRequest, project: str) -> HttpResponse:
    """Ask for the phrase, and open the room when it is right."""
    place = house(request, project)
    if request.method != "POST":
        return render(
            request, "reporter/return.html", {"place": place, "ended": "ended" in request.GET, "here": request.path}
        )
    visit, typed = session.enter(request.front, request.POST.get("phrase", "")[:LONGEST_PHRASE]), _typed(request.POST)
    if visit is None:
        return render(request, "reporter/return.html", {"place": place, "wrong": True, "typed": typed}, status=422)
    if typed:  # it was sent when the visit had ended: here it stands again, for them to send
        return page(request, house(request, visit.pass_.project), visit, Unsent(text=typed))
    return to_room(request, visit)


@admit("GET", "HEAD")
def show(request: RoomRequest, project: str) -> HttpResponse:
    """Show the room."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    return page(request, place, visit, Unsent()) if visit else ended(place)


def page(request: RoomRequest, place: House, visit: Visit, unsent: Unsent, status: int = 200) -> HttpResponse:
    """Show an open room, with what could not be taken, if anything."""
    front = request.front
    unsent = replace(unsent, wrong=mistakes(unsent.wrong))
    view, now = room.look(front, visit.door, place.id), front.now()
    known = view.status
    context = {
        "place": place,
        "case": view.case,
        "phase": told(PHASES.get(known.phase, known.phase)),
        "status": known,
        "embargo_until": instant(known.embargo_until),
        "quiet": known.embargo_until is not None and known.phase not in OVER,
        "waits_for_you": known.phase == "need-info"
        or any(each.by != known.me for each in known.proposals)
        or bool(known.asks_to_pass_on),
        "asked": known.embargo_until is not None and known.consent in ("INVITED", "DECLINED", "NO_EMBARGO"),
        "declined": known.consent == "DECLINED",
        "received": room.HOLDS_IT,
        "party_steps": room.STEPS if known.rm else {},
        "fix_paths": room.PATHS if known.products else {},
        "embargo_in": until(known.embargo_until, now) if known.embargo_until else "",
        "next": told(promise_title(place.policy, known.next_promise)).lower(),
        "next_due": instant(known.next_due),
        "now": instant(now),
        "steps": pages.steps(known),
        "on_your_clock": clocked(known.embargo_until, known.zone),
        "proposals": [pages.proposal(each, known.me, now, known.zone) for each in known.proposals],
        "may_propose": bool(known.proposals) or known.phase in TALK_OF_DATES,
        "hold_reasons": hold_reasons(place.policy) if known.embargo_until else (),
        "messages": [pages.message(each) for each in view.messages],
        "logged": room.stands(front, view),
        "refusals": [{"at": instant(each.at), "because": each.because} for each in view.refusals],
        "done": told(DONE.get(request.GET.get("done", ""), "")),
        "unsent": unsent,
        "here": request.path if request.method == "GET" else "",
        "errors": {each.field: each.message for each in unsent.wrong},
    }
    answer = render(request, "reporter/room.html", context, status=status)
    session.keep(front, visit, answer)
    return answer


@admit("GET", "HEAD", "POST")
def leave(request: RoomRequest, project: str) -> HttpResponse:
    """Leave, and clear what this browser kept; with `forget`, remove the reporter's copy from here for good."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    if request.method != "POST":
        return redirect(reverse("reporter:room", args=[place.id]))
    forget = visit is not None and request.POST.get("do") == "forget"
    if visit is not None and forget:
        if request.POST.get("sure") != "yes":
            wrong = FieldError(field="sure", message="Tick the box to say that you are sure.")
            return page(request, place, visit, Unsent(wrong=(wrong,)), status=422)
        request.front.rooms.forget(visit.door.room.id)
    answer = render(request, "reporter/left.html", {"place": place, "forgotten": forget})
    session.end(request.front, answer)
    return answer


def ended(place: House) -> HttpResponse:
    """Send somebody whose visit is over to the door."""
    return redirect(f"{reverse('reporter:return', args=[place.id])}?ended")


def ended_with(request: RoomRequest, place: House, post: QueryDict) -> HttpResponse:
    """Ask somebody whose visit ended while they wrote for their phrase, and keep what they wrote on the page: it is
    nowhere else, and their browser would not show it again."""
    context = {"place": place, "ended": True, "typed": _typed(post)}
    return render(request, "reporter/return.html", context)


def _typed(post: QueryDict) -> str:
    """The words of a form of the room."""
    said = (answers.lines(post.get(name, "")) for name in ("text", "reason", "note"))
    return next((each for each in said if each.strip()), "")


def to_room(request: RoomRequest, visit: Visit, done: str = "") -> HttpResponse:
    """Go to the room by GET (303), so that a reload repeats nothing."""
    address = reverse("reporter:room", args=[visit.pass_.project])
    answer = HttpResponse(status=303, headers={"Location": f"{address}?done={done}#told" if done else address})
    session.keep(request.front, visit, answer)
    return answer


def kept(request: RoomRequest, files: tuple[Attachment, ...]) -> tuple[KeptFile, ...]:
    """Seal files of something that could not be taken yet."""
    return tuple(drafts.seal_files(request.front, files))


def hold_reasons(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return the policy's reasons for a later date, each with its words (S51)."""
    reasons = policy.disclosure.hold_reasons if policy.disclosure else ()
    return tuple((reason, reason.replace("-", " ").capitalize()) for reason in reasons)
