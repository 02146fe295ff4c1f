# SPDX-License-Identifier: Apache-2.0
"""The report form, the check page, and sending.

One address takes all three: a form posted without the word `send` is only looked at. The receipt answers the post
itself. A redirect to a page of its own would have to carry the phrase, the only key there is and shown once, in an
address (never) or a cookie, and a browser that refuses cookies would lose it. Answered directly it needs no cookie at
all, and a reload only asks to send again, which gives the same receipt, because sending is safe to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse
from django.shortcuts import render

from tocsin.core.intake import CONTENT_GROUPS, Attachment, FieldError, Identity, Report, completeness
from tocsin.core.vocabulary import Refused
from tocsin.delivery import uploads
from tocsin.delivery.reporter import drafts, questions
from tocsin.delivery.reporter.answers import Answers
from tocsin.delivery.reporter.drafts import Draft
from tocsin.delivery.reporter.guard import admit
from tocsin.delivery.reporter.hints import hints
from tocsin.delivery.reporter.promises import promises
from tocsin.delivery.reporter.request import House, RoomRequest, house
from tocsin.delivery.reporter.terms import mistakes, told
from tocsin.delivery.reporter.views.receipt import show_receipt
from tocsin.services import archive_state, badge_state, intake, pausing, unsent

COUNTED = tuple(group for group in CONTENT_GROUPS if group != "identity")
"""The questions that the check page counts: all that help, and never the one that costs anonymity (S27)."""

_CALLED = {
    "title": "a title of a few words",
    "reproduce": "the steps",
    "effects": "what it does and where",
    "attack_surface": "who can attack and what they gain",
    "dependencies": "other software involved",
}


@dataclass(frozen=True)
class Line:
    """One answer given back."""

    field: str
    label: str
    text: str


@admit("GET", "HEAD", "POST")
def report(request: RoomRequest, project: str) -> HttpResponse:
    """Show the form; check or send what was typed."""
    place = house(request, project)
    ended = archive_state.archived(request.front.facts, place.id)
    if request.method == "POST":
        return posted(request, place, ended)
    if ended:
        return archived(request, place, ended)
    answer = form(request, place, drafts.blank(request.front))
    # The empty form may wait in the browser's memory, so that going back finds what was typed still there.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def posted(request: RoomRequest, place: House, ended: archive_state.Archived | None) -> HttpResponse:
    """Do with what was typed what was pressed. A project that has ended takes nothing, and gives back what was typed:
    it stands nowhere else."""
    try:
        body = uploads.read(request, request.front.blobs)
    except uploads.Unreadable as wrong:
        context = {"place": place, "wrong": wrong}
        return render(request, "reporter/unreadable.html", context, status=wrong.status)
    draft = drafts.take_up(request.front, body)
    if ended:
        unsent.discard(request.front, body.files)
        return archived(request, place, ended, draft)
    wanted = body.post.get("do", "check")
    if wanted == "send" and not draft.wrong:
        return send(request, place, draft, body.files)
    if not unsent.hold(request.front, body.files, request.META.get("REMOTE_ADDR", "")):
        return no_room(request, place, draft, body.files)
    if wanted == "edit" and not body.refused:
        return form(request, place, replace(draft, wrong=()))
    if draft.wrong:
        return form(request, place, draft, status=413 if body.refused else 422)
    return check(request, place, draft)


def form(request: RoomRequest, place: House, draft: Draft, status: int = 200) -> HttpResponse:
    """Show the form with what is in it, and what is wrong with it on top."""
    draft = replace(draft, wrong=mistakes(draft.wrong))
    context = {
        "place": place,
        "here": "" if request.method == "POST" else request.path,
        "promises": promises(place.policy),
        "record": badge_state.record(request.front.facts, place.policy, place.id),
        "too_few": badge_state.TOO_FEW,
        "paused": pausing.paused(request.front.facts, place.policy, request.front.now()),
        "answers": draft.answers,
        "files": drafts.seal_files(request.front, draft.report.attachments),
        "form": draft.form or drafts.seal_form(request.front),
        "wrong": draft.wrong,
        "errors": {each.field: each.message for each in draft.wrong},
        "ask": questions,
        "surface": [(each, getattr(draft.answers, each.id)) for each in questions.SURFACE],
        "surface_given": draft.report.surface,
        "person_given": draft.report.identity != Identity(),
    }
    return render(request, "reporter/form.html", context, status=status)


def check(request: RoomRequest, place: House, draft: Draft, stale: bool = False) -> HttpResponse:
    """Give the answers back before they are sent. Nothing here blocks."""
    answered = completeness(draft.report)
    context = {
        "place": place,
        "lines": lines(draft),
        "packed": draft.answers.pack(),
        "files": drafts.seal_files(request.front, draft.report.attachments),
        "form": drafts.seal_form(request.front) if stale or not draft.form else draft.form,
        "stale": stale,
        "hints": hints(draft.report),
        "counted": len(COUNTED),
        "answered": len([group for group in COUNTED if group in answered]),
        "open": [told(_CALLED[group]) for group in COUNTED if group not in answered],
    }
    return render(request, "reporter/check.html", context)


def no_room(request: RoomRequest, place: House, draft: Draft, fresh: tuple[Attachment, ...]) -> HttpResponse:
    """Show the form again without files that cannot be kept until it is sent."""
    return form(request, place, drafts.without(draft, fresh, drafts.NO_ROOM), status=413)


def send(request: RoomRequest, place: House, draft: Draft, fresh: tuple[Attachment, ...]) -> HttpResponse:
    """Take the report in, and answer with the receipt once everything is durable. `fresh` files came with this very
    post; those that the form carried are claimed first, so that nobody removes them."""
    front, address = request.front, request.META.get("REMOTE_ADDR", "")
    nonce = drafts.nonce(front, draft)
    lost = () if nonce is None else unsent.claim(front, [f for f in draft.report.attachments if f not in fresh])
    if nonce is None or lost:
        if not unsent.hold(front, fresh, address):
            return no_room(request, place, draft, fresh)
        if lost:
            return form(request, place, drafts.without(draft, lost, drafts.LOST), status=422)
        return check(request, place, draft, stale=True)
    receipt = intake.receive(front, place.info, draft.report, nonce, address)
    if isinstance(receipt, Refused):
        unsent.discard(front, fresh)
        if receipt.code == "not-found":
            raise Http404
        if ended := archive_state.archived(front.facts, place.id):
            return archived(request, place, ended, draft)
        refused = FieldError(field="main", message=receipt.because)
        return form(request, place, replace(drafts.without(draft, fresh, refused), wrong=(refused,)), status=422)
    return show_receipt(request, place, receipt)


def archived(
    request: RoomRequest, place: House, ended: archive_state.Archived, draft: Draft | None = None
) -> HttpResponse:
    """Say that nobody looks after the project any more, and where to go; a draft is shown to be taken there."""
    context = {"place": place, "ended": ended, "lines": lines(draft) if draft else ()}
    return render(request, "reporter/archived.html", context, status=410)


def lines(draft: Draft) -> list[Line]:
    """List the answers that were given, in the order of the form."""
    said, given = draft.report, draft.answers
    who = said.identity
    chosen = {question.id: question for question in questions.QUESTIONS}
    surface = [Line(each.id, each.short, told(each.answer(getattr(given, each.id)))) for each in questions.SURFACE]
    found = [
        Line("kind", chosen["kind"].short, told(chosen["kind"].answer(said.kind))),
        Line("title", "Title", said.title),
        Line("reproduce", "How to make it happen", said.reproduce),
        Line("version", "Version or commit", said.version),
        Line("effects", "What it does, and where", said.effects),
        Line("attack_surface", "Who can attack, and what they gain", said.attack_surface),
        *surface,
        Line("dependencies", "Other software involved", said.dependencies),
        *_person(said, told(chosen["credit"].answer(who.credit))),
        Line("tools", chosen["tools"].short, told(said.tool_use)),
        Line("plans", chosen["plans"].short, _plans(given)),
    ]
    return [line for line in found if line.text.strip()]


def _plans(given: Answers) -> str:
    chosen, when = told(questions.PLANS.answer(given.plans)), given.plans_when.strip()
    return f"{chosen}: {when}" if chosen and when else chosen or when


def _person(said: Report, credit: str) -> list[Line]:
    who = said.identity
    return [
        Line("name", "Your name", who.name or told("You stay anonymous")),
        Line("affiliation", "Affiliation or company", who.affiliation),
        Line("contact", "How to reach you", who.contact),
        Line("credit", "Thanks in public", f"{credit}: {who.credit_as}" if who.credit_as.strip() else credit),
    ]
