# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves, from a wish to the server's answer. A letter waits as one sealed record for each recipient
(`letters`); what it says is put together when it is sent (`writing`), so that the key it is encrypted to is good at
that moment; `sending` hands it over, exactly once as far as anybody can know.

`telling` makes letters of what happened, for the team, `answers` of what is said to reporters and parties, `digest` of
what waits, `fixed` of texts that are finished. `keyring` keeps the keys of those who write, `members` those of the team
and when they want to be written to. What a mail is, is `core.mail_out`.
"""
