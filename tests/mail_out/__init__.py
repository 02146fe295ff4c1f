# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves."""
