# SPDX-License-Identifier: Apache-2.0
"""Law: whatever people and worker do, in whatever order and killed wherever, no file of a report is ever removed.

A walk uploads, sends, goes back, sends again, lets the clock run and the worker sweep. Between any two calls of a port
somebody else may act, or the process dies. The controls are three plausible ways to get it wrong; a walk finds each.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.adapters.vault import FileBlobs
from tocsin.core.intake import Attachment, Report
from tocsin.services import intake, unsent
from tocsin.services.app import Front
from tocsin.services.health import banners
from tocsin.services.ports.blobs import BlobMissing, BlobStore
from tocsin.services.ports.store import Unavailable
from tocsin.testing.house import house
from tocsin.testing.unsent import MemoryMarks

WALKS, STEPS = 60, 40
MIB = 1024 * 1024


class Killed(BaseException):
    """The process died here."""


class Between:
    """A port of which every call is an instant at which something else may happen, before it and after."""

    def __init__(self, port: Any, happens: Callable[[], None]) -> None:
        self._port, self._happens = port, happens

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)

        def call(*given: Any) -> Any:
            self._happens()
            answer = found(*given)
            self._happens()
            return answer

        return call


class Walk:
    """One installation, and everything that people may do to it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.house = house()
        self.deep = 0
        self.files: list[Attachment] = []
        """What browsers hold a token of."""
        self.sent: list[Attachment] = []
        self.lost = 0
        front = self.house.front
        self.front = replace(
            front, unsent=Between(front.unsent, self.happens), blobs=Between(front.blobs, self.happens)
        )
        desk = self.house.desk
        self.desk = replace(
            desk, blobs=Between(desk.blobs, self.happens), outside=replace(desk.outside, front=self.front)
        )

    def happens(self) -> None:
        if self.random.random() < 0.04:
            raise Killed
        if self.deep < 3 and self.random.random() < 0.25:
            self.step()

    def step(self) -> None:
        """Somebody acts. Their death is theirs alone."""
        self.deep += 1
        try:
            self.random.choice((self.upload, self.send, self.send, self.sweep, self.sweep, self.wait))()
        except Killed:
            pass
        finally:
            self.deep -= 1

    def upload(self) -> None:
        files = [stored(self.house.front) for _ in range(self.random.randint(1, 3))]
        if unsent.hold(self.front, files):
            self.files += files

    def send(self) -> None:
        """Send some of the files: for the first time, again, or (Back) with others than before."""
        files = tuple(self.random.sample(self.files, min(len(self.files), self.random.randint(1, 3))))
        if unsent.claim(self.front, files):
            self.lost += 1
            return
        self.happens()
        answer = intake.receive(self.house.front, "warehousepg", said(files), self.random.randbytes(32))
        assert isinstance(answer, intake.Receipt)
        self.sent += files

    def sweep(self) -> None:
        unsent.sweep(self.desk)

    def wait(self) -> None:
        self.house.clock.advance(timedelta(hours=self.random.choice((1, 23, 47, 49))))

    def broken(self) -> list[str]:
        """Files that a report speaks of and that are gone."""
        return [each.blob for each in self.sent if not there(self.house.front, each)]


def there(front: Front, file: Attachment) -> bool:
    try:
        front.blobs.open(file.blob, file.key).close()
    except BlobMissing:
        return False
    return True


def stored(front: Front, content: bytes = b"x") -> Attachment:
    with front.blobs.create() as writer:
        writer.write(content)
        blob = writer.finish()
    return Attachment(blob=blob.id, key=blob.key, name="poc", size=blob.size, sha256=blob.sha256)


def said(files: Sequence[Attachment]) -> Report:
    return Report(title="t", reproduce="r", version="7.3.1", attachments=tuple(files), channel="form")


def walked(seed: int) -> Walk:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
    return walk


def test_no_file_that_a_report_speaks_of_is_removed_and_what_nobody_sends_is() -> None:
    sent = lost = 0
    for seed in range(WALKS):
        walk = walked(seed)
        assert not walk.broken(), f"walk {seed}"
        marked = set(walk.house.front.unsent.marks)  # type: ignore[attr-defined]
        walk.house.clock.advance(timedelta(hours=49))
        unsent.sweep(walk.house.desk)
        assert not walk.broken(), f"walk {seed}, after the last sweep"
        assert not [each for each in walk.files if each.blob in marked and there(walk.house.front, each)]
        assert not walk.house.front.unsent.weight()
        sent, lost = sent + len(walk.sent), lost + walk.lost
    assert sent > WALKS, "the walks send"
    assert lost > WALKS, "and come too late"


