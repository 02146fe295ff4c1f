# SPDX-License-Identifier: Apache-2.0
"""Signing in to a served installation, with everything that it takes there."""
