# SPDX-License-Identifier: Apache-2.0
"""Inbox rows that an earlier version sealed with other contents are sealed again, once for each edition."""

from __future__ import annotations

import msgspec
import pytest

from tests.desk import story
from tocsin.core.case import model
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import sealing, verify
from tocsin.services.ports import store
from tocsin.testing.house import House, house


def written_by_another_version(made: House, case: str) -> None:
    """The row as a version would write it that knew fewer things to say."""
    row, head = made.desk.inbox.row(case), made.desk.journal.head(case)
    assert row
    assert head
    key = made.desk.vault.case_key(case, head.wrapped_key, SYSTEM_ACTOR.id, "test")
    assert key
    places = sealing.Places(made.desk.sealer.instance)
    body = made.desk.vault.list_key(row.project).seal(
        msgspec.json.encode(sealing.Summary(title="A title")), places.row(case, row.seq)
    )
    assert made.desk.inbox.put([msgspec.structs.replace(row, body=body, by_drop=False)])


def test_rows_of_an_earlier_edition_are_renewed_once() -> None:
    made = house()
    case = story.report(made)
    written_by_another_version(made, case)
    (found,) = verify.verify(made.desk).findings
    assert found.what == verify.OTHER_SUMMARY, "the control: it differs"
    assert verify.renew_once(made.desk, "2.0 0009") == 1
    assert not verify.verify(made.desk).findings
    written_by_another_version(made, case)
    assert verify.renew_once(made.desk, "2.0 0009") == 0, "this edition has looked already"
    assert verify.renew_once(made.desk, "2.1 0009") == 1


def test_one_that_is_stopped_half_way_is_not_noted_as_done() -> None:
    made = house()
    case = story.report(made)
    written_by_another_version(made, case)
    before = made.desk.inbox.put

    def stopped(_: object) -> int:
        raise KeyboardInterrupt

    made.desk.inbox.put = stopped  # type: ignore[method-assign]
    try:
        verify.renew_once(made.desk, "2.0 0009")
    except KeyboardInterrupt:
        made.desk.inbox.put = before  # type: ignore[method-assign]
    assert verify.renew_once(made.desk, "2.0 0009") == 1


class Summary(sealing.Summary):
    """As somebody who works on the product changes it between two starts of one version."""

    added: str = ""


class InboxRow(store.InboxRow):
    """Likewise."""

    added: str = ""


def test_a_field_that_is_added_between_two_starts_makes_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = verify.shape()
    assert verify.shape() == before
    seen = {before}
    for place, name, longer in ((sealing, "Summary", Summary), (verify, "InboxRow", InboxRow)):
        with monkeypatch.context() as changed:
            changed.setattr(place, name, longer)
            seen.add(verify.shape())
    with monkeypatch.context() as changed:
        changed.setattr(model, "edition", lambda: "another fold")
        seen.add(verify.shape())
    assert len(seen) == 4
    assert verify.shape() == before
