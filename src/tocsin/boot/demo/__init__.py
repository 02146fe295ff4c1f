# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo`: a throw-away instance filled with real published vulnerabilities, and the story without a person."""
