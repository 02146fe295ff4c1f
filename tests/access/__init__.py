# SPDX-License-Identifier: Apache-2.0
"""Who may do what, asked of every rule, every address and every command that there is."""
