# SPDX-License-Identifier: Apache-2.0
"""Looks at each project's forge every few minutes and brings both sides up to each other.

In: private reports, comments, what others changed. Out: what the project decided (accepted, rejected), what it wrote to
the reporter, each once and looked for before it is written. What somebody else changed there is shown and stops our own
writing until a person has decided; nothing is ever overwritten silently. While a forge is away it is asked at most once
a minute, then less often, and nothing else waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.model import Case
from tocsin.core.forge import fields
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, ProjectId, is_cve_id
from tocsin.services import cases, incident, room, sealing
from tocsin.services.advertised import SHUT, reporting
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.forge import inbound, watch
from tocsin.services.forge.links import LEAST, Link, Standing, foreign, forge, links, standing, standings
from tocsin.services.ports.forge import Comment, Forge, Payload
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.store import Conflict, Drop, Unavailable
from tocsin.services.ports.targets import Rejected, Trouble

MOST: Final = timedelta(minutes=10)
"""Between two tries while the forge is away: what waits is done within a quarter of an hour of its return."""

CLAIM: Final = timedelta(minutes=10)
"""How long one look may take before another process may look."""

HOPS: Final = 8
"""Cases through which a merged one is followed."""

GITHUB_CNA: Final = "GitHub_M"
"""GitHub's short name as a CNA in CVE Services."""

STATES: Final = ("triage", "draft", "published", "closed")

_log = logging.getLogger("tocsin.forge")


def look(desk: Desk) -> int:
    """Look at every forge whose time has come; returns how many were read whole. What goes wrong with one project's is
    its own matter: the others are looked at."""
    whole = 0
    for project in desk.outside.forges.sources():
        try:
            whole += bool(desk.projects.get(project)) and _turn(desk, project)
        except Unavailable:
            raise
        except Exception as error:
            _log.error("the forge of %s was not looked at whole: %s", project, type(error).__name__)
    return whole


def _turn(desk: Desk, project: ProjectId) -> bool:
    asked = forge(desk, project)
    if asked is None:
        return False
    kept, now = standing(desk, project), desk.now()
    if kept.record.due_at > now:
        return False
    try:
        # Whoever writes this line looks; the other process finds another version, and has nothing to do.
        kept = standings(desk).change(kept, kept.value, now + CLAIM)
    except Conflict:
        return False
    try:
        fresh = read(desk, project, asked, kept.value)
        next_at = desk.now() + timedelta(minutes=asked.source.minutes)
    except (Trouble, Rejected) as wrong:
        fresh, next_at = _troubled(desk, project, kept.value, wrong)
    except Conflict:  # somebody dealt with one of its drafts meanwhile: that one is read again
        fresh, next_at = kept.value, desk.now() + LEAST
    standings(desk).change(kept, fresh, next_at)
    return not fresh.trouble


def _troubled(desk: Desk, project: ProjectId, was: Standing, wrong: Trouble | Rejected) -> tuple[Standing, datetime]:
    now, tries = desk.now(), was.tries + 1
    wait = min(LEAST * 2 ** min(tries - 1, 4), MOST)
    if isinstance(wrong, Trouble) and wrong.after:
        wait = max(LEAST, wrong.after)
    if isinstance(wrong, Rejected) or wrong.person:
        desk.machine.alarms.sound(Alarm(at=now, kind="forge-refuses", place=f"forge.{project}"))
    _log.warning("the forge of %s: %s", project, wrong.because)
    return msgspec.structs.replace(
        was, trouble=wrong.because, trouble_since=was.trouble_since or now, tries=tries
    ), now + wait


def read(desk: Desk, project: ProjectId, asked: Forge, was: Standing) -> Standing:
    """Look once, whole; raises Trouble and Rejected. Repeating it changes nothing. What is wrong with one advisory, or
    with its case, keeps no other's reporter from being heard.

    In a panic it reads all the same, for reports are taken in, and writes nothing: what there is to say waits.
    """
    now = desk.now()
    enabled = asked.private_reporting()
    _note(desk, reporting(project), "enabled" if enabled else SHUT)
    found = {each["ghsa_id"]: each for state in STATES for each in asked.advisories(state) if "ghsa_id" in each}
    wrong = [_apart(partial(inbound.take, desk, project, payload)) for payload in found.values()]
    wrong += [_apart(partial(_mirror, desk, asked, kept, found)) for kept in links(desk).all(project)]
    if asked.source.watch_issues:
        watch.look(desk, project, asked, was.watched or now - timedelta(days=1))
    if not incident.halted(desk):
        watch.answer(desk, project, asked)
    for each in sorted(filter(None, wrong), key=lambda each: isinstance(each, Conflict)):
        raise each
    return Standing(read_at=now, watched=now - LEAST)


