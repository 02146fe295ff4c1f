# SPDX-License-Identifier: Apache-2.0
"""Look-alikes: which earlier texts may speak of the same matter, and by which words. Pure, in memory, incremental.

`words` says what the terms of a text are, `index` keeps texts by their terms, `search` ranks them for a new text and
names the shared evidence. Nothing is judged here: a hit is a suggestion for a person, and a score only orders hits.
"""
