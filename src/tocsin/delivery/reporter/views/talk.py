# SPDX-License-Identifier: Apache-2.0
"""What somebody does in their room: write, send files, answer a date or propose one, appeal, confirm the fix.

Each is a drop that the desk takes up through the one door for change; durable when the page answers. What the protocol
or the policy then says no to comes back into the room as a refusal with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from tocsin.core.clock.places import place
from tocsin.core.intake import MAX_FILES, MAX_REPORT_BYTES, MAX_TEXT_BYTES, Attachment, FieldError
from tocsin.delivery import uploads
from tocsin.delivery.reporter import answers, drafts, session
from tocsin.delivery.reporter.guard import admit
from tocsin.delivery.reporter.request import RoomRequest, house
from tocsin.delivery.reporter.session import Visit
from tocsin.delivery.reporter.views import visit as pages
from tocsin.delivery.reporter.views.visit import Unsent
from tocsin.services import room, unsent
from tocsin.services.app import Front

TWICE = timedelta(minutes=5)
"""The same message again within this time is the same click again."""

FROM_INPUT = "%Y-%m-%dT%H:%M"
"""What browsers send for `datetime-local`; the form says that it is UTC."""

LONGEST_KEY, LONGEST_NAME = 200_000, 200
PUBLIC_KEY, SECRET_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "PRIVATE KEY"

CORRECT = "Please correct the credits of the published advisory. I want to stand there as: {name}"
UNNAMED = "nobody; take my name out"
"""Words to the team, who have to publish another revision: only then does what they wrote change."""

NOT_KEPT = FieldError(field="files", message="The files could not be kept until this is sent; choose them again.")

STILL_BROKEN = "I tested the fix. The problem is still there."

Asked = room.ReporterCommand | FieldError


@admit("GET", "HEAD", "POST")
def say(request: RoomRequest, project: str) -> HttpResponse:
    """Take a message with files."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    if request.method != "POST":
        return redirect(reverse("reporter:room", args=[place.id])) if visit else pages.ended(place)
    try:
        body = uploads.read(request, request.front.blobs)
    except uploads.Unreadable as wrong:
        return render(request, "reporter/unreadable.html", {"place": place, "wrong": wrong}, status=wrong.status)
    front = request.front
    if visit is None:
        unsent.discard(front, body.files)
        return pages.ended_with(request, place, body.post)
    kept, lost = drafts.kept_files(front, body.post)
    files, text = (*kept, *body.files), answers.lines(body.post.get("text", ""))
    wrong_ = body.refused or _wrong_with(text, files, lost)
    if not wrong_ and _said_before(front, visit, text, files):
        unsent.discard(front, body.files)
        return pages.to_room(request, visit, "message")
    if not wrong_ and (gone := unsent.claim(front, kept)):
        wrong_, files = drafts.LOST, tuple(each for each in files if each not in gone)
    if wrong_:
        held = unsent.hold(front, body.files, request.META.get("REMOTE_ADDR", ""))
        if not held:
            files = tuple(each for each in files if each not in body.files)
        typed = Unsent(wrong=(wrong_, *(() if held else (NOT_KEPT,))), text=text, files=pages.kept(request, files))
        return pages.page(request, place, visit, typed, status=413 if body.refused else 422)
    room.leave(front, visit.door, room.Hear(text=text, attachments=files))
    return pages.to_room(request, visit, "message")


