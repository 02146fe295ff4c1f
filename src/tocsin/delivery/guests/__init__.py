# SPDX-License-Identifier: Apache-2.0
"""The room of those who report nothing: they ask to be told of advisories, say how far they are, apply as distributors.

It stands in the process that faces the internet, holds no key that opens anything, and leaves what it is given for the
worker. Its links carry sealed tokens; no cookie, no account, no script.
"""
