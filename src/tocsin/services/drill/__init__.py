# SPDX-License-Identifier: Apache-2.0
"""The fire drill: cases that never were, a crew with few hours, and the project's real policy.

`matter` makes the cases up (or reads them), `crew` says when people have time, `ways` what a case takes, `play` lets
the real rules decide on a virtual clock, `told` is what comes out. Nothing here reads a clock, a key or a database; one
seed, one report.
"""
