# SPDX-License-Identifier: Apache-2.0
"""Tocsin runs a software project's security release process, from the private report to the last user who patched."""

__version__ = "0.1.0"
