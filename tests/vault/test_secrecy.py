# SPDX-License-Identifier: Apache-2.0
"""What must not come out: secrets through repr, tracebacks, pickle and logs; content through what intake may read."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as bare_decrypt

from tests.vault.conftest import OnDisk, from_files
from tocsin.adapters.vault import FileBlobs, LocalVault, PublicSealer, ReturnPhrases, SigningNotary, TokenBox, keyfiles
from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.box import BoxKey
from tocsin.adapters.vault.phrase import Phrase, letters
from tocsin.adapters.vault.secret import Root, Secret, digest
from tocsin.adapters.vault.stream import StreamSealer
from tocsin.services.ports.vault import Tampered, bind

SEED = bytes(range(200, 232))
CASE = "WHPG-2026-k7x4m"


def spellings(secret: bytes) -> set[str]:
    """How `secret` would look in a log or on an error page."""
    return {
        repr(secret)[2:-1], str(list(secret))[1:-1], secret.hex(), base64.b64encode(secret).decode()[:40],
        base64.urlsafe_b64encode(secret).decode()[:40], base64.b32encode(secret).decode()[:40],
    }  # fmt: skip


def shows(text: str, *secrets: bytes) -> bool:
    return any(spelling in text for secret in secrets for spelling in spellings(secret))


# ------------------------------------------------------------------------------------------------- objects keep silent


def secret_objects() -> list[tuple[Any, tuple[bytes, ...]]]:
    """One of every kind of object that holds a secret, with what it holds."""
    phrase = Phrase.derive(b"n" * 16, Root(SEED))
    box = BoxKey(SEED)
    stream = StreamSealer(lambda sealed: None, b"ad")
    vault = LocalVault("i", SEED)
    kek = keyfiles.KekFile(instance="i", seed=SEED)
    intake = keyfiles.IntakeFile(instance="i", phrase=SEED, locator=SEED, token=SEED)
    log = keyfiles.LogFile(instance="i", seed=SEED)
    return [
        (SymmetricKey(SEED), (SEED,)),
        (Root(SEED), (SEED,)),
        (box, (SEED, box._private)),
        (vault, (SEED, vault._boxes[0]._private, vault._lists[0]._key)),
        (vault.list_key("p"), (vault.list_key("p")._key,)),
        (ReturnPhrases(SEED, SEED), (SEED,)),
        (TokenBox(SEED), (SEED, TokenBox(SEED)._key._key)),
        (SigningNotary(SEED), (SEED, bytes(SigningNotary(SEED)._key))),
        (phrase, (phrase.reveal().encode(), letters(phrase.reveal()))),
        (stream, (stream._key,)),
        (stream.finish("0" * 32), (stream._key,)),
        (kek, (SEED,)),
        (intake, (SEED,)),
        (log, (SEED,)),
    ]


OBJECTS = secret_objects()
KINDS = [type(thing).__name__ for thing, _ in OBJECTS]


@pytest.mark.parametrize(("thing", "secrets"), OBJECTS, ids=KINDS)
def test_no_secret_shows_in_any_text_of_its_holder(thing: Any, secrets: tuple[bytes, ...]) -> None:
    texts = [repr(thing), str(thing), f"{[thing]!r}", f"{thing}", repr(getattr(thing, "__dict__", None))]
    assert not any(shows(text, *secrets) for text in texts)


@pytest.mark.parametrize("thing", [thing for thing, _ in OBJECTS if isinstance(thing, Secret)], ids=repr)
def test_a_secret_is_not_pickled_copied_or_encoded(thing: Secret) -> None:
    attempts: list[Callable[[Any], object]] = [copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode]
    attempts += [partial(pickle.dumps, protocol=protocol) for protocol in range(6)]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt(thing)


def test_a_sealed_blob_is_not_pickled() -> None:
    blob = StreamSealer(lambda sealed: None, b"ad").finish("0" * 32)
    for protocol in range(6):
        with pytest.raises(TypeError):
            pickle.dumps(blob, protocol)


def test_the_control_a_plain_object_shows_its_secret() -> None:
    assert shows(repr({"key": SEED}), SEED)
    assert shows(json.dumps(list(SEED)), SEED)
    assert shows(repr(msgspec.defstruct("Open", [("key", bytes)])(SEED)), SEED)


# --------------------------------------------------------------------------------------------- errors keep silent too


def frames(trace: TracebackType | None) -> Iterator[dict[str, Any]]:
    """Locals of every frame that is not a test's own: what a debug page or an error collector prints."""
    while trace:
        if Path(trace.tb_frame.f_code.co_filename) != Path(__file__):
            yield trace.tb_frame.f_locals
        trace = trace.tb_next


