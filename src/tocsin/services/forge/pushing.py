# SPDX-License-Identifier: Apache-2.0
"""Writes the project's advisory to its forge: draft, credits, every range, the wish for a CVE id, its state.

Before each write the advisory there is read: what somebody else changed since we saw it is shown, and nothing is
written until a person decides whose words stay. The same words written again change nothing.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tocsin.core import access
from tocsin.core.advisory.assemble import assemble
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.case.events import AdvisoryDrafted
from tocsin.core.forge import fields, template
from tocsin.core.forge.reports import reported
from tocsin.core.formats import ghsa
from tocsin.core.vocabulary import Actor, CaseRef, MoveName, ProjectId, Refused
from tocsin.services import cases, outgoing
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.documents.adopt import draft_fields, left_out
from tocsin.services.documents.convert import NotConvertible, record_of
from tocsin.services.forge import inbound
from tocsin.services.forge.links import Link, foreign, forge, links, of_case
from tocsin.services.forge.sync import wrote
from tocsin.services.ports.forge import Forge, Payload

NO_FORGE: Final = Refused(
    code="no-forge",
    because="No forge is set up for this project. See docs/how-to/github.md.",
    rule="forge",
)
NO_LINK: Final = Refused(code="not-linked", because="This case has no advisory on the forge yet.", rule="forge")


def payload(advisory: Advisory) -> dict[str, Any]:
    """The fields of an advisory as GitHub's API takes them."""
    made: dict[str, Any] = msgspec.json.decode(ghsa.render(advisory))
    return made


def preview(desk: Desk, opened: cases.Opened) -> dict[str, Any]:
    """What would be written now."""
    return payload(assemble(opened.case, opened.policy, desk.site.public_url, desk.now()))


def push(desk: Desk, ref: CaseRef, actor: Actor) -> Kept[Link] | Refused:
    """Write a case's draft to the forge, making it there if need be. Raises Trouble and Rejected."""
    found = _opened(desk, ref, actor, "forge.push")
    if isinstance(found, Refused):
        return found
    return put(desk, *found)


def put(desk: Desk, opened: cases.Opened, asked: Forge) -> Kept[Link] | Refused:
    """Write the draft of an opened case, for whoever may; see `push`."""
    case = opened.case
    advisory = assemble(case, opened.policy, desk.site.public_url, desk.now())
    if not advisory.title or not advisory.products:
        return Refused(code="no-draft", because="Write the advisory first: title and product.", rule="forge")
    if held := outgoing.held(desk, advisory, "The advisory"):
        return held
    return write(desk, asked, case.project, case.ref, advisory)


def write(
    desk: Desk, asked: Forge, project: ProjectId, ref: CaseRef, advisory: Advisory, **more: Any
) -> Kept[Link] | Refused:
    """Write an advisory, with `more` fields such as its state; see `push`."""
    wish = {**payload(advisory), **more}
    wrong = template.faults(tuple(template.Section(title=each) for each in asked.source.sections), wish["description"])
    if wrong:
        return Refused(
            code="template",
            because=f"The repository's template asks for more: {wrong[0]}.",
            rule="forge",
            missing=tuple(map(str, wrong)),
        )
    kept = of_case(desk, project, ref) or _standing_there(desk, asked, project, ref, wish)
    if kept is None:
        made = asked.create({name: value for name, value in wish.items() if name != "state"})
        kept = _linked(desk, project, ref, advisory, made)
        if "state" not in more:
            return kept
    there = asked.advisory(kept.value.ghsa)
    if there is None:
        because = f"{kept.value.ghsa} is not there any more, or the token may not see it."
        return Refused(code="gone", because=because, rule="forge")
    if foreign := _foreign(kept.value, there):
        held = tuple(dict.fromkeys((*kept.value.conflict, *foreign)))
        links(desk).change(kept, msgspec.structs.replace(kept.value, conflict=held))
        return conflict(kept.value.ghsa, held)
    if fields.differences(wish, there):
        there = asked.update(kept.value.ghsa, wish)
    return wrote(desk, kept, there, conflict=(), ours=True, advisory=advisory.id)


def conflict(ghsa_id: str, changed: tuple[str, ...]) -> Refused:
    """Say that somebody else wrote there."""
    return Refused(
        code="changed-there",
        because=f"Somebody changed {ghsa_id} on the forge ({', '.join(changed)}); nothing of ours was written. "
        "Keep theirs or ours: tocsin forge resolve.",
        rule="forge",
        missing=changed,
    )


def _foreign(link: Link, there: Payload) -> tuple[str, ...]:
    """What somebody else wrote: held since before, or since the last look."""
    return link.conflict or foreign(link, there)


