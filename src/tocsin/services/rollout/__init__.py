# SPDX-License-Identifier: Apache-2.0
"""Telling users, and knowing how far a release has come (S61): people who asked to be told, by mail or webhook, for all
lines or some, and what they say of themselves after an advisory.

Nobody is on the list who did not confirm, nothing is counted that was not said, and no mail holds a picture or an
address that tells whether it was read. `door` runs where nothing can be opened; everything else at the worker.
"""
