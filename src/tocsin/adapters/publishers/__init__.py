# SPDX-License-Identifier: Apache-2.0
"""Where publications go beyond the shelf: the tree of plain files, and the printed page."""
