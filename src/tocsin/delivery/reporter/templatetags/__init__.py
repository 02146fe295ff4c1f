# SPDX-License-Identifier: Apache-2.0
"""Filters of the reporter's templates."""
