# SPDX-License-Identifier: Apache-2.0
"""Changing a policy on the desk: read it, edit it beside its words, look at what would move, put it in force, adopt it
for open cases one by one; or begin from an existing SECURITY.md. What a text means is `core.policy`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from tocsin.core.policy.answers import answer, proposed
from tocsin.core.policy.clauses import sentences
from tocsin.core.policy.importer import import_security_md
from tocsin.core.policy.lint import lint_security_md
from tocsin.core.policy.toml_write import write
from tocsin.core.vocabulary import Refused
from tocsin.delivery.desk import session
from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.services import policies
from tocsin.services.queries import policy as queries
from tocsin.services.queries import words
from tocsin.services.queries.policy import PolicyView

FIRST_RUN = "/first-run"
LONGEST = 1_000_000
"""Characters of a policy file or a SECURITY.md that are read."""


@signed_in
@require_safe
def show(request: DeskRequest, project: str) -> HttpResponseBase:
    """Show the policy in force: promises, sentences, file and history."""
    view = queries.view(request.desk, project, request.person)
    return render(request, "desk/policy.html", {"policy": view, "did": request.GET.get("did")}) if view else not_found()


def _changeable(request: DeskRequest, project: str) -> PolicyView | None:
    view = queries.view(request.desk, project, request.person)
    return view if view and view.may_change else None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, project: str) -> HttpResponseBase:
    """Edit the file; `check` shows what it would do, `apply` puts it in force for cases to come."""
    view = _changeable(request, project)
    if view is None:
        return not_found()
    text = request.POST.get("text", view.text).replace("\r\n", "\n")[:LONGEST]
    if request.method != "POST":
        return _editor(request, view, text)
    actor = request.desk.people.actor(request.person, project)
    if actor is None:
        return not_found()
    if request.POST.get("do") == "apply":
        done = policies.put_in_force(request.desk, actor, project, text)
        if not isinstance(done, Refused):
            return see_other(f"/policy/{project}/cases")
        seen = policies.propose(request.desk, actor, project, text)
        return _editor(request, view, text, seen=seen, refused=done, status=422)
    return _editor(request, view, text, seen=policies.propose(request.desk, actor, project, text))


def _editor(
    request: DeskRequest,
    view: PolicyView | None,
    text: str,
    *,
    seen: policies.Proposed | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponseBase:
    said = sentences(seen.policy) if seen and seen.policy else ()
    context = {
        "policy": view,
        "action": f"/policy/{view.project}/edit" if view else FIRST_RUN,
        "text": text,
        "seen": seen,
        "refused": refused,
        "sentences": said,
        "moves": _moves(seen.cases) if seen else (),
    }
    return render(request, "desk/policy_edit.html", context, status=status)


def _moves(cases: tuple[policies.CaseMoves, ...]) -> list[dict[str, Any]]:
    """Put the deadlines that would move in words."""
    return [
        {
            "case": each.case,
            "seq": each.seq,
            "moved": [
                {
                    "name": moved.name,
                    "before": words.instant(moved.before) or "not promised",
                    "after": words.instant(moved.after) or "no longer promised",
                }
                for moved in each.moved
            ],
        }
        for each in cases
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: DeskRequest, project: str) -> HttpResponseBase:
    """List open cases under an older policy with what adopting would move, and adopt it for those that are chosen."""
    view = _changeable(request, project)
    actor = request.desk.people.actor(request.person, project) if view else None
    if view is None or actor is None:
        return not_found()
    refusals: list[tuple[str, Refused]] = []
    if request.method == "POST":
        for chosen in request.POST.getlist("case")[: policies.MOST]:
            ref, _, seen = chosen.partition(":")
            done = policies.adopt_for(request.desk, actor, project, ref, int(seen) if seen.isdecimal() else 0)
            if isinstance(done, Refused):
                refusals.append((ref, done))
        if not refusals:
            return see_other(f"/policy/{project}/cases?did=adopted")
    seen_now = policies.propose(request.desk, actor, project, view.text)
    context = {
        "policy": view,
        "moves": _moves(seen_now.cases),
        "refusals": refusals,
        "did": request.GET.get("did"),
        "most": policies.MOST,
    }
    return render(request, "desk/policy_cases.html", context, status=409 if refusals else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: DeskRequest, project: str) -> HttpResponseBase:
    """Begin from an existing SECURITY.md: findings first, then the choices a person has to make, then the editor."""
    view = _changeable(request, project)
    actor = request.desk.people.actor(request.person, project) if view else None
    if view is None or actor is None:
        return not_found()
    text = _proposed(request, {"id": project})
    if text is None:
        return _wizard(request, view, f"/policy/{project}/import")
    return _editor(request, view, text, seen=policies.propose(request.desk, actor, project, text))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: DeskRequest) -> HttpResponseBase:
    """Make the first project of an installation that has none, from its SECURITY.md; afterwards this is not found."""
    if request.desk.projects.all():
        return not_found()
    if request.POST.get("do") in ("check", "apply"):
        text = _text(request)
        if request.POST["do"] == "apply":
            made = policies.first(request.desk, request.person, text)
            if not isinstance(made, Refused):
                # The new role has ended every session of theirs; this one goes on.
                stamp, whole = request.desk.people.stamp(request.person), session.whole(request.session)
                session.restamp(request.session, stamp, whole=whole)
                return see_other(f"/policy/{made.id}")
            return _editor(request, None, text, seen=policies.look(text), refused=made, status=422)
        return _editor(request, None, text, seen=policies.look(text))
    proposal = _proposed(request, {})
    if proposal is None:
        return _wizard(request, None, FIRST_RUN)
    return _editor(request, None, proposal, seen=policies.look(proposal))


def _document(request: DeskRequest) -> bytes:
    return request.POST.get("document", "")[:LONGEST].encode("utf-8", "surrogatepass")


def _text(request: DeskRequest) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST]


def _proposed(request: DeskRequest, project: dict[str, str]) -> str | None:
    """Write the policy that the answered choices make; None while there is nothing answered."""
    if request.POST.get("do") != "answer":
        return None
    imported = import_security_md(_document(request))
    answers = {choice.path: request.POST.get(f"answer-{choice.path}", "") for choice in imported.choices}
    tables = answer(imported.policy, answers)
    tables["project"] = tables.get("project", {}) | project
    return write(tables)


def _wizard(request: DeskRequest, view: PolicyView | None, action: str) -> HttpResponseBase:
    """Ask for the document, or show what was found in it and the choices it leaves."""
    document = _document(request)
    if not document.strip():
        return render(request, "desk/policy_import.html", {"policy": view, "action": action})
    imported = import_security_md(document)
    context = {
        "policy": view,
        "action": action,
        "document": document.decode("utf-8", "replace"),
        "findings": lint_security_md(document),
        "choices": [(choice, proposed(choice)) for choice in imported.choices],
        "unread": imported.reading.not_understood,
    }
    return render(request, "desk/policy_import.html", context)
