# SPDX-License-Identifier: Apache-2.0
"""What Tocsin says to the outside world, and what it takes from there."""
