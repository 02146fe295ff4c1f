# SPDX-License-Identifier: Apache-2.0
"""The contract of the API's memory, on every store: tokens by digest, and requests that are carried out once."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import msgspec

from tests.store.databases import at_once
from tests.store.stores import T0, WHPG, Stores, in_database
from tocsin.adapters.db.database import Database
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import Scope
from tocsin.services.ports.api import ApiToken, Repeat

HOUR = timedelta(hours=1)
KEY, REQUEST = sha256(b"key").digest(), sha256(b"request").digest()


def kept(stores: Stores, name: str = "tok_1", hours: int = 0) -> ApiToken:
    person = stores.people.add("Dana", "dana@example.org", {WHPG: frozenset({Role.OWNER})}).id
    token = ApiToken(
        id=name, person=person, project=WHPG, label="CI", scopes=frozenset({Scope.READ, Scope.WRITE}),
        made_at=T0 + hours * HOUR, expires_at=T0 + timedelta(days=30),
    )  # fmt: skip
    stores.api_tokens.keep(token, sha256(name.encode()).digest())
    return token


def test_a_token_is_found_by_its_digest_only(stores: Stores) -> None:
    token = kept(stores)
    assert stores.api_tokens.find(sha256(b"tok_1").digest()) == token
    assert stores.api_tokens.find(sha256(b"tok_2").digest()) is None
    assert stores.api_tokens.find(b"") is None


def test_tokens_of_a_person_are_listed_newest_first(stores: Stores) -> None:
    first, second = kept(stores, "tok_a"), kept(stores, "tok_b", hours=1)
    assert list(stores.api_tokens.of_person(first.person)) == [second, first]
    assert list(stores.api_tokens.of_person("usr_nobody")) == []


def test_use_and_end_of_a_token_are_remembered(stores: Stores) -> None:
    token = kept(stores)
    stores.api_tokens.used(token.id, T0 + HOUR)
    stores.api_tokens.revoke(token.id, T0 + 2 * HOUR)
    stores.api_tokens.revoke(token.id, T0 + 3 * HOUR)
    ended = msgspec.structs.replace(token, last_used_at=T0 + HOUR, revoked_at=T0 + 2 * HOUR)
    assert stores.api_tokens.find(sha256(b"tok_1").digest()) == ended


def test_a_key_is_claimed_once_and_remembers_its_answer(stores: Stores) -> None:
    repeats = stores.repeats
    assert repeats.begin(KEY, REQUEST, T0, T0 - HOUR) is None
    assert repeats.begin(KEY, b"other", T0 + HOUR, T0 - HOUR) == Repeat(request=REQUEST, at=T0)
    repeats.finish(KEY, b"sealed")
    assert repeats.begin(KEY, REQUEST, T0 + HOUR, T0) == Repeat(request=REQUEST, at=T0, answer=b"sealed")


def test_a_released_key_is_free_and_an_old_one_forgotten(stores: Stores) -> None:
    repeats = stores.repeats
    repeats.begin(KEY, REQUEST, T0, T0 - HOUR)
    repeats.release(KEY)
    assert repeats.begin(KEY, REQUEST, T0, T0 - HOUR) is None
    assert repeats.begin(KEY, b"new", T0 + 2 * HOUR, T0 + HOUR) is None


def test_of_many_at_once_one_claims_the_key(database: Database) -> None:
    repeats = in_database(database).repeats
    found = at_once(database, 8, lambda number: repeats.begin(KEY, REQUEST, T0, T0 - HOUR))
    assert found.count(None) == 1
