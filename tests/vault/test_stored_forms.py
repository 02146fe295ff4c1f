# SPDX-License-Identifier: Apache-2.0
"""What the first release sealed still opens.

`stored-forms-1.json` was made once, with keys of counting bytes. When a test here fails, instances in the field can no
longer read their own data: do not make the file again, keep the old form readable beside the new one.
"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from tests.support import DATA
from tocsin.adapters.vault import LocalVault, PublicSealer, ReturnPhrases, TokenBox, stream
from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.services.ports.vault import bind
from tocsin.testing.vault import MemoryBlobs

STORED: dict[str, Any] = json.loads((DATA / "vault" / "stored-forms-1.json").read_text())


def stored(name: str) -> bytes:
    return b64decode(STORED[name])


CASE = STORED["case"]
AD = stored("ad")
VAULT = LocalVault(STORED["instance"], stored("seed"))
RECEIPTS = ReturnPhrases(stored("phrase_secret"), stored("locator_secret"))


def test_places_are_encoded_as_they_were() -> None:
    assert bind("i", "message", "body", "17", CASE) == AD
    assert AD.startswith(b"tocsin/ad/1\0\0\0\x01i\0\0\0\x07message\0\0\0\x04body\0\0\0\x0217")


def test_a_stored_case_opens() -> None:
    assert VAULT.public == stored("public_key")
    assert VAULT.case_key(CASE, stored("wrapped"), "ada", "case.read").open(stored("content"), AD) == b"report"
    assert VAULT.list_key("warehousepg").open(stored("list_row"), AD) == b"row"
    assert VAULT.open_drop(stored("drop"), AD) == b"message"


def test_a_phrase_handed_out_still_finds_and_opens() -> None:
    assert RECEIPTS.issue(stored("nonce")).reveal() == STORED["phrase"]
    typed = RECEIPTS.read(STORED["phrase"].title())
    assert RECEIPTS.locator(typed) == stored("locator")
    assert RECEIPTS.key(typed).public == stored("reporter_public")
    assert RECEIPTS.key(typed).open(stored("reporter_copy"), AD) == b"thread"


def test_a_stored_attachment_opens() -> None:
    blob = STORED["blob"]
    store = MemoryBlobs("i")
    store.sealed[blob["id"]] = b64decode(blob["sealed"])
    assert b"".join(store.open(blob["id"], b64decode(blob["key"]))) == b"attachment"


def test_attachments_are_cut_where_they_always_were() -> None:
    """A file of several chunks opens only with the size that it was sealed with."""
    assert (stream.CHUNK, stream.SEALED_CHUNK) == (65_536, 65_553)


def test_the_salts_of_the_log_are_what_they_were() -> None:
    """Every commitment in a log that others keep was made with one: another salt, and no old line can be shown."""
    key = SymmetricKey(bytes(range(32)))
    salt = "7ff170cb82911151cbec388e16da729355a7a476e0737755f2bbc92c70421f33"
    assert key.salt(b"tocsin/ad/1 place").hex() == salt


def test_a_token_in_a_browser_opens() -> None:
    tokens = TokenBox(stored("token_secret"))
    assert tokens.open(STORED["token"], "upload", datetime(2026, 1, 1, tzinfo=UTC), dict) == {"name": "poc.txt"}


def test_what_is_sealed_today_has_the_same_form() -> None:
    """Lengths and leading bytes: the version, and for a box the key's id."""
    sealer = PublicSealer("i", VAULT.public)
    key, wrapped = sealer.new_case_key(CASE)
    now = {"wrapped": wrapped, "content": key.seal(b"report", AD), "drop": sealer.seal_drop(b"message", AD)}
    for name, sealed in now.items():
        assert len(sealed) == len(stored(name))
        head = 1 if name == "content" else 9
        assert sealed[:head] == stored(name)[:head]
