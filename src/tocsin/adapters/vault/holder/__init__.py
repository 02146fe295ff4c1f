# SPDX-License-Identifier: Apache-2.0
"""The key holder: a small process that has the keys and gives them out one case at a time, naming person and purpose.

`core` decides and keeps count, `ledger` writes down, `wire` says what travels, `server` listens on a socket of the file
system, `client` is the `Vault` of the processes that ask. The same `core` also runs inside a process that has the keys
itself (a single command without a server): then nothing travels, and limits and ledger hold all the same.

No framework, no database, no network, no templates: `tests/house` holds what this may import.
"""
