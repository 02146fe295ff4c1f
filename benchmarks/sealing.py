# SPDX-License-Identifier: Apache-2.0
"""What sealing costs: taking a report in, sealed and (for the comparison only) not; and opening a long case.

`./bench sealing`: the same request through the front's whole stack, on the same database, in turns: with the ciphers,
and with functions that copy. Goal: sealing costs at most 15 % of the unsealed path; a case of 200 messages opens within
150 ms.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.instance import PROJECT, make
from benchmarks.measure import ROOT, rows
from benchmarks.reporter import MULTIPART, multipart

ROUNDS, EACH = 20, 25
GOAL_SHARE, GOAL_MS = 0.15, 150.0
TEXT = "The length field is not checked against the buffer. " * 78
"""About 4 KB, as reports are."""


def main() -> None:
    """Measure in a process of the installation."""
    with tempfile.TemporaryDirectory() as name:
        instance = make(Path(name))
        environment = {**os.environ, **instance.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        for part in ("front", "desk"):
            command = [sys.executable, "-m", "benchmarks.sealing", part]
            subprocess.run(command, check=True, env={**environment, "TOCSIN_ROLE": part}, cwd=ROOT)


@contextmanager
def unsealed() -> Iterator[None]:
    """Replace every cipher of the intake path by a copy."""
    from tocsin.adapters.vault import sealers
    from tocsin.adapters.vault.aead import SymmetricKey
    from tocsin.adapters.vault.stream import StreamSealer

    kept = SymmetricKey.seal, SymmetricKey.open, sealers.seal_to, StreamSealer._push
    SymmetricKey.open = lambda self, sealed, ad: bytes(sealed)  # type: ignore[method-assign]
    StreamSealer._push = lambda self, plain, tag: self._sink(plain)  # type: ignore[assignment, method-assign]
    SymmetricKey.seal = lambda self, plain, ad: bytes(plain)  # type: ignore[method-assign]
    sealers.seal_to = lambda public, plain, ad: bytes(plain)
    try:
        yield
    finally:
        SymmetricKey.seal, SymmetricKey.open, sealers.seal_to, StreamSealer._push = kept  # type: ignore[method-assign]


def front() -> None:
    """The intake path, in turns."""
    from tocsin.boot.wsgi import application  # sets Django up

    blob = os.urandom(200_000)
    body = multipart({"title": "Out-of-bounds read", "reproduce": TEXT, "version": "7.3.1", "do": "send"}, blob)

    def post() -> None:
        told: list[str] = []
        answer = application(environ(body), lambda status, headers: told.append(status))
        page = b"".join(answer)
        assert told[0].startswith("200"), told
        assert b"Your return phrase" in page, "only a receipt counts"

    sealed, plain = [], []
    post()  # everything that is made once is made now
    for _ in range(ROUNDS):
        sealed.append(spent(post))
        with unsealed():
            plain.append(spent(post))
    for at, what in enumerate(("elapsed", "CPU")):
        with_it, without = (statistics.median(each[at] for each in times) * 1000 for times in (sealed, plain))
        rows((f"{what} ms per report", "sealed", "not sealed"), [("", with_it, without)])
        share = with_it / without - 1
        verdict = f"(goal <= {GOAL_SHARE:.0%}) {ok(share <= GOAL_SHARE)}" if what == "elapsed" else ""
        print(f"sealing: {share:+.1%} of the unsealed path, {what} {verdict}")


def environ(body: bytes) -> dict[str, Any]:
    """One posted report of 4 KB with a file of 200 KB, as a server hands it over (PEP 3333)."""
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/p/{PROJECT}/report", "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": MULTIPART, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "HTTP_SEC_FETCH_SITE": "same-origin",
    }  # fmt: skip


def desk() -> None:
    """A long case."""
    from tocsin.boot.main import open_desk

    opened = long_case(open_desk.front(), open_desk())
    print(f"a case of 200 messages: {opened:.0f} ms (goal <= {GOAL_MS:g}) {ok(opened <= GOAL_MS)}")


def ok(kept: bool) -> str:
    """The verdict."""
    return "ok" if kept else "MISSED"


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds elapsed and of CPU for each piece of work, over `EACH` of them."""
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(EACH):
        work()
    return (time.perf_counter() - began) / EACH, (time.process_time() - cpu) / EACH


def take(front: Any) -> Any:
    """Take one report of about 4 KB in."""
    from tocsin.core.intake import Report
    from tocsin.services import intake

    report = Report(title="Out-of-bounds read", reproduce=TEXT, version="7.3.1")
    return intake.receive(front, PROJECT, report, front.mint.nonce())


def long_case(front: Any, desk: Any) -> float:
    """Milliseconds, median, to open the page's view of a case with 200 messages."""
    from tocsin.core.case import commands as cmd
    from tocsin.core.vocabulary import Audience, Refused
    from tocsin.services import cases
    from tocsin.services.queries import case as query

    ref = take(front).case
    person = desk.people.members(PROJECT)[0][0].id
    actor = desk.people.actor(person, PROJECT)
    for number in range(200):
        said = cmd.Say(audience=Audience.TEAM, text=f"Message {number}. {TEXT[:800]}")
        assert not isinstance(cases.handle(desk, ref, said, actor), Refused)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        assert query.view(desk, ref, person) is not None
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    {"front": front, "desk": desk}.get(sys.argv[1] if sys.argv[1:] else "", main)()