def _standing_there(desk: Desk, asked: Forge, project: ProjectId, ref: CaseRef, wish: Payload) -> Kept[Link] | None:
    """A draft of ours that stands there already: made before a crash, or by hand, with the same CVE id or title."""
    for there in asked.advisories("draft"):
        same_id = bool(wish.get("cve_id")) and there.get("cve_id") == wish.get("cve_id")
        same_words = there.get("summary") == wish["summary"] and there.get("description") == wish["description"]
        if same_id or same_words:
            found = inbound.adopt(desk, project, ref, there)
            return None if isinstance(found, Refused) else found
    return None


def _linked(desk: Desk, project: ProjectId, ref: CaseRef, advisory: Advisory, made: Payload) -> Kept[Link]:
    told = reported(made)
    if told is None:
        raise ValueError("the forge made something that is no advisory")
    kept = inbound.remember(desk, project, told, ref, made)
    return wrote(desk, kept, made, ours=True, advisory=advisory.id)


def request_cve(desk: Desk, ref: CaseRef, actor: Actor) -> Kept[Link] | Refused:
    """Ask the forge for a CVE id; asked once. Raises Trouble and Rejected."""
    found = _opened(desk, ref, actor, "forge.cve")
    if isinstance(found, Refused):
        return found
    return ask_cve(desk, *found)


def ask_cve(desk: Desk, opened: cases.Opened, asked: Forge) -> Kept[Link] | Refused:
    """Ask for the id of an opened case, for whoever may; see `request_cve`."""
    kept = of_case(desk, opened.case.project, opened.case.ref)
    if kept is None:
        return NO_LINK
    if opened.case.cve_id:
        return Refused(code="has-cve", because=f"The case has {opened.case.cve_id} already.", rule="4.2.11")
    there = asked.advisory(kept.value.ghsa)
    if there is not None and not there.get("cve_id") and not kept.value.cve_asked:
        asked.request_cve(kept.value.ghsa)
    return links(desk).change(kept, msgspec.structs.replace(kept.value, cve_asked=True))


def resolve(desk: Desk, ref: CaseRef, actor: Actor, keep: str) -> Kept[Link] | Refused:
    """Decide whose words stay where somebody else changed an advisory: `theirs` become the draft, `ours` are written
    with the next push. Raises Trouble and Rejected."""
    found = _opened(desk, ref, actor, "forge.resolve")
    if isinstance(found, Refused):
        return found
    opened, asked = found
    kept = of_case(desk, opened.case.project, ref)
    there = asked.advisory(kept.value.ghsa) if kept else None
    if kept is None or there is None:
        return NO_LINK
    if keep == "theirs" and (refused := _take(desk, opened, actor, there)):
        return refused
    return wrote(desk, kept, there, conflict=(), ours=True)


def _take(desk: Desk, opened: cases.Opened, actor: Actor, there: Payload) -> Refused | None:
    """Make what stands there the draft of the case; lines and score stay the board's. Nothing that it names is left
    out by silence: a product with other ranges than the first has no place on this board, and is refused by name."""
    try:
        record, _ = record_of(msgspec.json.encode(there), desk.now(), "ghsa")
    except NotConvertible as wrong:
        return Refused(code="unreadable", because=str(wrong), rule="forge")
    if others := left_out(record):
        return Refused(
            code="several-products",
            because=f"It has ranges of their own for {', '.join(others)}. A case has one board for all its products: "
            "keep yours, or open a case for each.",
            rule="forge",
            missing=others,
        )
    draft = opened.case.advisory or AdvisoryDrafted(title=opened.case.title)
    wish = {**msgspec.to_builtins(draft), **draft_fields(record)}
    wish.pop("type", None)
    result = cases.handle(desk, opened.case.ref, msgspec.convert(wish, cmd.DraftAdvisory), actor)
    return result if isinstance(result, Refused) else None


def _opened(desk: Desk, ref: CaseRef, actor: Actor, purpose: str) -> tuple[cases.Opened, Forge] | Refused:
    opened = cases.open_case(desk, ref, actor, purpose) if access.may_read(actor) else None
    if opened is None:
        return cases.NOT_FOUND
    if refused := access.guard(actor, MoveName.DRAFT_ADVISORY):
        return refused
    asked = forge(desk, opened.case.project)
    return NO_FORGE if asked is None else (opened, asked)


def may(desk: Desk, ref: CaseRef, actor: Actor) -> bool:
    """Whether somebody may write the advisory of a case at all."""
    return cases.open_case(desk, ref, actor, "forge.link") is not None and access.may_move(
        actor, MoveName.DRAFT_ADVISORY
    )
