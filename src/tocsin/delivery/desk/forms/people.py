# SPDX-License-Identifier: Apache-2.0
"""The people of a case: asking them in, writing to them, writing down what they said, and a case's relation to others.

Forms that name a `party` stand once for each party on the page. What several journals or a secret are needed for is a
deed of a use case, not one command.
"""

from __future__ import annotations

from typing import Any, Final

from django import forms

from tocsin.core.case import party_commands as pc
from tocsin.core.case.commands import Say
from tocsin.core.case.model import Case
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RMInput
from tocsin.core.vocabulary import Affectedness, Audience, MoveName, Refused
from tocsin.delivery.desk.forms.base import Done, Instant, Line, MoveForm, Prose, choices
from tocsin.services import cases, inviting, relating, threads

DISTRIBUTORS: Final = "distributors"
REPORTER: Final = "reporter"

PARTS: Final = {
    "vendor": "Vendor: makes a product with it",
    "coordinator": "Coordinator: brings several together",
    "distributor": "Distributor: ships it to others",
    "deployer": "Deployer: runs it",
    "finder": "Finder: found it as well",
}
STEPS: Final = {
    RMInput.RECEIVE.value: "has the report",
    RMInput.VALIDATE.value: "finds it valid",
    RMInput.INVALIDATE.value: "finds it invalid",
    RMInput.ACCEPT.value: "works on it",
    RMInput.DEFER.value: "put it off",
    RMInput.CLOSE.value: "is done",
}
PATHS: Final = {
    "Vfd": "aware",
    "VFd": "fix ready",
    "VFD": "fix deployed",
    "D": "deployed (a deployer)",
}


class _PartyForm(MoveForm):
    """A form that stands for one party."""

    tab, move = "people", MoveName.PARTY
    party = forms.CharField(max_length=60, widget=forms.HiddenInput)


class InviteForm(MoveForm):
    """A party is asked in; its return phrase is shown once."""

    name, tab, move = "invite", "people", MoveName.INVITE
    button, done = "Invite", "Invited. Hand the return phrase over by a way you trust."

    part = forms.ChoiceField(label="Part", choices=choices(PARTS, empty="choose one"))
    called = Line(label="Name", required=True)
    products = Line(label="Products", help_text="Of a vendor or deployer; parted by commas.")
    contact = Line(label="How we reach them", help_text="For the team.")
    why = Prose(label="Why they are needed", lines=2, required=True, help_text="For the team; the journal keeps it.")
    upstream = forms.BooleanField(label="We report to them (upstream); the reporter has to agree first", required=False)
    answer_by = Instant(label="Answer about the embargo by (UTC)", help_text="After it, silence counts as a no.")

    def deed(self) -> Done | Refused:
        """Invite, and show the phrase."""
        typed = self.cleaned_data
        wish = pc.Invite(
            party="",
            part=Part(typed["part"]),
            name=typed["called"],
            products=tuple(each.strip() for each in typed["products"].split(",") if each.strip()),
            contact=typed["contact"],
            why=typed["why"],
            upstream=typed["upstream"],
            answer_by=typed["answer_by"],
        )
        made = inviting.invite(self.ground.desk, self.ground.opened, self.ground.actor, wish)
        if isinstance(made, Refused):
            return made
        door = f"{self.ground.desk.site.public_url}/p/{self.ground.case.project}/return"
        return Done(self.ground.case.ref, {"phrase": made.phrase, "invited": typed["called"], "room": door})


class WriteForm(_PartyForm):
    """Words to one party, or to all distributors."""

    name, move = "write", MoveName.WRITE
    button, done = "Send", "Sent."
    takes_files = True

    text = Prose(label="Message", lines=4, required=True)

    def command(self) -> Say:
        """Say it."""
        to, text = self.cleaned_data["party"], self.cleaned_data["text"]
        if to == DISTRIBUTORS:
            return Say(audience=Audience.DISTRIBUTORS, text=text, attachments=self.attached)
        return Say(audience=Audience.PARTY, party=to, text=text, attachments=self.attached)


class ConsentForm(_PartyForm):
    """What a party said about the embargo: yes."""

    name = "consent"
    button, done = "They consent", "Consent recorded."

    note = Line(label="Where they said so")

    def command(self) -> pc.Consent:
        """Record it."""
        return pc.Consent(**self.cleaned_data)


class DeclineForm(_PartyForm):
    """What a party said about the embargo: no."""

    name = "decline"
    button, done = "They do not consent", "Recorded. They see nothing while the embargo holds."

    note = Line(label="Where they said so")

    def command(self) -> pc.Decline:
        """Record it."""
        return pc.Decline(**self.cleaned_data)


class PartyStateForm(_PartyForm):
    """What a party did with the report."""

    name = "move-party"
    button, done = "Record their state", "Recorded."

    step = forms.ChoiceField(label="The party", choices=choices(STEPS, empty="choose one"))
    note = Line(label="Where they said so")

    def command(self) -> pc.MoveParty:
        """Record it."""
        typed = self.cleaned_data
        return pc.MoveParty(party=typed["party"], step=RMInput(typed["step"]), note=typed["note"])


