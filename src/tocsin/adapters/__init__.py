# SPDX-License-Identifier: Apache-2.0
"""I/O on request; siblings never import each other."""
