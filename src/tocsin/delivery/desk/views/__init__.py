# SPDX-License-Identifier: Apache-2.0
"""The desk's views, one file for each kind of page."""
