# SPDX-License-Identifier: Apache-2.0
"""Triage: what comes first, who is on duty, what is answered."""
