# SPDX-License-Identifier: Apache-2.0
"""Tells the team in a room of theirs (Slack, Matrix, Mattermost, ntfy ...): case and event in the neutral words of our
mails, and a link that only opens for who may read the case. Announcements in public are `services.outward.chat`."""

from __future__ import annotations

from tocsin.core.mail_out import words
from tocsin.core.notices import Notice
from tocsin.services.ports.notifier import Reach


class ChatNotifier:
    """One room of a project's."""

    name = "chat"
    address = "telling the team in a chat: an address in apprise's form"

    def tell(self, notice: Notice, reach: Reach) -> None:
        """Say one line; raises what `ports.chat` raises."""
        title = words.subject(notice.case, notice.what) if notice.case else words.happened(notice.what)
        where = f"{reach.desk_url}/c/{notice.case}" if notice.case else reach.desk_url
        reach.chat(reach.address, title, f"For {notice.to}: {where}")


NOTIFIER = ChatNotifier()
