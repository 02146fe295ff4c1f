# SPDX-License-Identifier: Apache-2.0
"""The published tree: everything public as plain files, made from the shelf and from nothing else.

Three steps, each safe to repeat and to interrupt. `grow` files what was published since, at a cost that does not depend
on how much there is: its documents, hashes and signatures, and the head pages of its project's feeds. `assemble` writes
what lists everything (ROLIE, `index.txt`, `changes.csv`, the OSV dump) of what is kept for each month, at most once a
minute and never on the way of a publication. `typeset` makes PDFs, a few at a time. Lost or damaged, the tree is made
again from the shelf.
"""

from tocsin.services.site.assemble import assemble
from tocsin.services.site.dump import cards
from tocsin.services.site.grow import BATCH, grow
from tocsin.services.site.printed import typeset
from tocsin.services.site.writer import Writer

__all__ = ["BATCH", "Writer", "assemble", "cards", "grow", "typeset"]
