# SPDX-License-Identifier: Apache-2.0
"""The pages of one case, and the one address through which its forms are sent.

Every form posts `seen`, the journal length it was rendered from. What is refused comes back as the same page: the
refusal on top with its rule and line, and everything that was typed still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from tocsin.core.case import decide as rules
from tocsin.core.case.commands import Command
from tocsin.core.case.commands import name as name_of
from tocsin.core.case.decide import approve
from tocsin.core.case.phase import Phase, phase
from tocsin.core.intake import Attachment, FieldError
from tocsin.core.policy.clause import Caution
from tocsin.core.vocabulary import Refused
from tocsin.delivery import uploads
from tocsin.delivery.desk import panels
from tocsin.delivery.desk.carried import carried, carry
from tocsin.delivery.desk.doors import NOT_PROVEN, DeskRequest, not_found, proven, see_other, signed_in
from tocsin.delivery.desk.forms import FORMS, Ground, MoveForm, merging, of_tab
from tocsin.delivery.desk.forms.base import Done
from tocsin.delivery.desk.grounds import back, number
from tocsin.delivery.desk.grounds import ground as ground_of
from tocsin.delivery.desk.problems import Listed, listed
from tocsin.delivery.desk.tabs import BESIDE, TABS
from tocsin.delivery.desk.views.here import at_case
from tocsin.services import cases, claims, lookalikes, own, shredding, unsent
from tocsin.services.post import reached
from tocsin.services.queries import (
    approvals,
    branches,
    cvss,
    distributors,
    forge,
    keys,
    past,
    priority,
    timebox,
    words,
    zones,
)
from tocsin.services.queries import case as queries
from tocsin.services.queries import rail as rails
from tocsin.services.queries import window as windows
from tocsin.services.queries.case_views import CaseView
from tocsin.services.queries.history import HistoryView
from tocsin.services.queries.preview import as_if, preview
from tocsin.services.queries.scores import board
from tocsin.services.step_up import STEPPED

_STATUS: Final[Mapping[str, int]] = {"conflict": 409, "not-permitted": 403, "step-up": 403}
KEYS: Final[Mapping[str, str]] = {
    "branches": "b", "score": "s", "embargo": "e", "advisory": "d", "publish": "p", "history": "y", "decide": "i",
}  # fmt: skip
"""Keys that lead to a tab."""

GONE: Final = 410
UNPROCESSABLE: Final = 422
CONTENT_TOO_LARGE: Final = 413
TOO_MANY: Final = FieldError(
    field="files", message="You brought more files within this hour than are kept. Send the rest in the next one."
)
LOST: Final = "A file that you chose waited too long to be sent with this. Choose it again."
_PREVIEWED: Final = ("advisory", "publish")
WEIGHTY: Final = frozenset({"publish", "reject", "close", "end-embargo", "decide-embargo", "approve", "shred"})
"""Moves for which a second factor is shown again."""
_QUIET: Final = ("message.sent", "message.received", "promise.warned")


@signed_in
@require_safe
def page(request: DeskRequest, ref: str, tab: str = "talk") -> HttpResponseBase:
    """Show one tab of a case."""
    ground = ground_of(request, ref, "case.read")
    if ground is None or tab not in TABS:
        return _gone(request, ref) if ground is None else not_found()
    return _show(request, ground, tab)


def _gone(request: DeskRequest, ref: str) -> HttpResponseBase:
    """Say to those who might have read it that a case was shredded; to everybody else, that nothing is here."""
    stone = shredding.tombstone(request.desk, ref)
    if stone is None or stone.project not in request.desk.people.projects(request.person):
        return not_found()
    return render(request, "desk/tombstone.html", {"stone": stone}, status=GONE)


@csrf_exempt  # `_carry_out` checks the token: reading it before the files have a place to go would refuse them
@signed_in
@require_POST
def move(request: DeskRequest, ref: str, name: str) -> HttpResponseBase:
    """Carry out one move, or show its page again with what stands in the way."""
    ground, kind = ground_of(request, ref, "case.move"), FORMS.get(name)
    if ground is None or kind is None:
        return not_found()
    try:
        body = uploads.read(request, request.desk.blobs)
    except uploads.Unreadable as wrong:
        return render(request, "desk/unreadable.html", {"wrong": wrong, "ref": ref}, status=wrong.status)
    if not unsent.keep(request.desk, body.files, request.person):
        body = replace(body, files=(), refused=TOO_MANY)
    answer: HttpResponseBase = _carry_out(request, ground, kind, body)
    return answer


@csrf_protect
def _carry_out(request: DeskRequest, ground: Ground, kind: type[MoveForm], body: uploads.Body) -> HttpResponseBase:
    kept, lost = carried(request.desk, body.post.getlist("kept"))
    form = kind(ground, body.post, (*kept, *body.files))
    if lost:
        form.add_error(None, LOST)
    if body.refused:
        form.add_error(None, body.refused.message)
        return _show(request, ground, form.tab, form=form, status=CONTENT_TOO_LARGE)
    if not form.is_valid():
        return _show(request, ground, form.tab, form=form, status=UNPROCESSABLE)
    return _made(request, ground, form, body)


def _made(request: DeskRequest, ground: Ground, form: MoveForm, body: uploads.Body) -> HttpResponseBase:
    """Make the move of a form that has the right shape."""
    if (deed := form.deed()) is not None:
        return _after(request, ground, form, deed)
    command = form.command()
    if isinstance(command, Refused):
        return _refuse(request, ground, form, command)
    if form.trial and body.post.get("do") == "try":
        return _try(request, ground, form)
    ref = ground.case.ref
    if name_of(command) in STEPPED and not proven(request):
        return _refuse(request, ground, form, NOT_PROVEN)
    if warned := _unseen(request, ground, command, body):
        return _show(request, ground, form.tab, form=form, shown={"cautions": warned})
    answer = cases.handle(request.desk, ref, command, ground.actor, seen=_seen(request))
    if isinstance(answer, Refused):
        answer = cases.ask(request.desk, ref, command, ground.actor, answer)
        fresh = ground_of(request, ref, "case.read")
        form.attached = tuple(each for each in form.attached if not _is_gone(answer, each))
        if fresh and form.merges and answer.code == "conflict":
            return _merge(request, fresh, form, answer)
        return _refuse(request, fresh, type(form)(fresh, body.post, form.attached), answer) if fresh else not_found()
    _sent(request, ground, form)
    onward = _onward(ground, form, body.post.get("back", ""))
    return see_other(onward or f"{_address(ref, form.tab)}?did={form.name}{panels.again(ground.case, form.data)}#did")


def _is_gone(refused: Refused, file: Attachment) -> bool:
    """Whether a file was removed while it waited: the form then goes on without it."""
    return refused.code == "no-such-file" and file.name in refused.missing


def _sent(request: DeskRequest, ground: Ground, form: MoveForm) -> None:
    """Forget the kept words of a form that is sent."""
    if form.keeps:
        own.drop_draft(request.desk, ground.case.project, ground.case.ref, ground.actor.id, form.name)


def _merge(request: DeskRequest, fresh: Ground, form: MoveForm, refused: Refused) -> HttpResponse:
    """Show the form again with what both people changed in it; whoever typed looks at it and sends it once more."""
    old = past.as_of(request.desk, fresh.opened, form.as_of)
    if old is None:
        return _refuse(request, fresh, type(form)(fresh, form.data, form.attached), refused)
    found = merging.merged(type(form)(replace(fresh, opened=old)), type(form)(fresh), form)
    both = type(form)(fresh, found.data, form.attached)
    return _refuse(request, fresh, both, refused, shown={"merged": found})


def _onward(ground: Ground, form: MoveForm, told: str) -> str:
    """Return where a move that was made from a list leads: back to it, which says what was done and offers to undo."""
    return back(told, did=form.name, was=ground.case.ref, lead=ground.case.lead or "") if told else ""


def _after(request: DeskRequest, ground: Ground, form: MoveForm, deed: Done | Refused) -> HttpResponseBase:
    """Lead on from the deed of a use case, or show what it has to show once."""
    if isinstance(deed, Refused):
        return _refuse(request, ground, form, deed)
    if not deed.shown:
        onward = _onward(ground, form, str(form.data.get("back", "")))
        return see_other(onward or (f"{_address(deed.ref, form.tab)}?did={form.name}#did" if deed.ref else "/"))
    fresh = ground_of(request, deed.ref, "case.read")
    return _show(request, fresh, form.tab, form=form, shown=deed.shown) if fresh else not_found()


def _unseen(request: DeskRequest, ground: Ground, command: Command, body: uploads.Body) -> tuple[Caution, ...]:
    """List what the policy wants the person to know before a move that others see at once, unless the form says so.

    Moves that can be made again are not held up: what they leave open stands beside the case's promises.
    """
    if name_of(command) not in WEIGHTY:
        return ()
    context = cases.context_of(request.desk, ground.opened, ground.actor, command)
    told = set(body.post.getlist("known"))
    decision = rules.decide(ground.case, command, context)
    if isinstance(decision, Refused) and decision.code != approve.NEEDED:
        return ()
    return tuple(each for each in rules.cautions(ground.case, command, context) if each.code not in told)


def _refuse(
    request: DeskRequest, ground: Ground, form: MoveForm, refused: Refused, shown: Mapping[str, Any] | None = None
) -> HttpResponse:
    form.is_valid()
    status = _STATUS.get(refused.code, UNPROCESSABLE)
    return _show(request, ground, form.tab, form=form, refused=refused, status=status, shown=shown)


def _try(request: DeskRequest, ground: Ground, form: MoveForm) -> HttpResponse:
    """Show what the typed words would come to, without saving them."""
    command = form.command()
    after = command if isinstance(command, Refused) else as_if(request.desk, ground.opened, ground.actor, command)
    if isinstance(after, Refused):
        return _refuse(request, ground, form, after)
    shown = {"preview": preview(request.desk, after), "score_board": _scores(after, form), "unsaved": True}
    return _show(request, ground, form.tab, form=form, shown=shown)


def _score(request: DeskRequest, ground: Ground, form: MoveForm | None) -> dict[str, Any]:
    """The metrics of the score as choices: what was scored or pasted, and what was chosen since."""
    case = ground.case
    own_scores = tuple(each.vector for each in case.scores if each.authoritative)
    pasted = (str(form.data.get("vector", "")),) if form and form.name == "score" else ()
    wanted = ground.options.score.words or "3.1"
    asked = request.GET if request.method in ("GET", "HEAD") else {}
    found = cvss.editor(cvss.by_family((*own_scores, *pasted)), case.report.surface, wanted, asked)
    return {
        "cvss": found,
        "chosen_board": board(found.vectors) if asked.get("v") else (),
        "timebox": timebox.timebox(request.desk, ground.opened, request.person),
    }


def _scores(after: cases.Opened, form: MoveForm) -> Any:
    return board([form.cleaned_data["vector"]]) if form.name == "score" else ()


def _show(
    request: DeskRequest,
    ground: Ground,
    tab: str,
    *,
    form: MoveForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
    shown: Mapping[str, Any] | None = None,
) -> HttpResponse:
    view = queries.of(request.desk, ground.actor, ground.opened, before=number(request.GET.get("before")))
    drafted = preview(request.desk, ground.opened) if tab in _PREVIEWED and "preview" not in (shown or {}) else None
    context = {
        "case": view,
        "tab": tab,
        "tabs": [_tab(view.ref, name, tab) for name in TABS if name == tab or name not in BESIDE],
        "more": [_tab(view.ref, name, tab) for name in TABS if name != tab and name in BESIDE],
        "forms": {kind.name.replace("-", "_"): _begun(request, ground, kind) for kind in of_tab(tab)},
        "taker": ground.actor.id if ground.may_take else "",
        "sent": form,
        "back": back(str(form.data.get("back", ""))) if form else "",
        "carried": carry(request.desk, form.attached) if form else (),
        "refused": refused,
        "here": at_case(request, ground.case.project, view.ref, ground.actor),
        "changes": _changes(view, request, ground) if refused and refused.code == "conflict" else (),
        "did": _said(request),
        "glass": ground.case.glass,
        "asks": approvals.waiting(request.desk, ground.actor, ground.opened),
        "preview": drafted,
        "board": branches.board(request.desk, ground.opened) if tab == "branches" else None,
        "rings": keys.rings(request.desk, ground.case) if tab == "people" else (),
        "alike": _alike(request, ground, tab),
        "claims": claims.of_report(request.desk, ground.case) if tab == "claims" else None,
        "priority": priority.of(request.desk, ground.opened) if tab == "decide" else None,
        **(_dates(request, ground) if tab == "embargo" else {}),
        "shares": distributors.of_case(request.desk, ground.opened, ground.actor) if tab == "distributors" else None,
        "there": forge.of_case(request.desk, ground.opened, ground.actor) if tab == "forge" else None,
        **(panels.shown(view, form.data if form else request.GET) if tab == "people" else {}),
        **_since(request, ground, view),
        **(_score(request, ground, form) if tab == "score" else {}),
        "mail": _mail(request, ground, view) if tab == "talk" else {},
        "own_clock": tuple(filter(None, (zones.mine(request.desk, request.person),))) if view.embargoed else (),
        **(shown or {}),
    }
    if tab == "decide" and (named := request.GET.get("of", "")):
        context["forms"]["duplicate"].initial["of"] = named
    if tab == "talk" and form is None and request.GET.get("start") == "first":
        context["starting"] = True
        context["forms"]["reply"].initial |= context["forms"]["reply"].prepared()
    if tab == "people" and form is None:
        context["forms"]["resend"].initial["of"] = number(request.GET.get("of")) or None
    if tab == "embargo" and form is None and (ends := request.GET.get("ends", "")[:20]):
        context["forms"]["propose_embargo"].initial["ends_at"] = ends
    if tab == "score" and form is None and context["cvss"].vector:
        context["forms"]["score"].initial["vector"] = context["cvss"].vector
    if form is not None:
        context["forms"] |= {form.name.replace("-", "_"): form}
    unsaved = context["forms"].get("draft_advisory") if ground.case.advisory is None and form is None else None
    context["problems"] = _problems(view, context["preview"], unsaved.initial if unsaved else {})
    return render(request, f"desk/case/{tab}.html", context, status=status)


def _tab(ref: str, name: str, here: str) -> tuple[str, str, bool, str]:
    """A tab as (address, words, whether it is open, key)."""
    return _address(ref, name), TABS[name], name == here, KEYS.get(name, "")


def _begun(request: DeskRequest, ground: Ground, kind: type[MoveForm]) -> MoveForm:
    """Return a form of the page, with the words in it that this person typed before and did not send."""
    found = own.draft(request.desk, ground.opened, ground.actor.id, kind.name) if kind.keeps else None
    if found is None:
        return kind(ground)
    fields, ago = found
    form = kind(ground, fields)
    form.kept = ago
    return form


def _since(request: DeskRequest, ground: Ground, view: CaseView) -> dict[str, Any]:
    """What others did since this person was here last; looking at the page counts as having seen it."""
    if request.method != "GET":
        return {}
    before = own.visit(request.desk, ground.opened, ground.actor.id)
    if before is None:
        return {}
    new = [line for line in view.history if line.seq > before.seq and line.by_id != ground.actor.id]
    return {"since": new, "fresh": {line.seq for line in new}, "last_here": words.ago(before.at, view.now)}


def _mail(request: DeskRequest, ground: Ground, view: CaseView) -> dict[int, reached.Trouble]:
    """Which of our words to the reporter did not arrive by mail."""
    ours = (each.seq for each in view.reporter_thread if not each.theirs)
    return reached.troubles(request.desk, ground.case, ours)


def _dates(request: DeskRequest, ground: Ground) -> dict[str, Any]:
    """When the case may be disclosed, and the clocks of others that run in it."""
    answer = ground.window
    return {
        "rail": rails.rail(ground.opened, answer, request.desk.now()),
        "zones": zones.clocks(request.desk, ground.case, ground.policy, request.GET.getlist("zone")[:4]),
        "window": windows.worded(answer),
        "clocks": windows.clocks(request.desk, ground.opened),
    }


def _alike(request: DeskRequest, ground: Ground, tab: str) -> tuple[lookalikes.Alike, ...]:
    """What may be the same matter, where somebody decides about it or reads a new report."""
    case = ground.case
    if tab != "decide" and not (tab == "talk" and phase(case) is Phase.NEW):
        return ()
    return lookalikes.alike(request.desk, request.person, case.ref, case.project, case.report)


def _problems(view: CaseView, drafted: Any, begun: Mapping[str, Any]) -> tuple[Listed, ...]:
    """What is to be mended, without what the editor fills in by itself before anything was saved."""
    found = listed(view.ref, drafted.problems) if drafted else ()
    return tuple(each for each in found if not begun.get(each.field))


def _changes(view: CaseView, request: DeskRequest, ground: Ground) -> list[HistoryView]:
    """List what others did since the page was rendered: newest first, talk left out."""
    seen = _seen(request)
    foreign = (line for line in view.history if line.seq > seen and line.by_id != ground.actor.id)
    return [line for line in foreign if line.what not in _QUIET][::-1]


def _said(request: DeskRequest) -> str:
    kind = FORMS.get(request.GET.get("did", ""))
    return kind.done if kind else ""


def _seen(request: DeskRequest) -> int:
    """Return the journal length the form was rendered from; without one, the form saw nothing but the report."""
    return number(request.POST.get("seen")) or 1


def _address(ref: str, tab: str) -> str:
    return f"/c/{ref}" if tab == "talk" else f"/c/{ref}/{tab}"
