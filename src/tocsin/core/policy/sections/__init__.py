# SPDX-License-Identifier: Apache-2.0
"""The sections of a policy file as types, one file a subject. `core.policy.model` gathers them."""
