# SPDX-License-Identifier: Apache-2.0
"""What mail costs: ordinary mails taken apart in children, beside `email.policy.default` reading the same headers,
words and files in this process in the same run; and the hostile ones, each with its CPU and memory. The children's time
is what the system counts for the nursery and those of its children that have ended."""

from __future__ import annotations

import email
import email.policy
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import encodebytes
from pathlib import Path

from benchmarks.hostile_mail import HOSTILE
from benchmarks.measure import rows
from tocsin.adapters.child.pool import ORDINARY, Pool
from tocsin.adapters.child.run import environment
from tocsin.core.mail.bounds import exceeded
from tocsin.core.mail.message import Message
from tocsin.services.ports.child import Failed

ROUNDS = 5
COUNT = 200
CHANCE = random.Random(20261122)


def ordinary(number: int, attachment: int) -> bytes:
    """A mail as mail programs write them: forty headers, words twice, perhaps a file."""
    hops = "".join(
        f"Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}])\r\n"
        f"\tby mx{hop + 1}.example.org (Postfix) with ESMTPS id {CHANCE.randbytes(6).hex()}\r\n"
        f"\tfor <security@example.org>; Tue, 3 Mar 2026 09:0{hop}:00 +0000 (UTC)\r\n"
        for hop in range(6)
    )
    seals = "".join(
        f"{name}: i=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=s{number};\r\n"
        f" h=from:to:subject:date:message-id; bh={CHANCE.randbytes(24).hex()};\r\n b={CHANCE.randbytes(120).hex()}\r\n"
        for name in ("DKIM-Signature", "X-Google-DKIM-Signature", "ARC-Seal", "ARC-Message-Signature")
    )
    more = "".join(f"X-Header-{each}: {CHANCE.randbytes(20).hex()}\r\n" for each in range(20))
    words = "\r\n".join(" ".join(CHANCE.choice(WORDS) for _ in range(11)) for _ in range(80))
    shown = words.replace("\r", "<br>")
    parts = (
        f'--a\r\nContent-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{words}\r\n'
        f'--a\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        f"<div>{shown}</div>\r\n--a--\r\n"
    )
    body = f'--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n{parts}'
    if attachment:
        kind = 'Content-Type: application/zip; name="poc.zip"\r\nContent-Disposition: attachment; filename="poc.zip"'
        data = encodebytes(CHANCE.randbytes(attachment)).decode().replace("\n", "\r\n")
        body += f"--m\r\n{kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{data}"
    head = (
        f"{hops}{seals}{more}From: =?utf-8?q?Ann_L=C3=A9e?= <ann@example.net>\r\nTo: Team <security@example.org>,\r\n"
        f" Bob <bob@example.org>\r\nCc: list@example.org\r\nSubject: Crash number {number} in the executor\r\n"
        f"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{number}@example.net>\r\n"
        f"References: <a@b> <c@d> <e@f>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="m"\r\n\r\n'
    )
    return f"{head}{body}--m--\r\n".encode()


WORDS = [
    "the",
    "server",
    "crashes",
    "when",
    "a",
    "row",
    "is",
    "read",
    "after",
    "it",
    "was",
    "freed",
    "by",
    "another",
    "session",
    "in",
    "the",
    "executor",
]


def by_default(raw: bytes) -> int:
    """What a program would do with the new parser: all headers, the words, the files."""
    found = email.message_from_bytes(raw, policy=email.policy.default)
    size = sum(len(str(value)) for _, value in found.items())
    for part in found.walk():
        if not part.is_multipart():
            size += len(part.get_content())
    return size


def baseline(mails: list[bytes]) -> float:
    """CPU seconds of the standard library's new parser."""
    started = time.process_time()
    for raw in mails:
        by_default(raw)
    return time.process_time() - started


def nursery_seconds(pool: Pool[Message]) -> float:
    """CPU seconds of the nursery and of all its children that have ended."""
    assert pool.nursery is not None
    fields = Path(f"/proc/{pool.nursery.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(each) for each in fields[11:15]) / os.sysconf("SC_CLK_TCK")


LAUNCHER = """
import os, subprocess, sys
given = open(sys.argv[1], "rb")
command = [sys.executable, "-P", "-m", "tocsin.adapters.child.main", "mail"]
child = subprocess.Popen(command, stdin=given, stdout=subprocess.DEVNULL, cwd="/")
_, status, used = os.wait4(child.pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""A small process, because what a child counts as its own begins with the memory of the one that started it."""


def alone(raw: bytes) -> tuple[float, int, int]:
    """CPU seconds, KiB of memory and exit code of a child that is started for one mail, interpreter and all."""
    with tempfile.NamedTemporaryFile() as given:
        given.write(raw)
        given.flush()
        command = [sys.executable, "-S", "-c", LAUNCHER, given.name]
        told = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True).stdout.split()
    return float(told[0]), int(told[1]), int(told[2])


def ordinary_mails() -> list[tuple[str, ...]]:
    """One line for each sort of ordinary mail."""
    table = []
    for name, attachment in (("80 lines, twice", 0), ("with a 100 KB file", 100_000)):
        mails = [ordinary(number, attachment) for number in range(COUNT)]
        ratios, ours, theirs = [], [], []
        for _ in range(ROUNDS):
            theirs.append(baseline(mails) / COUNT)
            ours.append(in_children(mails) / COUNT)
            ratios.append(theirs[-1] / ours[-1])
        shown = f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        medians = [f"{statistics.median(each) * 1e3:.2f} ms" for each in (theirs, ours)]
        table.append((name, *medians, shown))
    return table


def in_children(mails: list[bytes]) -> float:
    """CPU seconds of a pool over mails, its children's and this process's; without starting the nursery, which is done
    once in the life of a worker."""
    pool = Pool("mail", Message, 64 << 20)
    pool(b"x" * (ORDINARY + 1))  # its child ends at once
    time.sleep(0.2)
    before = nursery_seconds(pool) + time.process_time()
    for raw in mails:
        assert not isinstance(pool(raw), Failed)
    own = time.process_time()
    pool.end_children()
    time.sleep(0.2)  # they end, and are counted
    spent = nursery_seconds(pool) + own - before
    pool.close()
    return spent


def hostile_mails() -> list[tuple[str, ...]]:
    """One line for each hostile mail: what it costs more than an empty one, and how much memory its child took."""
    empty = statistics.median(alone(b"Subject: empty\r\n\r\n")[0] for _ in range(ROUNDS))
    table = []
    for name, raw in HOSTILE.items():
        started = time.process_time()
        beyond = exceeded(raw)
        counted = time.process_time() - started
        if beyond is not None:
            table.append((name, f"{len(raw):,}", f"{counted * 1e3:.0f} ms", "", f"kept whole: {beyond.because}"))
            continue
        seconds, kib, code = alone(raw)
        told = "taken apart" if code == 0 else f"kept whole: exit {code}"
        spent = counted + max(0.0, seconds - empty)
        table.append((name, f"{len(raw):,}", f"{spent * 1e3:.0f} ms", f"{kib >> 10} MiB", told))
    return table


def main() -> None:
    """Print the tables."""
    rows(("CPU a mail", "policy.default", "child, whole", "times"), ordinary_mails())
    print()
    rows(("hostile mail", "bytes", "CPU", "child's memory", "what becomes of it"), hostile_mails())


if __name__ == "__main__":
    main()
