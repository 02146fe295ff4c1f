# SPDX-License-Identifier: Apache-2.0
"""What the forges have in common: how they are asked, and what an answer other than a good one means.

403 and 429 are “slow down and tell a person”; what cannot be read as described counts as trouble and is tried again.
Nothing of what was sent, and no token, stands in what is said here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tocsin.services.ports.forge import Payload
from tocsin.services.ports.http import Answer, Held, Http
from tocsin.services.ports.targets import Rejected, Trouble

_SECONDS: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Line:
    """A way to ask one forge. `name` is what people call it."""

    name: str
    http: Http

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes, none: bool = False) -> Answer:
        """Ask once. Raises Trouble and Rejected; with `none` a 404 is an answer."""
        try:
            answer = self.http(method, url, headers=headers, body=body)
        except Held as held:
            raise Rejected(held.because) from None
        except OSError as error:
            raise Trouble(str(error)) from None
        if answer.ok or (none and answer.status == 404):
            return answer
        raise self._complaint(answer)

    def _complaint(self, answer: Answer) -> Trouble | Rejected:
        match answer.status:
            case 403 | 429:
                because = f"{self.name} turns us away ({answer.status}): {_message(answer)}"
                return Trouble(because, _wait(answer), person=True)
            case 401:
                because = f"{self.name} does not know the token; give it a new one: tocsin credential set"
                return Trouble(because, person=True)
            case 404:
                because = f"{self.name} shows no such thing to this token; look at its rights and the repository's name"
                return Rejected(because)
            case 400 | 409 | 410 | 422:
                return Rejected(f"{self.name} says no: {_message(answer)}")
        return Trouble(f"{self.name} answers {answer.status}")

    def json(self, answer: Answer) -> Any:
        """An answer as JSON; an empty one is an empty object."""
        try:
            return answer.json() if answer.body else {}
        except ValueError:
            raise Trouble(f"{self.name} answers something that is not JSON") from None

    def listed(self, value: Any) -> list[Any]:
        """A list."""
        if not isinstance(value, list):
            raise Trouble(f"{self.name} answers something that is not a list")
        return value

    def mapping(self, value: Any) -> Payload:
        """An object."""
        if not isinstance(value, Mapping):
            raise Trouble(f"{self.name} answers something that is not an object")
        return value


def _message(answer: Answer) -> str:
    """What the forge says, in its own codes; nothing of what was sent."""
    try:
        said = answer.json()
    except ValueError:
        return "no reason given"
    if not isinstance(said, Mapping):
        return "no reason given"
    errors = [each for each in said.get("errors") or () if isinstance(each, Mapping)]
    codes = [f"{each.get('code', '')} {each.get('field') or each.get('section') or ''}".strip() for each in errors]
    told = said.get("message") or said.get("error") or ""
    return "; ".join(filter(None, [str(told), *codes])) or "no reason given"


def _wait(answer: Answer) -> timedelta | None:
    """How long the forge asks us to wait: `Retry-After`."""
    seconds = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(seconds)) if _SECONDS.fullmatch(seconds) else None
