# SPDX-License-Identifier: Apache-2.0
"""Sealing with libsodium, and the files its keys lie in.

What each process holds, and what somebody who takes it over can do with that:

==============  ==================================  ====================================================================
process         holds                               can
==============  ==================================  ====================================================================
public          nothing                             read what is published
intake          `instance.json` (public half),      seal new content; see what passes through while it is taken over;
                `intake.json` (three secrets)       make and open browser tokens, so read the return-page sessions whose
                                                    cookies it is sent. It opens no stored case, drop, list row or file.
desk, worker    those, a `Vault`, the log's key     open what it asks the vault for, by case, actor and purpose; sign
                                                    checkpoints of the log
key holder      the key-encryption key              open everything together with the database; nothing without it
==============  ==================================  ====================================================================

Until the key holder is a process of its own, `LocalVault` is the key holder inside desk and worker.

The three intake secrets: `locator` (finds a case from a phrase), `phrase` (makes a phrase from a form's nonce, which
is never stored, and makes the key that signs receipts) and `token` (seals browser tokens). A stolen database together
with `intake.json` still opens nothing: a phrase is 90 bits, and every guess is made against one reporter at a time.

Stored forms, all starting with a version byte, so that a later construction can stand beside this one:

- content (`aead`): `01 | nonce 24 | XChaCha20-Poly1305(plain, ad = 01 | ad)`
- bound box (`box`): `01 | key id 8 | crypto_box_seal(BLAKE2b-256(ad) | plain)`
- file (`stream`): `01 | header 24 | secretstream chunks of 64 KiB, the last one tagged final`
"""

from tocsin.adapters.vault.blobs import FileBlobs
from tocsin.adapters.vault.keyfiles import (
    KeyFileRefused,
    create_instance_keys,
    load_log_key,
    load_log_notaries,
    load_notary,
    load_receipts,
    load_sealer,
    load_tokens,
    load_vault,
)
from tocsin.adapters.vault.notary import Ed25519Signatures, SigningNotary
from tocsin.adapters.vault.phrase import ReturnPhrases
from tocsin.adapters.vault.sealers import LocalVault, PublicSealer
from tocsin.adapters.vault.tokens import TokenBox

__all__ = [
    "Ed25519Signatures",
    "FileBlobs",
    "KeyFileRefused",
    "LocalVault",
    "PublicSealer",
    "ReturnPhrases",
    "SigningNotary",
    "TokenBox",
    "create_instance_keys",
    "load_log_key",
    "load_log_notaries",
    "load_notary",
    "load_receipts",
    "load_sealer",
    "load_tokens",
    "load_vault",
]
