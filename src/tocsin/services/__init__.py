# SPDX-License-Identifier: Apache-2.0
"""Use cases: the only code that sequences core and ports. No framework, no I/O of its own."""
