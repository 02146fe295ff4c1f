# SPDX-License-Identifier: Apache-2.0
"""The settings of mail that goes out: through which server, as whom. Without a server or a folder none does."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tocsin.core.mail_out.server import place
from tocsin.services.ports.mail_out import Sends

_SHOWN = "unread"


class Outbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[mail]`. `folder` takes every mail as a file instead of sending it; `sender` is written from where a project's
    policy names no mailbox."""

    smtp: str = ""
    password_file: str = ""
    sender: str = ""
    folder: str = ""

    def __post_init__(self) -> None:
        """Refuse a server that could not be used (ValueError)."""
        if self.smtp and self.folder:
            raise ValueError("mail.smtp and mail.folder are not set both")
        if self.smtp:
            place(self.smtp, _SHOWN if self.password_file else "")

    def way_out(self, host: str) -> Sends | None:
        """The server or the folder; None for neither. Raises OSError where the password cannot be read."""
        # Every process reads the settings; only those that send need what sending takes.
        from tocsin.adapters.notifiers.mailbox import MailFolder
        from tocsin.adapters.notifiers.smtp import SmtpSender

        if self.folder:
            return MailFolder(Path(self.folder).expanduser())
        if not self.smtp:
            return None
        password = Path(self.password_file).expanduser().read_text("utf-8").strip() if self.password_file else ""
        return SmtpSender(place(self.smtp, password), host)
