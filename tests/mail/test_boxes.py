# SPDX-License-Identifier: Apache-2.0
"""Mail that lies in files: an mbox with the threads of a list, a Maildir, one message on standard input."""

from __future__ import annotations

import io
import mailbox
from pathlib import Path

import pytest

from tests.mail import post
from tocsin.adapters.channels.mail import boxes
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


def letter(number: int, answer: int = 0, references: str = "") -> bytes:
    """A message of one of five threads of a list; answers come with and without what threads them."""
    subject = f"Matter number {number}"
    said = (f"{references}",) if references else ()
    return post.mail(
        f"Words {number}.{answer}\n\nFrom here on nothing is a separator.",
        sender=f"Reporter {number} <reporter{number}@example.net>",
        subject=f"Re: {subject}" if answer else subject,
        headers=said,
        message_id=f"t{number}.{answer}@example.net",
    )


BROKEN = (
    "References: <gone@example.org",
    "References: not an id",
    "In-Reply-To: Your message of Monday",
    "",
    "References: <t{}.0@example.net>",
)


def test_five_threads_of_an_mbox_are_five_cases_with_each_answer_in_the_right_one(home: House, tmp_path: Path) -> None:
    path = tmp_path / "list.mbox"
    box = mailbox.mbox(str(path))
    for number in range(5):
        box.add(letter(number).replace(b"\r\n", b"\n"))
    for answer in (1, 2):
        for number in range(5):
            box.add(letter(number, answer, BROKEN[number].format(number)).replace(b"\r\n", b"\n"))
    box.close()
    found = list(boxes.messages(path))
    assert len(found) == 15
    for raw in found:
        post.deliver(home, raw, sender=None, via="feed")
    opened = [post.look(home, ref).case for ref in post.refs(home)]
    assert sorted(case.title for case in opened) == [f"Matter number {number}" for number in range(5)]
    assert {case.messages for case in opened} == {3}
    for case in opened:
        number = case.title[-1]
        words = [str(getattr(entry.event, "text", "")) for entry in post.entries(home, case.ref)[1:]]
        assert [text.split(".")[0] for text in words] == [f"Words {number}"] * 2
    for raw in found:
        assert not post.arrive(home, raw, sender=None, via="feed"), "fed again, kept once"


def test_a_quoted_from_is_itself_again_and_what_comes_back_is_what_went_in(tmp_path: Path) -> None:
    path = tmp_path / "one.mbox"
    path.write_bytes(b"From a@b Mon\nSubject: x\n\n>From here\n>>From there\n\nFrom a@b Mon\nSubject: y\n\nz\n")
    first, second = boxes.messages(path)
    assert first == b"Subject: x\n\nFrom here\n>From there\n"
    assert second == b"Subject: y\n\nz\n"


def test_a_maildir_is_read_in_its_order_and_nothing_else_in_it(tmp_path: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "box"))
    for number in range(3):
        box.add(letter(number))
    (tmp_path / "box" / "new" / "9.link").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match=r"links|symbolic"):
        list(boxes.messages(tmp_path / "box"))
    (tmp_path / "box" / "new" / "9.link").unlink()
    assert len(list(boxes.messages(tmp_path / "box"))) == 3
    with pytest.raises(NotADirectoryError):
        list(boxes.messages(tmp_path))


def test_a_stream_is_one_message_or_an_mbox() -> None:
    assert list(boxes.of_stream(io.BytesIO(b"Subject: a\n\nb\n"))) == [b"Subject: a\n\nb\n"]
    assert list(boxes.of_stream(io.BytesIO(b""))) == []
