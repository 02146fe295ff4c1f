# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves, as exact bytes: pure functions from values to what goes over the wire. Plain text only, at most 72
columns, headers that threads and machines can be told by, and nothing in a subject that says what the matter is.

`model` says what a mail is, `flowed` sets its text, `headers` and `parts` write it, `compose` puts it together in
clear, signed or encrypted. `words` has what is said without saying anything, `announce` what goes to lists (`lists` has
their rules), `quiet` when somebody wants to be written to, `keys` what may be encrypted to, `wkd` and `autocrypt` where
keys come from. Sending is `services.post`, and what comes in is `core.mail`.
"""
