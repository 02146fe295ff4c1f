# SPDX-License-Identifier: Apache-2.0
"""What a report says about code, taken out of its text so that somebody can look it up: facts, never a verdict.

`extract` reads files, lines, symbols, commits, versions, identifiers, packages, options and stack frames. Where they
are found is asked of a repository by `services.claims`; what that means is for a person to say.
"""
