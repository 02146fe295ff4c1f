# SPDX-License-Identifier: Apache-2.0
"""What is done from the inbox to the cases that are selected there, one or fifty: put aside, take back, assign, ask,
reject, mark as duplicates, take up again.

Each case is moved on its own, through the one door and on the journal length that the list showed, so that every
reporter gets a message of their own and a case that changed meanwhile is left alone and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from django.http import HttpResponseBase
from django.views.decorators.http import require_POST

from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case import undoing
from tocsin.core.vocabulary import Refused
from tocsin.delivery.desk.doors import DeskRequest, see_other, signed_in
from tocsin.delivery.desk.forms import FORMS, Ground
from tocsin.delivery.desk.grounds import back, ground, number
from tocsin.delivery.desk.views import inbox
from tocsin.services import cases, lookalikes, own
from tocsin.services.queries.inbox import PAGE

COMPARED: Final = 5
"""Selected cases that are asked what they are like; more would say the same."""


class Pick(NamedTuple):
    """A selected case, and the journal length at which it was seen."""

    ref: str
    seq: int


class Failure(NamedTuple):
    """A case that was left as it is, and why."""

    ref: str
    because: str


@signed_in
@require_POST
def bulk(request: DeskRequest) -> HttpResponseBase:
    """Do one thing to every selected case; what could not be done is listed, with everything that was typed."""
    act = request.POST.get("do", "")
    deed = _DEEDS.get(act)
    picked = [_pick(each) for each in request.POST.getlist("pick")[:PAGE]]
    chosen = frozenset(each.ref for each in picked)
    if act == "more" and picked:
        typed = request.POST.dict()
        typed["of"] = typed.get("of") or _twin(request, chosen)
        return inbox.show(request, picked=chosen, wider=True, typed=typed)
    if deed is None or not picked:
        because = "Select at least one case." if deed else "There is no such thing to do."
        return inbox.show(request, status=422, failures=[Failure("", because)], picked=chosen)
    failures = [Failure(pick.ref, because) for pick in picked if (because := deed(request, pick))]
    if failures:
        done = len(picked) - len(failures)
        return inbox.show(
            request, status=422, failures=failures, done=done, picked=chosen, typed=request.POST, wider=True
        )
    place = request.POST.get("back", "")
    if len(picked) > 1:
        return see_other(back(place, did="bulk") or "/inbox?did=bulk")
    return see_other(back(place, did=act, was=picked[0].ref) or "/inbox")


def _twin(request: DeskRequest, chosen: frozenset[str]) -> str:
    """The case that most of the selected ones are likest to, if it is none of them: of a flood of one report, the
    first. Only what this person may read is looked at, and they see and change what is proposed."""
    found = Counter(
        near[0].id
        for ref in sorted(chosen)[:COMPARED]
        if (each := ground(request, ref, "case.read"))
        and (near := [one for one in _alike(request, each) if one.id not in chosen])
    )
    return found.most_common(1)[0][0] if found else ""


def _alike(request: DeskRequest, found: Ground) -> list[lookalikes.Alike]:
    case = found.case
    near = lookalikes.alike(request.desk, request.person, case.ref, case.project, case.report)
    return [each for each in near if each.same_project and each.phase]


def _pick(text: str) -> Pick:
    ref, _, seq = text.partition(":")
    return Pick(ref[:40], number(seq))


def _snooze(request: DeskRequest, pick: Pick) -> str:
    found = ground(request, pick.ref, "case.snooze")
    if found is None:
        return cases.NOT_FOUND.because
    days = number(request.POST.get("days"))
    until = request.desk.now() + timedelta(days=days if days in own.SNOOZE_DAYS else own.SNOOZE_DAYS[0])
    kept = own.snooze(request.desk, request.person, pick.ref, until, found.case.seq)
    return "" if kept else "Too many cases are put aside already."


def _wake(request: DeskRequest, pick: Pick) -> str:
    own.snooze(request.desk, request.person, pick.ref, None, 0)
    return ""


def _form(name: str) -> Callable[[DeskRequest, Pick], str]:
    """Make the deed that sends a form of the case page for one selected case."""

    def deed(request: DeskRequest, pick: Pick) -> str:
        found = ground(request, pick.ref, "case.move")
        if found is None:
            return cases.NOT_FOUND.because
        form = FORMS[name](found, request.POST)
        if not form.allowed:
            return f"Your roles do not include this. Ask somebody who is {form.holders}."
        if not any(request.POST.get(each, "").strip() for each in form.answers or ("do",)):
            return "Write what each reporter is to read."
        if not form.is_valid():
            return "; ".join(f"{label}: {text}" for _, label, text in form.mistakes)
        command = form.command()
        return command.because if isinstance(command, Refused) else _handle(request, found, command, pick)

    return deed


def _mine(request: DeskRequest, pick: Pick) -> str:
    found = ground(request, pick.ref, "case.move")
    if found is None:
        return cases.NOT_FOUND.because
    person, options = request.person, found.options
    command = cmd.Assign(lead=person, lead_name=options.name(person), lead_roles=options.roles(person))
    return _handle(request, found, command, pick)


def _reconsider(request: DeskRequest, pick: Pick) -> str:
    found = ground(request, pick.ref, "case.move")
    return _handle(request, found, cmd.Reconsider(reason=undoing.REASON), pick) if found else cases.NOT_FOUND.because


def _handle(request: DeskRequest, found: Ground, command: cmd.Command, pick: Pick) -> str:
    context = cases.context_of(request.desk, found.opened, found.actor, command)
    cautions = () if isinstance(command, cmd.Assign) else rules.cautions(found.case, command, context)
    if cautions and not isinstance(rules.decide(found.case, command, context), Refused):
        return f"Needs a look of its own: {cautions[0].because}"
    made = cases.handle(request.desk, pick.ref, command, found.actor, seen=pick.seq or None)
    return made.because if isinstance(made, Refused) else ""


_DEEDS: Final[dict[str, Callable[[DeskRequest, Pick], str]]] = {
    "snooze": _snooze,
    "wake": _wake,
    "mine": _mine,
    "assign": _form("assign"),
    "need-info": _form("need-info"),
    "reject": _form("reject"),
    "duplicate": _form("duplicate"),
    "reconsider": _reconsider,
}