def everything_shown(error: BaseException | None) -> str:
    """Message, arguments and locals of an error and of all errors behind it, suppressed or not."""
    if error is None:
        return ""
    own = [str(error), repr(error), repr(error.args), *(repr(local) for local in frames(error.__traceback__))]
    return "\n".join([*own, everything_shown(error.__cause__), everything_shown(error.__context__)])


def failures(tmp_path: Path) -> Iterator[tuple[Callable[[], object], tuple[bytes, ...]]]:
    """Every way for opening to fail while a key is at hand, with the secrets that must not show."""
    vault = LocalVault("i", SEED)
    key = SymmetricKey(SEED)
    secrets = (SEED, vault._boxes[0]._private, vault._lists[0]._key, vault.list_key("p")._key)
    for junk in (b"", b"\x01" * 100, key.seal(b"plain", b"other"), vault.seal_drop(b"plain", b"other")):
        yield partial(key.open, junk, b"ad"), secrets
        yield partial(vault.open_drop, junk, b"ad"), secrets
        yield partial(vault.case_key, CASE, junk, "ada", "case.read"), secrets
        yield partial(vault.list_key("p").open, junk, b"ad"), secrets
    wrapped = vault.seal_drop(SEED[:31], bind("i", "case-key", "wrapped", CASE, CASE))
    yield lambda: vault.case_key(CASE, wrapped, "ada", "case.read"), secrets
    store = FileBlobs(tmp_path / "blobs", "i")
    with store.create() as writer:
        writer.write(b"x" * 100_000)
        blob = writer.finish()
    sealed = OnDisk(tmp_path / "blobs")[blob.id]
    for damaged in (b"", sealed[:40], sealed[:70_000], sealed[:-1]):
        OnDisk(tmp_path / "blobs")[blob.id] = damaged
        yield lambda: list(store.open(blob.id, blob.key)), ()
    phrases = ReturnPhrases(SEED, SEED)
    yield lambda: phrases.issue(b"short"), (SEED,)
    yield lambda: phrases.key(phrases.read("abacus")).open(b"junk", b"ad"), (SEED, letters("abacus"))


def test_no_failure_shows_a_secret_not_even_in_the_locals_of_its_frames(tmp_path: Path) -> None:
    for action, secrets in failures(tmp_path):
        with pytest.raises((Tampered, ValueError)) as failed:
            action()
        assert not shows(everything_shown(failed.value), *secrets)


def test_all_ways_of_not_opening_look_alike(tmp_path: Path) -> None:
    messages = set()
    for action, _ in failures(tmp_path):
        try:
            action()
        except Tampered as error:
            messages.add((str(error), error.args, error.__cause__, error.__context__))
        except ValueError:
            continue
    assert len(messages) == 1


def test_control_an_open_that_lets_the_librarys_error_through_is_caught() -> None:
    def careless() -> None:
        try:
            bare_decrypt(b"x" * 40, b"ad", b"n" * 24, SEED)
        except Exception:
            raise Tampered from None

    with pytest.raises(Tampered) as failed:
        careless()
    assert shows(everything_shown(failed.value), SEED)
    assert not shows("".join(traceback.format_exception(failed.value)), SEED)  # why the usual look does not suffice


