# SPDX-License-Identifier: Apache-2.0
"""Whose OpenPGP key it is: somebody of the team got the fingerprint from its owner by another way, and types it here.
Typed rather than ticked, so that it is compared."""

from __future__ import annotations

from django import forms

from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import Done, Line, MoveForm
from tocsin.services.post import keyring


class VerifyKeyForm(MoveForm):
    """The fingerprint of a reporter's or a party's key, from its owner."""

    name, tab, move = "verify-key", "people", MoveName.REPLY
    button, done = "It is theirs", "Mail to them is encrypted to this key, and their signatures are checked with it."

    whose = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    fingerprint = Line(
        label="Fingerprint, as its owner gave it to you",
        required=True,
        max_length=120,
        help_text="By telephone, from their website, at a meeting: by any way but the mail that it came with.",
    )

    def deed(self) -> Done | Refused:
        """Note who compared it."""
        case, typed = self.ground.case, self.cleaned_data
        whose, by = typed["whose"], self.ground.actor.id
        found = keyring.verify(self.ground.desk, case.project, case.ref, whose, typed["fingerprint"], by)
        return found if isinstance(found, Refused) else Done(case.ref)
