# SPDX-License-Identifier: Apache-2.0
"""Other spellings of commands: what somebody types who looks for it under another noun (UX 2.4).

Each thing has one command, and its help and its documentation name only that. A spelling here does exactly the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

ALSO: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("project", "import-security-md"): ("policy", "import"),
    ("advisory", "schedule"): ("publish", "arm"),
    ("advisory", "verify"): ("publish", "board"),
    ("audit", "log"): ("log", "timeline"),
    ("audit", "verify"): ("log", "verify"),
    ("auth", "token"): ("token", "new"),
    ("case", "claims"): ("claims", "check"),
    ("case", "similar"): ("similar",),
    ("embargo", "amend"): ("embargo", "revise"),
    ("gh", "link"): ("forge", "link"),
    ("gh", "sync"): ("forge", "sync"),
    ("notify", "channels"): ("channel", "preview"),
    ("notify", "distributors"): ("distributor", "tell"),
    ("notify", "test"): ("mail", "test"),
    ("people", "invite"): ("case", "invite"),
    ("people", "remove"): ("case", "let-go"),
}
"""Noun and verb, and the command that does it."""

LIST: Final = "list"
"""What a noun does when no verb is said, where it has one of this name."""


def meant(args: Sequence[str]) -> list[str]:
    """The words of a command line as the command tree knows them."""
    known = ALSO.get((args[0], args[1])) if len(args) > 1 else None
    return [*known, *args[2:]] if known else list(args)


def verbless(args: Sequence[str]) -> bool:
    """Whether a noun's own arguments name no verb: nothing, or only options that are not a wish for help."""
    return not args or (args[0].startswith("-") and args[0] not in ("-h", "--help"))
