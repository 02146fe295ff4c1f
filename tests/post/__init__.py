# SPDX-License-Identifier: Apache-2.0
"""Letters, from a wish to the server's answer."""
