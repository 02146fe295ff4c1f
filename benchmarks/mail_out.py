# SPDX-License-Identifier: Apache-2.0
"""Outgoing mail and OpenPGP, on a real installation on SQLite with the key holder's engine and children.

`./bench mail_out`: encryptions a second of CPU (10 KB, signed, with the check of each certificate), GnuPG doing the
same; an announcement to 10,000 recipients written down; and an encrypted mail with a 100 KB attachment from the moment
it is handed over until the letters that tell the team of it are sealed in the outbox, against Schleuder's 2.34 s of CPU
(Debian 12's Schleuder 4.0.3, one process a mail, measured apart).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from benchmarks.instance import PROJECT, make
from benchmarks.measure import TICK, Tree, rows

SCHLEUDER: float = 2.34
RECIPIENTS, MAILS, ROUNDS = 10_000, 30, 300
BOX, FINDER = "security@warehousepg.org", "finder@example.net"


def main() -> None:
    """Measure the three, and print them."""
    with tempfile.TemporaryDirectory(prefix="b-") as name:
        home = Path(name)
        instance = make(home)
        with (home / "tocsin.toml").open("a", encoding="utf-8") as config:
            config.write(f'\n[mail]\nfolder = "{home / "mailbox"}"\n')
        os.environ.update(instance.environment)
        _measure(home)


def _measure(home: Path) -> None:
    from tocsin.boot import setup
    from tocsin.boot.config import Role

    config = setup.start(Role.MANAGE)
    from tocsin.boot import wiring
    from tocsin.services.post import own_key

    desk = wiring.desk(config)
    team = own_key.create(desk, PROJECT)
    ours, theirs = encryptions(desk, team.body), encryptions_of_gnupg(home, team.body)
    seconds, spent = announcement(desk)
    mail = encrypted_mail(desk, team.body)
    rows(("encryptions / CPU-s", "gpg / CPU-s", "ratio"), [(ours, theirs, ours / theirs)])
    rows(("recipients", "queued in s", "CPU s"), [(RECIPIENTS, seconds, spent)])
    rows(("encrypted mail, CPU ms", "of Schleuder", "goal"), [(mail * 1000, f"1/{SCHLEUDER / mail:.0f}", "1/15")])
    verdicts = (
        (f"{ours:.0f} encryptions/s (goal >= 200)", ours >= 200),
        (f"{RECIPIENTS} recipients in {seconds:.1f} s (goal <= 5)", seconds <= 5),
        (f"encrypted mail 1/{SCHLEUDER / mail:.0f} of Schleuder (goal <= 1/15)", mail <= SCHLEUDER / 15),
    )
    for words, good in verdicts:
        print(words, "ok" if good else "MISSED")


def encryptions(desk, certificate: bytes) -> float:
    """Signed encryptions of 10 KB a CPU second, as letters are sealed."""
    text = os.urandom(7500).hex().encode()[:10_000]
    desk.post.teams.seal(text, [certificate], PROJECT)
    began = time.process_time()
    for _ in range(ROUNDS):
        desk.post.teams.seal(text, [certificate], PROJECT)
    return ROUNDS / (time.process_time() - began)


def encryptions_of_gnupg(home: Path, certificate: bytes) -> float:
    """The same by GnuPG, one process each, unsigned."""
    place = home / "gnupg"
    place.mkdir(mode=0o700)
    command = ["gpg", "--homedir", str(place), "--batch", "--quiet", "--trust-model", "always"]
    subprocess.run([*command, "--import"], input=certificate, check=True, capture_output=True)
    before = os.times()
    for _ in range(20):
        subprocess.run(
            [*command, "--armor", "-r", BOX, "--encrypt"], input=b"x" * 10_000, check=True, capture_output=True
        )  # fmt: skip
    after = os.times()
    return 20 / (after.children_user - before.children_user + after.children_system - before.children_system)


def announcement(desk) -> tuple[float, float]:
    """Seconds and CPU seconds until an announcement is written down for every recipient."""
    from tocsin.core.mail_out.model import Mailbox
    from tocsin.services.post import letters
    from tocsin.services.post.letters import Fixed

    boxes = [Mailbox(address=f"reader{number}@example.net") for number in range(RECIPIENTS)]
    letter = Fixed(subject="[SECURITY] WHPG-SA-2026-001: update", text="Update to 7.4.2.\n" * 60, signed=True)
    began, spent = time.monotonic(), time.process_time()
    queued = letters.fixed(desk, PROJECT, "WHPG-SA-2026-001", boxes, letter)
    seconds, cpu = time.monotonic() - began, time.process_time() - spent
    if queued != RECIPIENTS:
        raise SystemExit(f"only {queued} were queued")
    return seconds, cpu


def encrypted_mail(desk, certificate: bytes) -> float:
    """CPU seconds of one encrypted mail, children included, from being handed over to the sealed letters about it."""
    from pysequoia import Cert, encrypt

    from tocsin.core.mail.message import Envelope
    from tocsin.services import arrivals, worker
    from tocsin.services.mail import arriving
    from tocsin.services.post import letters

    inner = EmailMessage()
    inner.set_content("The planner reads past its array.")
    inner.add_attachment(os.urandom(100_000), "application", "octet-stream", filename="core.bin")
    sealed = encrypt(recipients=[Cert.from_bytes(certificate)], bytes=inner.as_bytes())
    mails = [_mail(sealed, number) for number in range(MAILS + 2)]
    before, tree = 0.0, Tree(os.getpid())
    for number, raw in enumerate(mails):
        if number == 2:  # two to have the children started
            before = _spent(tree)
        kept = arriving.receive(desk.mail.front, PROJECT, [raw], Envelope(recipients=(BOX,), sender=FINDER, via="lmtp"))
        if kept is not True:
            raise SystemExit(f"not kept: {kept}")
        arrivals.take_up(desk, set())
        worker.drain(desk)
    spent = _spent(tree) - before
    told = [kept for kept in letters.book(desk).all(PROJECT) if "received" not in kept.id and "SA" not in kept.id]
    if len(told) < MAILS:
        raise SystemExit(f"only {len(told)} letters were written down")
    return spent / MAILS


def _mail(sealed: bytes, number: int) -> bytes:
    head = (
        f"From: {FINDER}\r\nTo: {BOX}\r\nSubject: ...\r\nMessage-ID: <m{number}@example.net>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + sealed.replace(b"\n", b"\r\n") + b"\r\n--b--\r\n"


def _spent(tree: Tree) -> float:
    """CPU seconds of this process and its children, those that have ended among them."""
    total = 0
    for pid in tree.pids():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


if __name__ == "__main__":
    main()