def test_a_key_file_that_is_refused_shows_nothing_of_it(tmp_path: Path) -> None:
    sealing_keys = keyfiles.create_instance_keys(tmp_path / "data", tmp_path / "keys")
    other = keyfiles.create_instance_keys(tmp_path / "other", tmp_path / "other-keys")
    seed = base64.b64decode(json.loads(sealing_keys.read_text())["seed"])
    text = sealing_keys.read_text()
    attempts = [
        (tmp_path / "other", text),
        (tmp_path / "data", text + "x"),
        (tmp_path / "data", text.replace("-1", "")),
    ]
    for data, content in attempts:
        sealing_keys.write_text(content)
        with pytest.raises(keyfiles.KeyFileRefused) as refused:
            keyfiles.load_vault(data, sealing_keys)
        assert not shows(everything_shown(refused.value), seed)
    assert other.exists()


# ------------------------------------------------------------------------------------------------- intake cannot open


def test_what_intake_holds_has_no_way_to_open() -> None:
    sealer = PublicSealer("i", LocalVault("i", SEED).public)
    offered = {name for name in dir(sealer) if not name.startswith("_")}
    assert offered == {"instance", "newest", "new_case_key", "seal_drop", "seal_to_reporter"}
    assert vars(sealer) == {"_instance": "i", "_public": LocalVault("i", SEED).public}


def keys_in(root: Path) -> set[bytes]:
    """Every key in the files below `root`, every other 32 bytes there, and all that is ever derived from the keys."""
    paths = [path for path in root.rglob("*") if path.is_file()]
    fields = (
        value for path in paths if path.suffix in {".json", ".kek"} for value in json.loads(path.read_text()).values()
    )
    keys = {base64.b64decode(value) for value in fields if value.endswith("=")}
    first = {
        digest(label, b"", key) for key in keys for label in (b"tocsin kek box", b"tocsin list root", b"tocsin token")
    }
    second = {digest(b"tocsin list key", b"p", key) for key in keys | first}
    windows = {content[at : at + 32] for content in map(Path.read_bytes, paths) for at in range(len(content) - 31)}
    return keys | first | second | windows


def opened_by(keys: set[bytes], sealed: dict[str, bytes], instance: str) -> set[str]:
    """Which of the sealed things any of the keys opens, whatever kind of key it is taken for."""
    places = (bind(instance, "t", "c", "r", CASE), bind(instance, "case-key", "wrapped", CASE, CASE))
    opened = set()
    for key in keys:
        for unseal in (SymmetricKey(key).open, BoxKey(key).open, LocalVault(instance, key).open_drop):
            for (name, thing), place in product(sealed.items(), places):
                with suppress(Tampered):
                    unseal(thing, place)
                    opened.add(name)
    return opened


def test_with_all_files_that_intake_may_read_nothing_sealed_opens(tmp_path: Path) -> None:
    sealing = from_files(tmp_path)
    instance = sealing.sealer.instance
    ad = bind(instance, "t", "c", "r", CASE)
    key, wrapped = sealing.sealer.new_case_key(CASE)
    reporter = sealing.receipts.key(sealing.receipts.issue(b"n" * 16))
    with sealing.blobs.create() as writer:
        writer.write(b"attachment")
        blob = writer.finish()
    sealed = {
        "content": key.seal(b"report", ad),
        "blob's key": key.seal(blob.key, ad),
        "wrapped key": wrapped,
        "drop": sealing.sealer.seal_drop(b"message", ad),
        "list row": sealing.vault.list_key("p").seal(b"row", ad),
        "reporter's copy": sealing.sealer.seal_to_reporter(reporter.public, b"thread", ad),
    }
    assert opened_by(keys_in(tmp_path / "data"), sealed, instance) == set()
    # The control: with the key file as well, all opens that is sealed to the instance, and from there the content.
    assert opened_by(keys_in(tmp_path), sealed, instance) == {"wrapped key", "drop", "list row"}
    for file_key in keys_in(tmp_path):
        with pytest.raises(Tampered):
            next(sealing.blobs.open(blob.id, file_key))
