# SPDX-License-Identifier: Apache-2.0
"""Parts that remember their headers answer as the library's do, whatever is asked and changed in between."""

from __future__ import annotations

from email.message import Message

from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.child.mail_part import Part

NAMES = st.sampled_from(["Content-Type", "content-type", "Subject", "X-A"])
VALUES = st.sampled_from(["text/HTML; charset=x", "multipart/digest; boundary=b", "nonsense", "caf\udce9", ""])
ACTS = st.one_of(
    st.tuples(st.sampled_from(["set_raw", "__setitem__", "replace_header"]), NAMES, VALUES),
    st.tuples(st.sampled_from(["__delitem__"]), NAMES),
    st.tuples(st.just("set_default_type"), st.sampled_from(["text/plain", "message/rfc822"])),
)


def asked(message: Message) -> tuple[object, ...]:
    names = ("content-type", "SUBJECT", "x-a", "absent")
    found = tuple(str(message.get(name)) for name in names)
    return (*found, *(name in message for name in names), message.get_content_type(), str(message.get_param("charset")))


def done(message: Message, act: tuple[str, ...]) -> None:
    try:
        getattr(message, act[0])(*act[1:])
    except KeyError:
        assert act[0] == "replace_header"


@given(st.lists(ACTS, max_size=8))
def test_a_part_that_remembers_answers_like_the_librarys(acts: list[tuple[str, ...]]) -> None:
    ours, theirs = Part(), Message()
    for act in acts:
        done(ours, act)
        done(theirs, act)
        assert asked(ours) == asked(theirs)
