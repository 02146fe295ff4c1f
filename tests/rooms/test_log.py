# SPDX-License-Identifier: Apache-2.0
"""The log as the world sees it: public addresses, the reporter's proof of it, and another instance that watches."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.rooms import walk
from tocsin.core.log import note
from tocsin.delivery.cli import verify_log
from tocsin.services import witness, worker
from tocsin.testing.house import House
from tocsin.testing.house import house as build

PLACE = "/.well-known/tocsin-log"
LINK = "proof of it"


def settle(house: House) -> None:
    while not worker.run_once(house.desk).idle:
        pass


def test_before_the_first_checkpoint_there_is_nothing_to_show(visitor: Client) -> None:
    for name in ("checkpoint", "key", "consistency?old=0&new=0", f"inclusion?leaf={'00' * 32}"):
        assert visitor.get(f"{PLACE}/{name}").status_code == 404


def test_checkpoint_and_key_are_public_and_belong_together(visitor: Client, house: House) -> None:
    walk.send(visitor)
    settle(house)
    answer = visitor.get(f"{PLACE}/checkpoint")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-cache"
    written = note.decode(answer.content.decode())
    key = note.key(visitor.get(f"{PLACE}/key").content.decode().strip())
    assert isinstance(written, note.Note)
    assert isinstance(key, note.Key)
    (claim,) = note.claims(written, key)
    assert house.desk.signatures.hold(key.public, *claim)


def test_a_leaf_is_proven_to_anybody_who_has_its_commitment(visitor: Client, house: House) -> None:
    walk.send(visitor)
    settle(house)
    leaf = house.desk.log.leaves(1, 1)[0].hex()
    assert visitor.get(f"{PLACE}/inclusion", {"leaf": leaf}).content.startswith(b"c2sp.org/tlog-proof@v1\nindex 1\n")
    assert visitor.get(f"{PLACE}/inclusion", {"leaf": "00" * 32}).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "old=1", "old=1&new=x", "old=-1&new=2", "old=1&new=%32%0a", "old=" + "9" * 30 + "&new=2"]
)
def test_a_question_that_is_none_is_answered_in_words(visitor: Client, house: House, query: str) -> None:
    walk.send(visitor)
    settle(house)
    assert visitor.get(f"{PLACE}/consistency?{query}").status_code == 400
    assert visitor.get(f"{PLACE}/inclusion?{query}").status_code == 400


def test_there_is_no_proof_beyond_the_log(visitor: Client, house: House) -> None:
    walk.send(visitor)
    settle(house)
    assert visitor.get(f"{PLACE}/consistency?old=1&new=2").status_code == 200
    for query in ("old=2&new=1", "old=1&new=3"):
        assert visitor.get(f"{PLACE}/consistency?{query}").status_code == 404


def test_the_receipt_shows_leaf_and_salt_and_the_room_has_the_proof_when_it_stands(
    visitor: Client, house: House
) -> None:
    receipt = walk.send(visitor)
    shown = walk.page(receipt).text
    assert '"kind":"receipt"' in shown
    assert "Salt: " in shown
    assert walk.come_back(visitor, walk.phrase(receipt)).status_code == 303
    # The walk lets the worker take one turn, which is busy with the report itself.
    house.store.log.tables.new.extend(house.store.log.tables.leaves)
    for kept in (house.store.log.tables.leaves, house.store.log.tables.nodes, house.store.log.tables.notes):
        kept.clear()
    assert LINK not in walk.page(visitor.get(walk.ROOM)).text
    assert visitor.get(f"{walk.ROOM}/log-proof").status_code == 404
    settle(house)
    assert LINK in walk.page(visitor.get(walk.ROOM)).text
    saved = visitor.get(f"{walk.ROOM}/log-proof")
    assert saved.headers["Content-Disposition"].endswith('-log-proof.jsonl"')
    assert verify_log.verify(saved.content).startswith("1 of 2 entries proven")


def test_the_logs_proof_is_given_to_nobody_without_the_phrase(visitor: Client, house: House) -> None:
    walk.send(visitor)
    settle(house)
    answer = Client(headers={"sec-fetch-site": "same-origin"}).get(f"{walk.ROOM}/log-proof")
    assert answer.status_code == 302


def test_another_instance_witnesses_the_log_over_its_public_addresses(visitor: Client, house: House) -> None:
    """The witness reads the very pages that the world reads, twice, with growth in between."""
    watcher, url = build(name="watch.example.net"), "https://security.example.org"

    def read(address: str) -> bytes:
        answer = visitor.get(address.removeprefix(url))
        if answer.status_code != 200:
            raise OSError(f"{address} answers {answer.status_code}")
        return answer.content

    watcher.far.reach = read
    walk.send(visitor)
    settle(house)
    first = witness.look(watcher.desk, url)
    walk.send(visitor)
    settle(house)
    second = witness.look(watcher.desk, url)
    assert isinstance(first, witness.Witnessed)
    assert isinstance(second, witness.Witnessed)
    assert (first.before, second.before, second.size) == (0, first.size, first.size + 2)
