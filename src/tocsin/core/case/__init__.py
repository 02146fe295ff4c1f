# SPDX-License-Identifier: Apache-2.0
"""One case: its transition tables, its state, what may be decided and what follows."""
