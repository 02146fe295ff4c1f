# SPDX-License-Identifier: Apache-2.0
"""The policy: a project's own promises as data, and the clauses that turn each into clock, gate and sentence."""
