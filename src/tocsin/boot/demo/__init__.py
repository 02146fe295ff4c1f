# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo`: a throw-away instance filled with real published vulnerabilities, and the whole story without a person."""
