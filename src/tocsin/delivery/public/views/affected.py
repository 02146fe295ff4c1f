# SPDX-License-Identifier: Apache-2.0
"""Am I affected? A page to paste into or send a bill of materials to, and an address to keep, for people without
script; JSON for programs, which may send the bill as the body.

Nothing that is asked is stored or logged: a short question may stand in the address, so that it can be shared, a long
one is posted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.core.affected import answers, asked
from tocsin.core.affected.answers import Answer, Finding, Word
from tocsin.core.affected.asked import Asked, Unread
from tocsin.core.affected.sbom import MOST_ASKED
from tocsin.core.vocabulary import Value
from tocsin.delivery.public import bill
from tocsin.delivery.public.markdown import html
from tocsin.delivery.public.request import PublicRequest, house
from tocsin.services import affected
from tocsin.services.ports.child import Failed

SHAPES: Final = {
    Word.AFFECTED: "\N{BLACK UP-POINTING TRIANGLE}", Word.NOT_AFFECTED: "\N{CHECK MARK}",
    Word.UNSUPPORTED: "\N{MULTIPLICATION SIGN}", Word.UNKNOWN: "?",
}  # fmt: skip
"""An answer has a shape beside its word: colour is never alone."""


class Told(Value, omit_defaults=True):
    """What programs get. `exit_code` is what `tocsin affected` would end with; `left_out` counts the questions beyond
    the most that are answered at a time, `wrong` says why nothing could be read."""

    answers: tuple[Answer, ...]
    unread: tuple[Unread, ...]
    exit_code: int
    left_out: int = 0
    wrong: str = ""


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
    text, questions, left_out, wrong, status = _read(request, place.name)
    with affected.known(request.front.shelf).asking() as index:
        found = tuple(answers.answer(index, each) for each in questions if isinstance(each, Asked))
    told = Told(
        answers=found,
        unread=tuple(each for each in questions if isinstance(each, Unread)),
        exit_code=answers.exit_code(found),
        left_out=left_out,
        wrong=wrong,
    )
    if "application/json" in request.headers.get("Accept", ""):
        body = msgspec.json.encode(told)
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(body, status=status, content_type="application/json", headers=headers)
    context = {
        "place": place,
        "text": text,
        "answers": [_shown(each) for each in found],
        "unread": [(each, each.text[: each.at], each.text[each.at :]) for each in told.unread],
        "wrong": wrong,
        "left_out": left_out,
        "most": MOST_ASKED,
        "well": sum(each.word is Word.NOT_AFFECTED for each in found),
        "share": text if text and request.method == "POST" and len(text) < 200 and "\n" not in text else "",
    }
    answer = render(request, "public/affected.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


class _Read(NamedTuple):
    """What is asked, as far as it is answered; how much is left out; why nothing could be read, and the status."""

    text: str = ""
    questions: Sequence[Asked | Unread] = ()
    left_out: int = 0
    wrong: str = ""
    status: int = 200


def _read(request: PublicRequest, product: str) -> _Read:
    """What was typed or sent. A file goes before words."""
    given: QueryDict = request.GET
    body = b""
    try:
        if request.method == "POST":
            given, body = bill.taken(request)
    except bill.TooLarge:
        most = bill.LARGEST // 2**20
        return _Read(wrong=f"More than {most} MiB at once: ask “tocsin affected --sbom”, which takes more.", status=413)
    except bill.Torn:
        return _Read(wrong="It did not arrive whole. Send it again.", status=400)
    text = given.get("q", "") or given.get("version", "")
    source = body or text.encode()
    if not source.lstrip().startswith(b"{"):
        lines = source.decode(errors="replace").splitlines()
        return _Read(text, asked.read("\n".join(lines[:MOST_ASKED]), product), max(0, len(lines) - MOST_ASKED))
    found = request.front.bills(source)
    if isinstance(found, Failed):
        return _Read(text, wrong=f"the bill of materials cannot be read: {found.because}", status=400)
    return _Read(text, found.asked, found.left_out, found.wrong, 400 if found.wrong else 200)


def _shown(each: Answer) -> Shown:
    findings = tuple((one, html(one.mitigation), html(one.required_configuration)) for one in each.findings)
    return Shown(answer=each, shape=SHAPES[each.word], kind=each.word.value.replace(" ", "-"), findings=findings)