def only_looks(front: Front, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Takes what lies there for safe, without the mark."""
    return tuple(each for each in files if not unsent._there(front, each))


def looks_before_it_claims(front: Front, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Takes the mark, and does not ask whether the worker has it."""
    lost = only_looks(front, files)
    if not lost and files:
        front.unsent.claim([each.blob for each in files])
    return lost


def marks_again(front: Front, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Gives a file that it could not send back its mark, though another report may speak of it."""
    lost = _claim(front, files)
    marks = front.unsent
    if lost:
        for each in files:
            try:
                marks.put([(each.blob, 1)], front.now())
            except Exception:  # noqa: S112 - marked already
                continue
    return lost


_claim = unsent.claim


@pytest.mark.parametrize("wrong", [only_looks, looks_before_it_claims, marks_again])
def test_control_a_walk_finds_each_way_to_lose_a_file(
    wrong: Callable[[Front, Sequence[Attachment]], tuple[Attachment, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsent, "claim", wrong)
    for seed in range(WALKS):
        walk = walked(seed)
        walk.house.clock.advance(timedelta(hours=49))
        unsent.sweep(walk.house.desk)
        if walk.broken():
            return
    raise AssertionError("no walk found it")


def test_a_file_is_held_for_two_days_and_sweeping_twice_is_fine() -> None:
    place = house()
    file = stored(place.front)
    assert unsent.hold(place.front, [file])
    place.clock.advance(unsent.KEPT)
    assert unsent.sweep(place.desk) == 0
    place.clock.advance(timedelta(seconds=1))
    assert (unsent.sweep(place.desk), unsent.sweep(place.desk)) == (1, 0)
    assert unsent.claim(place.front, [file]) == (file,)


def sent_stays_and_unsent_goes(blobs: BlobStore) -> None:
    """The story on any store of blobs."""
    place = house()
    front = replace(place.front, blobs=blobs)
    desk = replace(place.desk, blobs=blobs)
    sent, never = stored(front), stored(front)
    assert unsent.hold(front, [sent, never])
    assert not unsent.claim(front, [sent])
    place.clock.advance(timedelta(hours=49))
    assert unsent.sweep(desk) == 1
    assert (there(front, sent), there(front, never)) == (True, False)
    assert (unsent.claim(front, [sent]), unsent.claim(front, [never])) == ((), (never,))


def test_what_was_sent_stays_and_what_was_not_goes_on_a_disk(tmp_path: Path) -> None:
    sent_stays_and_unsent_goes(FileBlobs(tmp_path / "attachments", "security.example.org"))


def test_beyond_the_room_for_them_unsent_files_are_not_held_and_gone_at_once() -> None:
    place = house()
    front = replace(place.front, most_unsent=3 * unsent.LEAST)
    assert unsent.hold(front, [stored(front), stored(front)])
    more = [stored(front), stored(front)]
    assert not unsent.hold(front, more)
    assert not any(there(front, each) for each in more)
    assert unsent.hold(front, [stored(front)])


def test_the_desk_is_told_while_unsent_files_take_nearly_all_their_room() -> None:
    place = house()
    front = replace(place.front, most_unsent=5 * unsent.LEAST)
    desk = replace(place.desk, outside=replace(place.desk.outside, front=front))

    def told() -> bool:
        unsent.sweep(desk)
        return any("storage.unsent_gb" in each for each in banners(desk, place.dana))

    assert unsent.hold(front, [stored(front) for _ in range(3)])
    assert not told()
    assert unsent.hold(front, [stored(front)])
    assert told()
    place.clock.advance(timedelta(hours=49))
    assert not told()


def test_one_source_has_its_share_of_an_hour_and_others_theirs() -> None:
    place = house()
    file = replace_size(stored(place.front), 600 * MIB)
    assert unsent.hold(place.front, [file], "8.8.8.8")
    assert not unsent.hold(place.front, [replace_size(stored(place.front), 600 * MIB)], "8.8.8.8")
    assert unsent.hold(place.front, [replace_size(stored(place.front), 600 * MIB)], "9.9.9.9")
    place.clock.advance(timedelta(hours=1))
    assert unsent.hold(place.front, [replace_size(stored(place.front), 600 * MIB)], "8.8.8.8")


def replace_size(file: Attachment, size: int) -> Attachment:
    return msgspec.structs.replace(file, size=size)


def test_where_nothing_can_be_marked_nothing_is_kept() -> None:
    class Full(MemoryMarks):
        def put(self, files: object, at: object) -> None:
            raise Unavailable("full")

    place = house()
    front = replace(place.front, unsent=Full())
    file = stored(front)
    with pytest.raises(Unavailable):
        unsent.hold(front, [file])
    assert not there(front, file)