@admit("GET", "HEAD", "POST")
def act(request: RoomRequest, project: str) -> HttpResponse:
    """Take an answer to a date, a date, an appeal, or the word on a fix."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    if visit is None:
        return pages.ended_with(request, place, request.POST) if request.method == "POST" else pages.ended(place)
    name = request.POST.get("do", "")
    if request.method != "POST" or name not in _ACTS:
        return redirect(reverse("reporter:room", args=[place.id]))
    asked = _ACTS[name](request.front, request.POST)
    if isinstance(asked, FieldError):
        typed = Unsent(wrong=(asked,), ends_at=request.POST.get("ends_at", ""), reason=request.POST.get("reason", ""))
        return pages.page(request, place, visit, typed, status=422)
    room.leave(request.front, visit.door, asked)
    if isinstance(asked, room.SetCredit) and room.look(request.front, visit.door, place.id).status.advisory_id:
        room.leave(request.front, visit.door, room.Hear(text=CORRECT.format(name=asked.name or UNNAMED)))
    return pages.to_room(request, visit, name)


def _wrong_with(text: str, files: tuple[Attachment, ...], lost: bool) -> FieldError | None:
    if lost:
        return drafts.LOST
    if not text.strip() and not files:
        return FieldError(field="text", message="Write something, or choose a file.")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        return FieldError(field="text", message="The text is over 1 MiB; send it as a file.")
    if len(files) > MAX_FILES:
        return FieldError(field="files", message=f"At most {MAX_FILES} files; put the rest in one archive.")
    if sum(file.size for file in files) > MAX_REPORT_BYTES:
        return FieldError(field="files", message="The files are over 200 MiB together; send the rest later.")
    return None


def _said_before(front: Front, visit: Visit, text: str, files: tuple[Attachment, ...]) -> bool:
    """Say whether the last thing the reporter said is this very message, a moment ago."""
    own = [each for each in room.look(front, visit.door, visit.pass_.project).messages if each.by == "you"]
    if not own or front.now() - own[-1].at > TWICE:
        return False
    return own[-1].text == text and [f.sha256 for f in own[-1].attachments] == [f.sha256 for f in files]


def _accept(front: Front, post: QueryDict) -> Asked:
    return room.AcceptEmbargo(proposal=post.get("proposal", ""))


def _reject(front: Front, post: QueryDict) -> Asked:
    return room.RejectEmbargo(proposal=post.get("proposal", ""), reason=post.get("reason", ""))


def _propose(front: Front, post: QueryDict) -> Asked:
    try:
        ends_at = datetime.strptime(post.get("ends_at", ""), FROM_INPUT).replace(tzinfo=UTC)
    except ValueError:
        return FieldError(field="ends_at", message="Give a day and an hour, such as 2026-12-08 15:00.")
    if ends_at <= front.now():
        return FieldError(field="ends_at", message="Choose an instant that is still ahead.")
    return room.ProposeEmbargo(
        proposal=front.mint.id("emb"),
        ends_at=ends_at,
        reason_class=post.get("reason_class", ""),
        reason=post.get("reason", ""),
    )


def _appeal(front: Front, post: QueryDict) -> Asked:
    text = post.get("text", "")
    if not text.strip():
        return FieldError(field="appeal", message="Say what the decision overlooked, in a sentence or two.")
    return room.Appeal(text=text)


def _fix(front: Front, post: QueryDict) -> Asked:
    note = post.get("note", "")
    if post.get("works") == "yes":
        return room.ConfirmFix(note=note)
    if post.get("works") == "no":
        return room.Hear(text=f"{STILL_BROKEN}\n\n{note}".rstrip())
    return FieldError(field="works", message="Say whether the fix works for you.")


def _consent(front: Front, post: QueryDict) -> Asked:
    return room.Consent(party="", note="in their room")


def _decline(front: Front, post: QueryDict) -> Asked:
    return room.Decline(party="", note=post.get("note", ""))


def _state(front: Front, post: QueryDict) -> Asked:
    found = room.moved(post.get("step", ""))
    return found or FieldError(field="step", message="Choose what you did with the report.")


def _product(front: Front, post: QueryDict) -> Asked:
    found = room.product(
        post.get("product", ""), post.get("path", ""), post.get("affected", ""), post.get("advisory", "").strip()
    )
    return found or FieldError(field="path", message="Choose how far the fix is, and whether it is affected.")


def _part(front: Front, post: QueryDict) -> Asked:
    reason = post.get("reason", "")
    if not reason.strip():
        return FieldError(field="part", message="Say why, in a few words.")
    return room.LetGo(party="", reason=reason)


def _pass_on(front: Front, post: QueryDict) -> Asked:
    return room.PassOn(party=post.get("party", ""))


def _zone(front: Front, post: QueryDict) -> Asked:
    """Take the name of a zone, or of a city; an empty field takes back what was told."""
    typed = post.get("zone", "").strip()
    name = place(typed)
    if typed and not name:
        return FieldError(field="zone", message="No time zone is called so. Write the nearest large city.")
    return room.SetZone(party="", zone=name)


def _credit(front: Front, post: QueryDict) -> Asked:
    """Take the name to be thanked by; an empty field asks not to be named."""
    name = " ".join(post.get("credit_as", "").split())
    if len(name) > LONGEST_NAME:
        return FieldError(field="credit_as", message="Take a shorter name.")
    return room.SetCredit(party="", name=name)


def _key(front: Front, post: QueryDict) -> Asked:
    """Take a key as it is: whoever reads it is behind this door. A secret one is not kept, nor sent back."""
    text = post.get("key", "").strip()
    if SECRET_KEY in text:
        return FieldError(
            field="key", message="This is a secret key. Nobody but you should have it: export the public one."
        )
    if not text.startswith(PUBLIC_KEY) or len(text) > LONGEST_KEY:
        return FieldError(
            field="key", message="Paste the whole text of your public key, from its first line to its last."
        )
    return room.GiveKey(body=text.encode())


_ACTS: dict[str, Callable[[Front, QueryDict], Asked]] = {
    "accept": _accept,
    "reject": _reject,
    "propose": _propose,
    "appeal": _appeal,
    "fix": _fix,
    "consent": _consent,
    "decline": _decline,
    "state": _state,
    "product": _product,
    "part": _part,
    "pass-on": _pass_on,
    "zone": _zone,
    "credit": _credit,
    "key": _key,
}
