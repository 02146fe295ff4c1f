# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from the outside, one small Protocol per concern. Adapters and test doubles fill them."""
