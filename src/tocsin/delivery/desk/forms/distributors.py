# SPDX-License-Identifier: Apache-2.0
"""The distributors of a case: asking them in, and pointing the advisory to theirs."""

from __future__ import annotations

from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import Done, MoveForm
from tocsin.services.distribution import telling


class TellForm(MoveForm):
    """Every distributor that the case concerns and who was not asked yet is asked in; phrases are shown once."""

    name, tab, move = "tell-distributors", "distributors", MoveName.INVITE
    button, done = "Ask them in", "Asked in. Hand each phrase over by a way you trust."

    def deed(self) -> Done | Refused:
        """Ask them in, and show the phrases."""
        ground = self.ground
        told = telling.tell(ground.desk, ground.case.ref, ground.actor)
        if isinstance(told, Refused):
            return told
        door = f"{ground.desk.site.public_url}/p/{ground.case.project}/return"
        return Done(ground.case.ref, {"phrases": told, "room": door, "did": self.done if told else "Nobody is new."})


class CiteForm(MoveForm):
    """The addresses that distributors gave become references of the advisory."""

    name, tab, move = "cite-distributors", "distributors", MoveName.DRAFT_ADVISORY
    button, done = "Point our advisory to theirs", "Added to the references. They appear with the next revision."

    def command(self) -> cmd.DraftAdvisory | Refused:
        """Draft it again, with their addresses."""
        return telling.cite(self.ground.case)
