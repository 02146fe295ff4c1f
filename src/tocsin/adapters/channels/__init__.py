# SPDX-License-Identifier: Apache-2.0
"""Doors besides the web: what arrives is handed to a service that keeps it, and acknowledged only then."""
