# SPDX-License-Identifier: Apache-2.0
"""Faces of the product; siblings never import each other."""
