# SPDX-License-Identifier: Apache-2.0
"""Listens for mail that a mail server hands over: LMTP (RFC 2033), or SMTP (RFC 5321) where nothing else is possible.

A mail is answered with 250 after it was kept, and never otherwise. Nothing of it is logged. Meant for the loopback or a
socket of the file system: whoever can connect can hand mail in, as on the internet anybody can.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiosmtpd.controller import Controller, UnixSocketController
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from tocsin.core.mail.bounds import MAX_BYTES
from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.ports.store import Unavailable

LONGEST_LINE: Final = 4 * 1024 * 1024
"""RFC 5321 allows 998; who sends longer ones is not turned away, and the parser is bounded besides."""

SECONDS: Final = 120.0
MOST_RECIPIENTS: Final = 50
WRITERS: Final = 8
TRY_AGAIN: Final = "451 4.3.0 Try again later"
_NOBODY: Final = "<>"
"""How the library writes the sender of a mail that wants no answer (RFC 5321, section 4.5.5)."""

Keep = Callable[[ProjectId, bytes, Envelope], "bool | Refused"]
Whose = Callable[[str], "ProjectId | None"]

_log = logging.getLogger("tocsin.mail")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # below, the library writes down what mails say


class LongLineSMTP(SMTP):
    """SMTP whose lines may be long."""

    line_length_limit = LONGEST_LINE


class LongLineLMTP(LMTP):
    """LMTP whose lines may be long."""

    line_length_limit = LONGEST_LINE


class Handler:
    """Answers one mail server's commands. `whose` says which project an address is of, `keep` keeps a mail durably."""

    def __init__(self, whose: Whose, keep: Keep, protocol: str) -> None:
        self._whose, self._keep, self.protocol = whose, keep, protocol
        self._threads = ThreadPoolExecutor(WRITERS, "mail")

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient that is a mailbox of ours."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            project = await self._run(self._whose, address)
        except Unavailable:
            return TRY_AGAIN
        if project is None:
            return "550 5.1.1 There is no such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Keep the mail for each project it is for, then say so: once, or in LMTP once for each recipient."""
        asked: dict[ProjectId, list[str]] = {}
        answers: dict[str, str] = {}
        for address in envelope.rcpt_tos:
            asked.setdefault(await self._run(self._whose, address) or "", []).append(address)
        for project, addresses in asked.items():
            told = Envelope(recipients=tuple(addresses), sender=_sender(envelope.mail_from), via=self.protocol)
            answer = await self._run(self._kept, project, envelope.content, told)
            answers |= dict.fromkeys(addresses, answer)
        if self.protocol == "lmtp":
            return "\r\n".join(answers[address] for address in envelope.rcpt_tos)
        return next((each for each in answers.values() if not each.startswith("2")), "250 2.0.0 Kept")

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong here passes: the mail's server keeps it and tries again, and is told nothing of why. The
        library would refuse it for good, with the words of the error."""
        _log.error("a mail server's command failed, it will try again: %s", type(error).__name__)
        return TRY_AGAIN

    def _kept(self, project: ProjectId, content: bytes, envelope: Envelope) -> str:
        if not project:
            return "550 5.1.1 There is no such mailbox here"
        try:
            kept = self._keep(project, content, envelope)
        except (Unavailable, OSError) as error:
            _log.warning("a mail could not be kept, its server will try again: %s", type(error).__name__)
            return TRY_AGAIN
        return f"552 5.3.4 {kept.because}" if isinstance(kept, Refused) else "250 2.0.0 Kept"

    async def _run(self, do: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, do, *given)


def _sender(said: str) -> str:
    """The envelope's sender, "" for nobody. Bytes that are no UTF-8 do not keep a mail out (RFC 6531)."""
    return "" if said == _NOBODY else said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Inet(Controller):
    def factory(self) -> SMTP:
        return _server(self.handler, self.SMTP_kwargs)


class _Socket(UnixSocketController):
    def factory(self) -> SMTP:
        return _server(self.handler, self.SMTP_kwargs)


def _server(handler: Handler, options: dict[str, Any]) -> SMTP:
    kind = LongLineLMTP if handler.protocol == "lmtp" else LongLineSMTP
    return kind(handler, **options)


def listen(place: str, handler: Handler, hostname: str) -> _Inet | _Socket:
    """Listen at `host:port`, or at a path of the file system; returns what `stop()` ends. Raises OSError."""
    options: dict[str, Any] = {
        "data_size_limit": MAX_BYTES,
        "enable_SMTPUTF8": True,  # or servers send back what people with letters beyond ASCII in their address write
        "timeout": SECONDS,
        "ident": "Tocsin",
        "server_hostname": hostname,
    }
    server: _Inet | _Socket
    if place.startswith("/"):
        server = _Socket(handler, place, **options)
    else:
        host, _, port = place.rpartition(":")
        server = _Inet(handler, host.strip("[]"), int(port), **options)
    server.start()
    return server
