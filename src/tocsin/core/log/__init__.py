# SPDX-License-Identifier: Apache-2.0
"""The transparency log: an append-only Merkle tree of salted commitments, its proofs, and signed checkpoints."""
