# SPDX-License-Identifier: Apache-2.0
"""Slow clients against a running installation: a thousand connections that send a byte now and then, and honest
requests beside them. `python -m tests.scan.slow URL [CONNECTIONS] [HONEST]` prints what came of both.

Three kinds, as slowhttptest knows them: headers that never end, a body that never comes, and an answer that nobody
reads. Exit status 1 where fewer than 99.9 % of the honest requests were answered.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

SECONDS = 30.0
"""What an honest client waits for an answer."""

ENOUGH = 0.999


async def slow(host: str, port: int, kind: int, over: asyncio.Event, told: Counter[str]) -> None:
    """Hold one connection for as long as the server lets us."""
    starts = (
        b"GET / HTTP/1.1\r\nHost: %s\r\nX-A: " % host.encode(),
        b"POST /p/x/report HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000000\r\n\r\n" % host.encode(),
        b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % host.encode(),
    )
    while not over.is_set():
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port, limit=1), SECONDS)
        except (OSError, TimeoutError):
            told["slow: not let in"] += 1
            await asyncio.sleep(1)
            continue
        told["slow: connected"] += 1
        with suppress(OSError):
            writer.write(starts[kind])
            while not over.is_set() and not reader.at_eof():
                await asyncio.sleep(2)
                writer.write(b"a" if kind < 2 else b"")
                await writer.drain()
        writer.close()


async def honest(host: str, port: int, told: Counter[str]) -> None:
    """Ask for the first page as a browser does."""
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET / HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (host.encode(), port))
            answer = await reader.read()
            writer.close()
        well = answer[9:10] in (b"2", b"3")
        told["honest: ok" if well else f"honest: {answer[:40]!r}"] += 1
    except (OSError, TimeoutError):
        told["honest: no answer"] += 1


async def siege(url: str, connections: int, requests: int) -> Counter[str]:
    """Hold the slow ones, and ask meanwhile."""
    parts, told, over = urlsplit(url), Counter[str](), asyncio.Event()
    host, port = parts.hostname or "", parts.port or 80
    held = [asyncio.create_task(slow(host, port, number % 3, over, told)) for number in range(connections)]
    while told["slow: connected"] + told["slow: not let in"] < connections:
        await asyncio.sleep(0.1)
    for _ in range(requests):
        await honest(host, port, told)
    over.set()
    await asyncio.gather(*held)
    return told


def main(url: str, connections: int = 1000, requests: int = 1000) -> int:
    """Besiege, print, judge."""
    told = asyncio.run(siege(url, connections, requests))
    for name, count in sorted(told.items()):
        sys.stdout.write(f"{name}  {count}\n")
    return 0 if told["honest: ok"] >= ENOUGH * requests else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *(int(word) for word in sys.argv[2:4])))