def _note(desk: Desk, name: str, value: str) -> None:
    known = desk.machine.facts.get(name)
    if known is None or known.value != value:
        desk.machine.facts.note(name, value, desk.now())


def _apart(do: Callable[[], object]) -> Rejected | Conflict | None:
    """Do something about one advisory; returns what the forge does not let us do there, or that somebody else did
    something there meanwhile. Raises Trouble and `ports.store.Unavailable`, which are about all of them; anything else
    is in the log."""
    try:
        do()
    except (Rejected, Conflict) as wrong:
        return wrong
    except (Trouble, Unavailable):
        raise
    except Exception as error:
        _log.error("an advisory on the forge cannot be followed: %s", type(error).__name__)
    return None


def _mirror(desk: Desk, asked: Forge, kept: Kept[Link], found: Mapping[str, Payload]) -> None:
    """Bring one advisory and its case up to each other."""
    payload = found.get(kept.value.ghsa) or asked.advisory(kept.value.ghsa)
    head = desk.journal.head(kept.value.case)
    if payload is None or head is None or not head.wrapped_key:
        return
    kept = _changes(desk, kept, payload)
    opened = cases.open_case(desk, kept.value.case, SYSTEM_ACTOR, "forge")
    if opened is None:
        return
    _cve(desk, kept.value, opened.case, payload)
    if not incident.halted(desk):
        kept = _decided(desk, asked, kept, opened.case, payload)
    _talk(desk, asked, kept, opened)


# -------------------------------------------------------------------------------------------- what others changed there


def _changes(desk: Desk, kept: Kept[Link], payload: Payload) -> Kept[Link]:
    """See what is not as we knew it, tell the team, and hold our own writing until somebody decides."""
    link = kept.value
    changed = foreign(link, payload)
    if not fields.changed(link.prints, payload):
        return kept
    held = tuple(dict.fromkeys((*link.conflict, *changed))) if link.ours else link.conflict
    kept = links(desk).change(
        kept,
        msgspec.structs.replace(
            link, prints=fields.prints(payload), state=str(payload.get("state", "")), conflict=held
        ),
    )
    if not changed and payload.get("state") == link.state:
        return kept
    _tell(desk, link, _words(link, changed, payload, bool(held)))
    desk.machine.alarms.sound(Alarm(at=desk.now(), kind="forge-changed", case=link.case, place="forge"))
    return kept


def _words(link: Link, changed: tuple[str, ...], payload: Payload, held: bool) -> str:
    words = [f"Somebody changed {link.ghsa} on the forge."]
    if changed:
        words.append(f"Fields: {', '.join(changed)}.")
    if payload.get("state") != link.state:
        words.append(f"State: {link.state or 'unknown'} to {payload.get('state')}.")
    if held:
        words.append("Nothing of ours is written there until you decide: keep theirs, or ours.")
    return " ".join(words)


def _tell(desk: Desk, link: Link, words: str) -> None:
    """Write a note for the team."""
    cases.handle(desk, link.case, cmd.Say(audience=Audience.TEAM, text=words, automatic=True), SYSTEM_ACTOR)


# ------------------------------------------------------------------------------------------------------ what we decided


def _decided(desk: Desk, asked: Forge, kept: Kept[Link], case: Case, payload: Payload) -> Kept[Link]:
    """Say there what the project decided on a private report: accepted, or not."""
    if payload.get("state") != "triage":
        return kept
    wish = "draft" if case.accepted_at else "closed" if case.rejection else ""
    if not wish:
        return kept
    return wrote(desk, kept, asked.update(kept.value.ghsa, {"state": wish}))


def _cve(desk: Desk, link: Link, case: Case, payload: Payload) -> None:
    """Take over the CVE id that the forge assigned, as a CNA, at our asking."""
    assigned = payload.get("cve_id")
    if link.cve_asked and not case.cve_id and isinstance(assigned, str) and is_cve_id(assigned):
        cases.handle(desk, case.ref, cmd.SetCve(cve_id=assigned, assigner_name=GITHUB_CNA), SYSTEM_ACTOR)


def wrote(desk: Desk, kept: Kept[Link], payload: Payload, **more: Any) -> Kept[Link]:
    """Remember an advisory as we left it."""
    link = msgspec.structs.replace(
        kept.value, prints=fields.prints(payload), state=str(payload.get("state", "")), **more
    )
    return links(desk).change(kept, link)


