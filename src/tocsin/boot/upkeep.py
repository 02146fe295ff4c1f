# SPDX-License-Identifier: Apache-2.0
"""What the worker of an installation does now and then: alarms every minute, backup and restore drill every night, what
look-alikes are found by at its start and every five minutes.

Of several workers one at a time does what is the installation's; what is a process's own memory, each does for itself.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from tocsin.adapters.db import passing
from tocsin.adapters.db.counts import DbCounts
from tocsin.adapters.git import scratch
from tocsin.boot import backup, setup
from tocsin.boot.config import Config
from tocsin.boot.inbound import Mailbox
from tocsin.delivery.worker.loop import Chore
from tocsin.services import alarms, branches, company, cve_watch, handlers, lookalikes, radar, unsent, verify
from tocsin.services.app import Desk
from tocsin.services.distribution import leaving, members, telling
from tocsin.services.forge import sync, wishes
from tocsin.services.health import WORKER
from tocsin.services.hooks import deliveries
from tocsin.services.mail import fetching, held, reminding
from tocsin.services.ports.machine import CLAIMED
from tocsin.services.post import digest, expiry
from tocsin.services.rollout import announcing

MINUTE: Final = 60.0


def own() -> Sequence[Chore]:
    """What a process does for its own memory."""
    return [
        Chore("taking in look-alikes", 5 * MINUTE, partial(lookalikes.catch_up, rest=_rest), at_once=True),
        Chore("removing what killed processes left", 60 * MINUTE, _clear, at_once=True),
    ]


def _outside() -> Sequence[Chore]:
    """What may hang on somebody else."""
    cve = cve_watch.EVERY.total_seconds()
    return [
        Chore("sending webhooks", 5.0, partial(_alone, "webhooks", deliveries.drain, 10 * MINUTE), on="webhooks"),
        Chore("looking at CVE records", cve, partial(_alone, "cve records", cve_watch.look, 10 * MINUTE), on="cve"),
        Chore("looking at forges", MINUTE / 4, sync.look, on="forges"),
        Chore(
            "doing on forges what the desk asked for", 5.0,
            partial(_alone, "forge wishes", wishes.carry_out, MINUTE), on="forges",
        ),
        Chore("watching public repositories", MINUTE, partial(_alone, "radar", radar.watch, 30 * MINUTE), on="git"),
        Chore(
            "looking at repositories", MINUTE, partial(_alone, "repositories", branches.watch, 10 * MINUTE), on="git"
        ),
    ]  # fmt: skip


def chores(config: Config) -> Sequence[Chore]:
    """What there is to do on this installation."""
    found = [
        *own(),
        Chore(
            "sealing inbox rows again", 60 * MINUTE, partial(_alone, "inbox rows", _renew, 360 * MINUTE), at_once=True
        ),
        Chore("forgetting old counts", 60 * MINUTE, partial(_alone, "old counts", _forget, 10 * MINUTE)),
        Chore("forgetting torn uploads", 60 * MINUTE, partial(_alone, "torn uploads", _discard, 10 * MINUTE)),
        Chore("removing unsent files", 60 * MINUTE, partial(_alone, "unsent files", unsent.sweep, 60 * MINUTE)),
        Chore("forgetting who was where", 10 * MINUTE, partial(_alone, "company", company.sweep, 10 * MINUTE)),
        Chore("a sign of life", MINUTE, partial(alive, socket.gethostname()), at_once=True),
        Chore("taking up alarms", MINUTE, partial(_alone, "alarms", alarms.take_up, MINUTE)),
        Chore("daily mails", 5 * MINUTE, partial(_alone, "daily mails", digest.make, 10 * MINUTE)),
        Chore("keys that end", 60 * MINUTE, partial(_alone, "keys that end", expiry.warn, 10 * MINUTE), at_once=True),
        Chore("leads who may not", 60 * MINUTE, partial(_alone, "leads", handlers.check, 10 * MINUTE), at_once=True),
        Chore("telling of held mail", MINUTE, partial(_alone, "held mail", reminding.remind, 10 * MINUTE)),
        Chore("forgetting old mail", 60 * MINUTE, partial(_alone, "old mail", held.forget, 10 * MINUTE)),
        Chore("giving packages to distributors", MINUTE / 2, partial(_alone, "packages", telling.give, 10 * MINUTE)),
        Chore("ending distributors", MINUTE, partial(_alone, "leavers", leaving.finish, 10 * MINUTE), at_once=True),
        Chore("asking distributors", 60 * MINUTE, partial(_alone, "distributors", members.keep_up, 10 * MINUTE)),
        Chore("reminding subscribers", 60 * MINUTE, partial(_alone, "reminders", announcing.remind, 10 * MINUTE)),
        *_outside(),
    ]
    for project, mailbox in config.inbound.imap.items():
        look = partial(_alone, f"mailbox/{project}", partial(_fetch, project, mailbox), 10 * MINUTE)
        name, on = f"looking into the mailbox of {project}", f"mailbox {project}"
        found.append(Chore(name, mailbox.seconds, look, at_once=True, on=on))
    if config.backup.nightly:
        nightly = partial(_alone, "backup", partial(backup.nightly, config), 60 * MINUTE)
        found.append(Chore("the nightly backup", 5 * MINUTE, nightly))
    return found


def _fetch(project: str, mailbox: Mailbox, desk: Desk) -> None:
    """Look into a mailbox; its library is loaded only where there is one."""
    from tocsin.adapters.channels.mail.polling import Imap

    told = mailbox
    box = Imap(told.host, told.port, told.user, told.password, told.folder, told.tls)
    fetching.fetch(desk, project, box)


def _renew(desk: Desk) -> None:
    """What “tocsin upgrade” does after its migrations, where “tocsin serve” has made them."""
    verify.renew_once(desk, setup.edition())


def _forget(desk: Desk) -> None:
    """Remove counts and attempts to sign in that nobody looks at any more."""
    DbCounts().forget(desk.now() - timedelta(hours=1))
    passing.forget(desk.now())


def _clear(desk: Desk) -> None:
    """Remove source, which may be under embargo, that lies where a process of this machine was killed."""
    scratch.clear()


def _discard(desk: Desk) -> None:
    """Remove what uploads that broke off, or a process that was killed, left of files that never were whole."""
    desk.blobs.discard_unfinished(desk.now() - timedelta(days=1))


def alive(host: str, desk: Desk) -> None:
    """Note that a worker works, and where."""
    desk.machine.facts.note(WORKER, host[:60], desk.now())


def _alone(name: str, do: Callable[[Desk], object], seconds: float, desk: Desk) -> None:
    """Do something unless another worker is at it. Who dies over it holds it up for `seconds` at most; where it only
    fails, it is free for the next try."""
    facts, now = desk.machine.facts, desk.now()
    if facts.claim(f"claim/{name}", now, now + timedelta(seconds=seconds)):
        try:
            do(desk)
        finally:
            facts.note(f"claim/{name}", CLAIMED, desk.now())


def _rest() -> None:
    """Let whoever waits for an answer have the processor."""
    time.sleep(0.05)
