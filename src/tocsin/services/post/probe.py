# SPDX-License-Identifier: Apache-2.0
"""A test mail: whether the server takes mail from us, asked by sending one."""

from __future__ import annotations

from typing import Final

from tocsin.core.mail_out import compose, ids
from tocsin.core.mail_out.model import Automatic, Mail, Mailbox, is_address
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Desk
from tocsin.services.ports.mail_out import Delivered, Outgoing
from tocsin.services.post.lists import NO_WAY_OUT
from tocsin.services.post.sender import mailbox
from tocsin.services.post.writing import NO_SENDER

TEXT: Final = "This is a test of the mail server. Whoever reads it knows that mail from here arrives."


def send(desk: Desk, project: ProjectId, address: str) -> Delivered | Refused:
    """Send a test mail to an address now; raises OSError where the server cannot be reached."""
    sender = mailbox(desk, project)
    if sender is None:
        return NO_SENDER
    if not is_address(address):
        return Refused(code="no-address", because=f"{address} is no address that mail can be sent to.", rule="post")
    if desk.post.sends is None:
        return NO_WAY_OUT
    mail = Mail(
        id=ids.message_id(desk.mint.id("tst").replace("_", "-"), desk.post.host),
        date=desk.now(),
        sender=sender,
        to=Mailbox(address=address),
        subject="A test mail",
        text=TEXT,
        automatic=Automatic.GENERATED,
    )
    with desk.post.sends.session() as session:
        return session.send(Outgoing(sender=sender.address, to=address, body=compose.clear(mail)))
