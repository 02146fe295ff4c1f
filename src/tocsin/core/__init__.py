# SPDX-License-Identifier: Apache-2.0
"""The rules: pure functions of (journal, policy, now). No I/O, no clock, no randomness, no framework."""
