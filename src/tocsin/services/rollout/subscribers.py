# SPDX-License-Identifier: Apache-2.0
"""Those who asked to be told: written to for their word first, kept once they gave it, forgotten when they leave."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.mail_out.model import Mailbox
from tocsin.core.vocabulary import ProjectId
from tocsin.services import book
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.hooks import endpoints
from tocsin.services.hooks.endpoints import Endpoint
from tocsin.services.ports.http import Held
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import NEVER, Conflict
from tocsin.services.post import letters
from tocsin.services.post.letters import Fixed
from tocsin.services.rollout import door
from tocsin.services.rollout.door import Person, Wish, Word

HOOK_TYPES: Final = ("advisory.published", "advisory.updated")


class Subscriber(msgspec.Struct, frozen=True):
    """Somebody who is told. `said` is their last word on each advisory, with its instant; `endpoint` their webhook."""

    wish: Wish
    since: datetime
    said: dict[str, tuple[str, datetime]] = {}
    endpoint: str = ""


def subscribers(desk: Desk) -> Book[Subscriber]:
    """Everybody."""
    return Book(desk, "subscriber", Subscriber)


def subscriber_id(desk: Desk, project: ProjectId, to: str) -> str:
    """The id of an address: the same every time, and it does not betray the address."""
    return "sub_" + desk.tokens.mark("subscriber", f"{project}/{to.lower()}").hex()[:32]


def asked(desk: Desk, arrival: Arrival) -> None:
    """Write to somebody whose address was typed in; whether they are on the list already, nobody learns."""
    wish = msgspec.json.decode(book.read(desk, arrival), type=Wish)
    token = desk.tokens.seal(wish, f"{door.ASKED}/{arrival.project}", desk.now() + door.CONFIRM_WITHIN)
    link = door.link(desk.tokens, desk.site.public_url, arrival.project, "subscribe/confirm", token)
    info = desk.projects.get(arrival.project)
    name = info.name if info else arrival.project
    if wish.is_hook:
        _ask_hook(desk, wish, arrival.project, link)
        return
    lines = f" about {', '.join(wish.lines)}" if wish.lines else ""
    text = (
        f"Somebody asked that security advisories of {name}{lines} be sent to this address.\n\n"
        f"If that was you, say yes within three days:\n\n{link}\n\n"
        "If it was not, do nothing: this is the only mail, and the address is kept nowhere.\n"
    )
    letter = Fixed(subject=f"Please confirm: security advisories of {name}", text=text, flowed=False)
    letters.fixed(desk, arrival.project, arrival.id[:32], [Mailbox(address=wish.to)], letter)


def _ask_hook(desk: Desk, wish: Wish, project: ProjectId, link: str) -> None:
    """Send the link to the address itself; whoever reads what arrives there can say yes."""
    said = {"type": "subscription.confirm", "timestamp": desk.now(), "data": {"project": project, "url": link}}
    try:
        desk.outside.http("POST", wish.to, headers={"Content-Type": "application/json"}, body=msgspec.json.encode(said))
    except (Held, OSError):
        return


def confirmed(desk: Desk, arrival: Arrival) -> None:
    """Keep somebody who gave their word; saying it again changes what they want."""
    wish = msgspec.json.decode(book.read(desk, arrival), type=Wish)
    name = subscriber_id(desk, arrival.project, wish.to)
    kept = subscribers(desk).get(arrival.project, name)
    if kept is not None:
        subscribers(desk).change(kept, msgspec.structs.replace(kept.value, wish=wish))
        return
    endpoint = _hook(desk, arrival.project, name, wish) if wish.is_hook else ""
    new = Subscriber(wish=wish, since=arrival.at, endpoint=endpoint)
    subscribers(desk).add_new(arrival.project, [(name, new, NEVER)])


def _hook(desk: Desk, project: ProjectId, name: str, wish: Wish) -> str:
    """A webhook that is told of what is public, and of nothing else."""
    made = Endpoint(url=wish.to, made_at=desk.now(), types=HOOK_TYPES, public=True)
    with suppress(Conflict):
        endpoints.endpoints(desk).add(project, f"whk_{name.removeprefix('sub_')}", made)
    return f"whk_{name.removeprefix('sub_')}"


def left(desk: Desk, arrival: Arrival) -> None:
    """Forget somebody: address, wishes, what they said."""
    who = msgspec.json.decode(book.read(desk, arrival), type=Person)
    kept = subscribers(desk).get(arrival.project, who.id)
    if kept is None:
        return
    if kept.value.endpoint:
        endpoints.remove(desk, arrival.project, kept.value.endpoint)
    subscribers(desk).remove(kept)


def said(desk: Desk, arrival: Arrival) -> None:
    """Note somebody's word about an advisory."""
    word = msgspec.json.decode(book.read(desk, arrival), type=Word)
    kept = subscribers(desk).get(arrival.project, word.id)
    if kept is not None:
        words = {**kept.value.said, word.advisory: (word.answer, arrival.at)}
        subscribers(desk).change(kept, msgspec.structs.replace(kept.value, said=words))


def matching(desk: Desk, project: ProjectId, lines: frozenset[str]) -> list[Kept[Subscriber]]:
    """Those who want to be told about one of these lines, or about all."""
    return [
        each
        for each in subscribers(desk).all(project)
        if not each.value.wish.lines or lines & frozenset(each.value.wish.lines)
    ]
