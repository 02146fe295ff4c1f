# SPDX-License-Identifier: Apache-2.0
"""Am I affected? A page to paste into and an address to keep, for people without script; JSON for programs.

Nothing that is asked is stored or logged: a short question may stand in the address, so that it can be shared, a long
one is posted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.core.affected import answers, asked, sbom
from tocsin.core.affected.answers import Answer, Finding, Word
from tocsin.core.affected.asked import Asked, Unread
from tocsin.core.vocabulary import Value
from tocsin.delivery.public.markdown import html
from tocsin.delivery.public.request import PublicRequest, house
from tocsin.services import affected

MOST: Final = 1000
"""Lines that are answered at a time."""

SHAPES: Final = {
    Word.AFFECTED: "\N{BLACK UP-POINTING TRIANGLE}", Word.NOT_AFFECTED: "\N{CHECK MARK}",
    Word.UNSUPPORTED: "\N{MULTIPLICATION SIGN}", Word.UNKNOWN: "?",
}  # fmt: skip
"""An answer has a shape beside its word: colour is never alone."""


class Told(Value):
    """What programs get. `exit_code` is what `tocsin affected` would end with."""

    answers: tuple[Answer, ...]
    unread: tuple[Unread, ...]
    exit_code: int


@dataclass(frozen=True)
class Shown:
    """One answer as the page shows it."""

    answer: Answer
    shape: str
    kind: str
    findings: tuple[tuple[Finding, SafeString, SafeString], ...]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PublicRequest, project: str) -> HttpResponse:
    """Ask, and show the answers."""
    place = house(request, project)
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("q", "") or given.get("version", "")
    questions, wrong = _questions(text, place.name)
    with affected.known(request.front.shelf).asking() as index:
        found = tuple(answers.answer(index, each) for each in questions if isinstance(each, Asked))
    told = Told(
        answers=found,
        unread=tuple(each for each in questions if isinstance(each, Unread)),
        exit_code=answers.exit_code(found),
    )
    if "application/json" in request.headers.get("Accept", ""):
        body = msgspec.json.encode(told)
        return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})
    context = {
        "place": place,
        "text": text,
        "answers": [_shown(each) for each in found],
        "unread": [(each, each.text[: each.at], each.text[each.at :]) for each in told.unread],
        "wrong": wrong,
        "well": sum(each.word is Word.NOT_AFFECTED for each in found),
        "share": text if text and request.method == "POST" and len(text) < 200 and "\n" not in text else "",
    }
    answer = render(request, "public/affected.html", context, status=400 if wrong else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _questions(text: str, product: str) -> tuple[list[Asked | Unread], str]:
    """What was pasted: a bill of materials, or lines; and why it cannot be read."""
    if not text.lstrip().startswith("{"):
        return asked.read(text, product)[:MOST], ""
    try:
        return [*sbom.read(text.encode())[:MOST]], ""
    except ValueError as error:
        return [], str(error)


def _shown(each: Answer) -> Shown:
    findings = tuple((one, html(one.mitigation), html(one.required_configuration)) for one in each.findings)
    return Shown(answer=each, shape=SHAPES[each.word], kind=each.word.value.replace(" ", "-"), findings=findings)