# ------------------------------------------------------------------------------------------------------------- comments


def _talk(desk: Desk, asked: Forge, kept: Kept[Link], opened: cases.Opened) -> None:
    """Carry comments in, and what was written to the reporter out, where the forge has comments for programs. Under a
    draft of our own there is no reporter: what is said to one somewhere else is nobody's business there."""
    if kept.value.login == asked.source.login:
        return
    comments = asked.comments(kept.value.ghsa)
    if comments is None:
        if kept.value.comments is not False:
            links(desk).change(kept, msgspec.structs.replace(kept.value, comments=False))
            words = f"The forge has no comments for programs here: write to the reporter at {kept.value.url}."
            _tell(desk, kept.value, words)
        return
    heard = _hear(desk, asked, kept.value, comments, opened.case)
    said = kept.value.said
    if not incident.halted(desk):
        said = {
            here.case.ref: _say(desk, asked, kept.value, comments, here, who) for here, who in _spoken_in(desk, opened)
        }
    fresh = msgspec.structs.replace(kept.value, heard=heard, said=said, comments=True)
    if fresh != kept.value:
        links(desk).change(kept, fresh)


def _hear(desk: Desk, asked: Forge, link: Link, comments: Sequence[Comment], case: Case) -> int:
    """Leave what others wrote there as drops for the case: each once, by the number of the comment."""
    heard = link.heard
    places = sealing.Places(desk.sealer.instance)
    # One microsecond apart, so that they are taken up in the order in which they were written.
    for place, each in enumerate(comments):
        if each.id <= link.heard:
            continue
        heard = max(heard, each.id)
        if _is_ours(asked, each):
            continue
        words = each.body if each.login == link.login else f"{each.login} wrote on the forge:\n\n{each.body}"
        name = "drp_" + desk.tokens.mark("forge-comment", f"{link.ghsa}/{each.id}").hex()[:32]
        left = room.Left(room=case.room, command=room.Hear(text=words))
        body = desk.sealer.seal_drop(msgspec.json.encode(left), places.drop(name, case.ref))
        try:
            desk.drops.leave(
                Drop(id=name, case=case.ref, at=desk.now() + timedelta(microseconds=place), body=body), None
            )
        except Conflict:
            continue
    return heard


def _is_ours(asked: Forge, comment: Comment) -> bool:
    return "<!-- tocsin:" in comment.body or (bool(asked.source.login) and comment.login == asked.source.login)


def _spoken_in(desk: Desk, opened: cases.Opened) -> Iterator[tuple[cases.Opened, str]]:
    """Where the team speaks to whoever reported it there, and as whom: in their case, and once that was merged, in the
    one that it is part of by now, where they are a party under the name of their own case."""
    yield opened, ""
    who = opened.case.ref
    for _ in range(HOPS):
        into = opened.case.merged_into
        found = cases.open_case(desk, into, SYSTEM_ACTOR, "forge") if into else None
        if found is None:
            return
        opened = found
        yield opened, who


def _say(desk: Desk, asked: Forge, link: Link, comments: Sequence[Comment], opened: cases.Opened, who: str) -> int:
    """Write there what the project wrote to the reporter, or to the party `who`, in order; a mark in each says which it
    was. Returns the line up to which it is said."""
    ref, before = opened.case.ref, link.said.get(opened.case.ref, 0)
    if opened.case.seq <= before:
        return before
    there = {each.body.rpartition("<!-- tocsin:")[2] for each in comments}
    places = sealing.Places(desk.sealer.instance)
    to = (Audience.PARTY, who) if who else (Audience.REPORTER, "")
    for entry in sealing.open_entries(places, opened.key, ref, desk.journal.entries(ref, after=before)):
        if not isinstance(entry.event, ev.MessageSent) or (entry.event.audience, entry.event.party) != to:
            continue
        mark = desk.tokens.mark("forge-said", f"{ref}/{entry.seq}").hex()[:16]
        if f"{mark} -->" not in there:
            asked.comment(link.ghsa, f"{_spoken(entry.event)}\n\n<!-- tocsin:{mark} -->")
    return opened.case.seq


def _spoken(event: ev.MessageSent) -> str:
    parts = [event.text]
    if event.plan:
        parts.append(f"**Plan**\n\n{event.plan}")
    if event.workarounds:
        parts.append(f"**Until then**\n\n{event.workarounds}")
    return "\n\n".join(filter(None, parts))