class ProductForm(_PartyForm):
    """How far a party's fix is for one product."""

    name = "set-product"
    button, done = "Record the product", "Recorded."

    product = Line(label="Product")
    path = forms.ChoiceField(label="Fix", required=False, choices=choices(PATHS, empty="as it was"))
    affected = forms.ChoiceField(
        label="Affected", required=False, choices=choices(tuple(Affectedness), empty="as it was")
    )

    advisory = Line(label="Their advisory", max_length=500)

    def command(self) -> pc.SetProduct:
        """Record it."""
        typed = self.cleaned_data
        affected = Affectedness(typed["affected"]) if typed["affected"] else None
        return pc.SetProduct(
            party=typed["party"], product=typed["product"], path=typed["path"], affected=affected,
            advisory=typed["advisory"],
        )  # fmt: skip


class LetGoForm(_PartyForm):
    """The end of a party's part."""

    name = "let-go"
    button, done = "End their part", "They get nothing more. What they signed they have signed."

    reason = Line(label="Why", required=True)

    def command(self) -> pc.LetGo:
        """Let them go."""
        return pc.LetGo(**self.cleaned_data)


class PassOnForm(_PartyForm):
    """The reporter's agreement that the report goes upstream (S34)."""

    name, move = "pass-on", MoveName.SHARE
    button, done = "The reporter agrees", "Recorded. You can write to them now."

    note = Line(label="Where the reporter agreed", required=True)

    def command(self) -> pc.PassOn:
        """Record it."""
        return pc.PassOn(**self.cleaned_data)


class ResendForm(MoveForm):
    """Words sent on to somebody who does not have them: shown first, sent second, never moved."""

    name, tab, move = "resend", "people", MoveName.RESEND
    button, done = "Show what they would learn", "Sent on. It stays in its own thread as well."

    of = forms.IntegerField(label="Message", min_value=1, help_text="Its line; every message has a link to send it on.")
    to = forms.ChoiceField(label="To")
    text = Prose(label="As it goes out", lines=6, help_text="Leave it empty to take the message as it stands.")
    with_files = forms.BooleanField(label="With its files", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = {each.id: each.name for each in self.ground.case.parties if each.here}
        audiences = {**here, REPORTER: "the reporter", DISTRIBUTORS: "all distributors"}
        self.fields["to"].choices = choices(audiences, empty="choose")  # type: ignore[attr-defined]

    def deed(self) -> Done | Refused:
        """Show what they would learn and, once somebody has seen that, send it."""
        typed, ground = self.cleaned_data, self.ground
        groups = {REPORTER: Audience.REPORTER, DISTRIBUTORS: Audience.DISTRIBUTORS}
        wish = threads.Wish(
            of=typed["of"],
            audience=groups.get(typed["to"], Audience.PARTY),
            party="" if typed["to"] in groups else typed["to"],
            text=typed["text"] or None,
            files=None if typed["with_files"] else (),
        )
        ready = threads.prepare(ground.desk, ground.opened, ground.actor, wish)
        if isinstance(ready, Refused):
            return ready
        if self.data.get("do") != "send":
            return Done(ground.case.ref, {"sending": ready})
        sent = cases.handle(ground.desk, ground.case.ref, ready.command, ground.actor)
        return sent if isinstance(sent, Refused) else Done(ground.case.ref)


class MergeForm(MoveForm):
    """Another case of the same matter becomes part of this one."""

    name, tab, move = "merge", "people", MoveName.MERGE
    button, done = "Merge it into this case", "Merged. Every credit and thread is kept."

    other = Line(label="The other case", required=True, max_length=30, help_text="It points here afterwards.")
    reason = Line(label="Why it is the same", required=True)

    def deed(self) -> Done | Refused:
        """Merge."""
        ground, typed = self.ground, self.cleaned_data
        made = relating.merge(ground.desk, ground.case.ref, typed["other"], ground.actor, typed["reason"])
        return made if isinstance(made, Refused) else Done(ground.case.ref)


class SplitForm(MoveForm):
    """A matter of its own is taken out."""

    name, tab, move = "split", "people", MoveName.SPLIT
    button, done = "Split it off", "Split off. The embargo carries over."

    title = Line(label="What the part is about", required=True)
    take = forms.MultipleChoiceField(label="Who goes with it", required=False, widget=forms.CheckboxSelectMultiple)
    reason = Line(label="Why", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = {each.id: each.name for each in self.ground.case.parties if each.here and not each.came_from}
        self.fields["take"].choices = choices(here)  # type: ignore[attr-defined]

    def deed(self) -> Done | Refused:
        """Split."""
        ground, typed = self.ground, self.cleaned_data
        made = relating.split(
            ground.desk,
            ground.case.ref,
            ground.actor,
            typed["reason"],
            title=typed["title"],
            parties=tuple(typed["take"]),
        )
        return _gone_on(made)


class TransferForm(MoveForm):
    """Another project of the installation takes the case over."""

    name, tab, move = "transfer", "people", MoveName.TRANSFER
    button, done = "Hand it over", "Handed over."

    to = forms.ChoiceField(label="Project")
    reason = Line(label="Why it is theirs", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = {each.id: each.name for each in self.ground.desk.projects.all() if each.id != self.ground.case.project}
        self.fields["to"].choices = choices(every, empty="choose one")  # type: ignore[attr-defined]

    def deed(self) -> Done | Refused:
        """Hand it over; who may not see the other project's cases is led back to the inbox."""
        ground, typed = self.ground, self.cleaned_data
        made = relating.transfer(ground.desk, ground.case.ref, ground.actor, typed["to"], typed["reason"])
        if isinstance(made, Refused):
            return made
        mine = typed["to"] in ground.desk.people.projects(ground.actor.id)
        return Done(made.ref if mine else "")


def _gone_on(made: Case | Refused) -> Done | Refused:
    return made if isinstance(made, Refused) else Done(made.ref)
