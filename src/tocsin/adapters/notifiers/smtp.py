# SPDX-License-Identifier: Apache-2.0
"""`ports.mail_out.Sends` by SMTP: one connection for a batch, TLS wherever mail leaves this machine.

`smtps://` speaks TLS from the first byte (RFC 8314), `smtp://` begins it (STARTTLS, RFC 3207) and refuses to go on
where the server does not offer it; a certificate is always checked. Only a server on loopback is spoken to in clear.
Each step is taken by itself, so that it is known how far a mail came when the connection ends: before the final dot it
was not taken, after it nobody can know.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tocsin.core.mail_out.server import Place
from tocsin.services.ports.mail_out import Delivered, Fate, Outgoing

SECONDS: Final = 60.0
REST: Final = 60.0
"""Seconds that a server which cannot be reached, or took nothing of what it was handed, is left alone."""

CLOSING: Final = 421
"""The server shuts the connection and wants to be left alone (RFC 5321, 3.8): nothing more is handed over in it."""

_DOT: Final = re.compile(rb"(?m)^\.")
_TAKEN: Final = (250, 251)


class Refusal(OSError):
    """The server cannot be used; says why, without any password."""


class SmtpSender:
    """Sends through one server; `name` is how this machine introduces itself (EHLO)."""

    def __init__(
        self,
        where: Place,
        name: str,
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._where, self._name, self._seconds, self._clock = where, name, seconds, clock
        self._context = context or ssl.create_default_context()
        self._context.minimum_version = max(self._context.minimum_version, ssl.TLSVersion.TLSv1_2)
        self._rest_until = 0.0
        self._why = ""

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Connect, or raise Refusal; a server that just could not be reached is not asked again at once."""
        if self._clock() < self._rest_until:
            raise Refusal(self._why)
        session = SmtpSession(self._connect)
        try:
            session.open()
        except OSError as error:
            self._why = str(error)
            self._rest_until = self._clock() + REST
            raise
        try:
            yield session
        finally:
            session.close()
            if session.put_off and not session.took:
                self._why = f"the mail server {self._where.host} puts everything off"
                self._rest_until = self._clock() + REST

    def _connect(self) -> smtplib.SMTP:
        where = self._where
        try:
            if where.implicit:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    where.host, where.port, local_hostname=self._name, timeout=self._seconds, context=self._context
                )
            else:
                server = smtplib.SMTP(where.host, where.port, local_hostname=self._name, timeout=self._seconds)
            self._enter(server)
        except Refusal:
            raise
        except smtplib.SMTPException as error:
            raise Refusal(f"the mail server {where.host} cannot be used: {_said(error)}") from None
        except OSError as error:
            raise Refusal(f"the mail server {where.host} cannot be reached: {_said(error)}") from None
        return server

    def _enter(self, server: smtplib.SMTP) -> None:
        where = self._where
        try:
            server.ehlo_or_helo_if_needed()
            if not where.implicit and not where.here:
                if not server.has_extn("starttls"):
                    raise Refusal(f"the mail server {where.host} offers no TLS, and mail is not sent without")
                server.starttls(context=self._context)
                server.ehlo()
            if where.user:
                server.login(where.user, where.password)
        except BaseException:
            server.close()
            raise


class SmtpSession:
    """One connection, made anew where it ended in the middle; not where the server said that it closes."""

    def __init__(self, connect: Callable[[], smtplib.SMTP]) -> None:
        self._connect = connect
        self._server: smtplib.SMTP | None = None
        self.took = self.put_off = 0
        self._over = False

    def open(self) -> None:
        """Connect; raises OSError."""
        self._server = self._connect()

    def close(self) -> None:
        """Take leave; whatever goes wrong with that is of no consequence."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server.close()
            self._server = None

    def send(self, mail: Outgoing) -> Delivered:
        """Hand one mail over; see the port."""
        if self._over:
            return Delivered(fate=Fate.LATER, code=CLOSING)
        try:
            if self._server is None:
                self.open()
            done = self._hand_over(mail)
        except (OSError, smtplib.SMTPException, ValueError):
            self._drop()
            done = Delivered(fate=Fate.LATER)
        self.took += done.fate is Fate.SENT
        self.put_off += done.fate is Fate.LATER
        return done

    def _hand_over(self, mail: Outgoing) -> Delivered:
        server = self._server
        if server is None:
            return Delivered(fate=Fate.LATER)
        code, _ = server.mail(mail.sender)
        if code not in _TAKEN:
            # The sender's address is a setting, not the recipient's fault: it is mended and tried again.
            return self._not_taken(server, code, Fate.LATER)
        code, _ = server.rcpt(mail.to)
        if code not in _TAKEN:
            return self._not_taken(server, code)
        code, _ = server.docmd("DATA")
        if code != 354:
            return self._not_taken(server, code)
        return self._text(server, mail.body)

    def _text(self, server: smtplib.SMTP, body: bytes) -> Delivered:
        whole = _DOT.sub(b"..", body if body.endswith(b"\r\n") else body + b"\r\n")
        # In one go: the final dot comes last, so that what was not handed over whole was handed over without it.
        server.send(whole + b".\r\n")
        try:
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException):
            self._drop()
            return Delivered(fate=Fate.UNKNOWN)
        if code == 250:
            return Delivered(fate=Fate.SENT, code=code)
        return Delivered(fate=_fate(code), code=code)

    def _not_taken(self, server: smtplib.SMTP, code: int, fate: Fate | None = None) -> Delivered:
        if code == CLOSING:
            self._drop()
            self._over = True
            return Delivered(fate=Fate.LATER, code=code)
        server.rset()
        return Delivered(fate=fate or _fate(code), code=code)

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _fate(code: int) -> Fate:
    return Fate.NEVER if 500 <= code < 600 else Fate.LATER


def _said(error: Exception) -> str:
    """What went wrong, without what was said to the server."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or type(error).__name__})"
    return (error.strerror if isinstance(error, OSError) and error.strerror else "") or type(error).__name__
