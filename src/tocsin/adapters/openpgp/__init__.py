# SPDX-License-Identifier: Apache-2.0
"""OpenPGP: the key that published documents are signed with. The only place that knows the library (`pysequoia`).

The key is v4 Cv25519: every correspondent's program can read it, GnuPG 2.2 included. It lies in the key directory, in a
file that only its owner can read, and never in the data directory. Nothing here formats, logs or shows a secret key: in
this library `str` of one *is* the armoured key, and its errors carry more than a reader should see, so the wrapper
forbids the one and keeps only the first line of the other.
"""

from tocsin.adapters.openpgp.signer import KeyRefused, PgpSigner, create_key, load_signer

__all__ = ["KeyRefused", "PgpSigner", "create_key", "load_signer"]
