# SPDX-License-Identifier: Apache-2.0
"""Look-alikes: which earlier texts may speak of the same matter, and by which words. Pure, in memory, incremental.

`words` says what the terms of a text are, `index` keeps texts by their terms, `weights` says what a term is worth among
them. `query` is a new text seen that way, `candidates` names the few texts worth comparing with it, and `search` ranks
those. Nothing is judged here: a hit is a suggestion for a person, and a score only orders hits.
"""
