# SPDX-License-Identifier: Apache-2.0
"""The receipt: the return phrase, shown once, with the proof that the report arrived and what happens next.

What the receipt offers to keep is asked for with a sealed slip in the page itself. The phrase stands in no address, in
no log and in no cookie.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header

from tocsin.core.vocabulary import CaseRef, Value
from tocsin.delivery.reporter import session
from tocsin.delivery.reporter.guard import admit
from tocsin.delivery.reporter.pages import steps
from tocsin.delivery.reporter.request import House, RoomRequest, house
from tocsin.services import room
from tocsin.services.intake import Receipt

GOOD_FOR: Final = timedelta(minutes=15)
"""How long the receipt page's buttons work. Reloading the page makes them new."""

_PURPOSE: Final = "receipt"


class Slip(Value):
    """What the buttons of a receipt page need to know. Secret: it holds the phrase."""

    case: CaseRef
    received_at: datetime
    phrase: str


def show_receipt(request: RoomRequest, place: House, receipt: Receipt) -> HttpResponse:
    """Show a receipt."""
    front = request.front
    slip = Slip(case=receipt.case, received_at=receipt.received_at, phrase=receipt.phrase)
    context = {
        "place": place,
        "receipt": receipt,
        "words": receipt.phrase.split(),
        "steps": steps(receipt.status),
        "slip": front.tokens.seal(slip, _PURPOSE, front.now() + GOOD_FOR),
        "return_url": front.site.public_url + place.at.come_back,
    }
    return render(request, "reporter/receipt.html", context)


@admit("GET", "HEAD", "POST")
def receipt(request: RoomRequest, project: str) -> HttpResponse:
    """Give out what a receipt offers: the phrase as text, the proof, or the way into the room."""
    place, front = house(request, project), request.front
    slip = front.tokens.open(request.POST.get("slip", ""), _PURPOSE, front.now(), Slip)
    if slip is None:
        return redirect(reverse("reporter:return", args=[place.id]))
    visit = session.enter(front, slip.phrase)
    if visit is None:
        return redirect(reverse("reporter:return", args=[place.id]))
    wanted = request.POST.get("want")
    if wanted == "phrase":
        text = render_to_string("reporter/phrase.txt", {"place": place, "slip": slip, "site": front.site})
        return saved(f"{slip.case}-return-phrase.txt", "text/plain; charset=utf-8", text.encode())
    if wanted == "proof":
        return saved_proof(room.look(front, visit.door, place.id))
    answer = HttpResponse(status=303, headers={"Location": reverse("reporter:room", args=[visit.pass_.project])})
    session.keep(front, visit, answer)
    return answer


def saved_proof(view: room.RoomView) -> HttpResponse:
    """Give out a room's proof of receipt."""
    return saved(
        f"{view.case}-proof.json", "application/json", msgspec.json.format(view.proof.encode(), indent=2) + b"\n"
    )


def saved(name: str, media_type: str, body: bytes) -> HttpResponse:
    """Give out something for the reporter's own disk."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(body, content_type=media_type, headers={"Content-Disposition": disposition})
