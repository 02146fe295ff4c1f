# SPDX-License-Identifier: Apache-2.0
"""The standard library's old parser (`policy.compat32`), with parts that look a header up by its name: the library goes
through all headers of a part at each question, and asks for `Content-Type` a dozen times. Runs in the child only.
"""

from __future__ import annotations

from email import policy
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any, Final

CHUNK: Final = 1 << 16


class Part(Message):
    """One part of a mail, the whole of it included. It looks again when its headers have changed since."""

    _named: dict[str, tuple[str, Any]] | None = None
    _kind = ""
    _count = 0

    def get(self, name: str, failobj: Any = None) -> Any:
        """The first value of a header, as the library gives it."""
        found = self._by_name().get(name.lower())
        return failobj if found is None else self.policy.header_fetch_parse(*found)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name()

    def get_content_type(self) -> str:
        """`type/subtype`, in lower case."""
        if not self._kind or self._count != len(self):
            self._kind = super().get_content_type()
        return self._kind

    def set_default_type(self, ctype: str) -> None:
        """Say what a part without a `Content-Type` is."""
        super().set_default_type(ctype)
        self._kind = ""

    def __setitem__(self, name: str, val: Any) -> None:
        super().__setitem__(name, val)
        self._forget()

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._forget()

    def replace_header(self, _name: str, _value: Any) -> None:
        """Give the first header of a name another value."""
        super().replace_header(_name, _value)
        self._forget()

    def _forget(self) -> None:
        self._named, self._kind = None, ""

    def _by_name(self) -> dict[str, tuple[str, Any]]:
        if self._named is None or self._count != len(self):  # the parser adds them one by one
            self._named = {name.lower(): (name, value) for name, value in reversed([*self.raw_items()])}
            self._kind, self._count = "", len(self)
        return self._named


def parsed(content: bytes) -> Message:
    """A mail as the library takes it apart."""
    parser = BytesFeedParser(Part, policy=policy.compat32)
    for start in range(0, len(content), CHUNK):  # whole, the parser would keep it at four bytes a letter
        parser.feed(content[start : start + CHUNK])
    return parser.close()
