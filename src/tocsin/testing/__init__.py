# SPDX-License-Identifier: Apache-2.0
"""In-memory ports, builders and a virtual clock: shipped, for tests and for authors of plug-ins."""
