# SPDX-License-Identifier: Apache-2.0
"""Lists of what was published, for machines that look again and again: Atom, RSS and JSON Feed for each project, ROLIE,
`index.txt`, `changes.csv` and the rest of a CSAF provider for the installation.

Pure functions from entries to bytes; an entry is the card of one publication and where it is read. Which pages there
are and where they are written is the site's business (`services.site`).
"""
