# SPDX-License-Identifier: Apache-2.0
"""A project's forge and its cases: private reports come in, what is decided is mirrored, advisories go out.

`door` takes webhooks at the front and can only seal them; `inbound` makes cases of reports; `sync` looks at the forge
every few minutes and brings both sides up to each other, showing what others changed instead of writing over it;
`pushing` writes drafts; `watch` proposes private cases for public issues; `public` makes public issues of reports that
are not about security. All but the door run where cases are opened.
"""
