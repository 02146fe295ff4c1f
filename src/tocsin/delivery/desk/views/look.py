# SPDX-License-Identifier: Apache-2.0
"""How the desk looks and answers to keys for one person in one browser, and the living page of its components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.delivery.desk.wishes import COOKIES, HERE, KEYS, REMAP, SCHEMES, SINGLE, as_cookie, clashes, remapped, wish

_YEAR: Final = 365 * 24 * 3600


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: DeskRequest) -> HttpResponseBase:
    """Show the wishes and every key there is; take other wishes."""
    if request.method != "POST":
        return _shown(request, remapped(request))
    answer = see_other("/look")
    for name, (cookie, offered) in COOKIES.items():
        told = request.POST.get(name, "")
        if name in request.POST and told in offered:
            _keep(request, answer, cookie, told)
    if "remap" in request.POST:
        typed = {key: request.POST.get(f"key-{number}", "").strip() for number, key in enumerate(SINGLE)}
        wanted = {key: other for key, other in typed.items() if other and other != key}
        if request.POST["remap"] == "reset":
            wanted = {}
        if wrong := clashes(wanted):
            return _shown(request, wanted, wrong)
        _keep(request, answer, REMAP, as_cookie(wanted))
    return answer


def _keep(request: DeskRequest, answer: HttpResponseBase, cookie: str, told: str) -> None:
    answer.set_cookie(cookie, told, max_age=_YEAR, secure=request.is_secure(), httponly=True, samesite="Strict")


def _shown(request: DeskRequest, wanted: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> HttpResponseBase:
    rows = [
        (number, key, words, wanted.get(key, ""), (wrong or {}).get(key, ""))
        for number, (key, words) in enumerate(SINGLE.items())
    ]
    context = {
        "schemes": SCHEMES,
        "switch": KEYS,
        "seen": HERE,
        "wishes": {name: wish(request, name) for name in COOKIES},
        "keys": KEYS_OF_THE_DESK,
        "single": rows,
        "moved": bool(wanted),
        "wrong": wrong,
        "at": "look",
    }
    return render(request, "desk/look.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def styleguide(request: DeskRequest) -> HttpResponseBase:
    """Show every component of the desk with its markup: for whoever builds a page. Only in a trial."""
    if not request.desk.doors.trial:
        return not_found()
    return render(
        request, "desk/styleguide.html", {"at": "look", "severities": ("Critical 9.8", "High 8.8", "Low 3.1")}
    )


KEYS_OF_THE_DESK: Final = {
    "Everywhere": (
        ("?", "The keys of this page"),
        ("Ctrl+K", "Find a command, a page or a case"),
        ("g i", "Inbox"),
        ("g c", "Calendar"),
        ("g l", "Mail"),
        ("g d", "Duty"),
        ("g m", "Metrics"),
        ("g p", "People and policy"),
        ("Ctrl+Enter", "Send the form you are in"),
        ("F8", "Next thing to mend"),
    ),
    "In lists": (
        ("j k", "Next row, row before"),
        ("J K", "Next project, project before"),
        ("Enter", "Open the case"),
        ("x X", "Select the row; every row, or none"),
        ("m", "Ask or reject what is selected, or mark it as duplicates"),
        ("1 2 3 4", "Accept, duplicate, reject, ask for more"),
        ("a", "Assign"),
        ("h", "Put aside"),
        ("o", "Open the case that is read beside the list"),
        ("/", "Find cases by words"),
        ("z", "Undo, where that is possible"),
    ),
    "In a case": (
        ("n", "Internal note"),
        ("r", "Write to the reporter"),
        ("u", "Next unread message"),
        ("i", "Investigate and decide"),
        ("b", "Branches"),
        ("s", "Score"),
        ("e", "Embargo"),
        ("d", "Advisory draft"),
        ("p", "Publish"),
        ("y", "History"),
    ),
}
"""The keys, as the page of wishes lists them; on the pages they stand as `data-key` on what they press."""
