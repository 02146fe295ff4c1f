# SPDX-License-Identifier: Apache-2.0
"""Other spellings of commands: what somebody types who looks for it under another noun (UX 2.4).

Each thing has one command, and its help and its documentation name only that. A spelling here does exactly the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

ALSO: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("advisory", "edit"): ("advisory", "draft"),
    ("advisory", "export"): ("advisory", "preview"),
    ("advisory", "schedule"): ("publish", "arm"),
    ("advisory", "update"): ("advisory", "publish"),
    ("advisory", "verify"): ("publish", "board"),
    ("audit", "log"): ("log", "timeline"),
    ("audit", "verify"): ("log", "verify"),
    ("auth", "token"): ("token", "new"),
    ("branch", "set"): ("case", "lines"),
    ("case", "claims"): ("claims", "check"),
    ("case", "similar"): ("similar",),
    ("cve", "publish"): ("publish", "plan"),
    ("embargo", "amend"): ("embargo", "revise"),
    ("gh", "link"): ("forge", "link"),
    ("gh", "sync"): ("forge", "sync"),
    ("gh", "pvr-import"): ("forge", "sync"),
    ("lint", "advisory"): ("lint", "document"),
    ("notify", "channels"): ("channel", "preview"),
    ("notify", "distributors"): ("distributor", "tell"),
    ("notify", "test"): ("mail", "test"),
    ("people", "invite"): ("case", "invite"),
    ("people", "remove"): ("case", "let-go"),
    ("policy", "apply"): ("policy", "adopt"),
    ("project", "create"): ("policy", "adopt"),
    ("project", "import-security-md"): ("policy", "import"),
}
"""Noun and verb, and the command that does it."""

ALONE: Final[Mapping[str, tuple[str, ...]]] = {"worker": ("serve", "--only", "worker")}
"""Words that are a command by themselves, and what they stand for."""

LIST: Final = "list"
"""What a noun does when no verb is said, where it has one of this name."""


def meant(args: Sequence[str]) -> list[str]:
    """The words of a command line as the command tree knows them."""
    if known := ALSO.get((args[0], args[1])) if len(args) > 1 else None:
        return [*known, *args[2:]]
    return [*ALONE[args[0]], *args[1:]] if args and args[0] in ALONE else list(args)


def verbless(args: Sequence[str]) -> bool:
    """Whether a noun's own arguments name no verb: nothing, or only options that are not a wish for help."""
    return not args or (args[0].startswith("-") and args[0] not in ("-h", "--help"))
