# SPDX-License-Identifier: Apache-2.0
"""Notes are those of the public logs: a note that others signed is read, ours are read by the same rules."""

from __future__ import annotations

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tests.log.world import ORIGIN, World, small
from tocsin.core.log import note
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.verify_log import signature_holds

# The example of Go's note package (golang.org/x/mod/sumdb/note), signed by somebody else's code.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
QUOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def read(published: str) -> note.Note:
    found = note.decode(published)
    assert not isinstance(found, Refused), found
    return found


def key(text: str) -> note.Key:
    found = note.key(text)
    assert not isinstance(found, Refused), found
    return found


def test_a_note_signed_by_others_is_read_and_its_signature_holds() -> None:
    ((message, signature),) = note.claims(read(QUOTE), key(PETER))
    VerifyKey(key(PETER).public).verify(message, signature)
    assert signature_holds(key(PETER).public, message, signature)
    assert note.encode(read(QUOTE)) == QUOTE
    assert key(PETER).text == PETER


def test_our_checkpoint_has_the_three_lines_and_both_signatures() -> None:
    world = small()
    written = read(world.checkpoints[11])
    head = note.checkpoint(written)
    assert head == note.Checkpoint(origin=ORIGIN, size=11, root=head.root)
    for by, public in ((world.key, world.signer), (world.witness_key, world.witness)):
        ((message, signature),) = note.claims(written, by)
        public.verify_key.verify(message, signature)
    stranger = World(9).key
    assert note.claims(written, stranger) == ()


def test_a_witness_signs_the_time_too() -> None:
    world = small()
    written = read(world.checkpoints[11])
    assert note.cosigned_bytes(written, 1).startswith(b"cosignature/v1\ntime 1\nsecurity.example.org/log\n11\n")
    ((message, signature),) = note.claims(written, world.witness_key)
    with pytest.raises(BadSignatureError):
        world.witness.verify_key.verify(message.replace(b"time 1", b"time 2"), signature)


@pytest.mark.parametrize(
    "published",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name AAAAAAA=",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAB==\n",
        "te\x00xt\n\n— name AAAAAAA=\n",
        "te\rxt\n\n— name AAAAAAA=\n",
        "text\n\n" + "— name AAAAAAA=\n" * 65,
    ],
)
def test_what_is_no_note_is_refused(published: str) -> None:
    assert isinstance(note.decode(published), Refused)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "ori gin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "origin\n1\nCsUY\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    assert isinstance(note.checkpoint(note.Note(text=text)), Refused)


@pytest.mark.parametrize(
    "text", ["", "name", PETER[:-1], PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("+", " ")]
)
def test_a_key_that_contradicts_itself_is_refused(text: str) -> None:
    assert isinstance(note.key(text), Refused)


def test_an_origin_is_a_name() -> None:
    with pytest.raises(ValueError, match="origin"):
        note.checkpoint_text(note.Checkpoint(origin="two words", size=0, root=bytes(32)))


def test_a_proof_is_written_as_the_public_logs_do() -> None:
    told = note.proof_text(7, [bytes(32)], QUOTE).splitlines()
    assert told[:3] == ["c2sp.org/tlog-proof@v1", "index 7", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    assert told[3:] == ["", *QUOTE.splitlines()]
