# SPDX-License-Identifier: Apache-2.0
"""What a project's history says about a fix: which release lines hold it, since which release, and on what evidence.

Everything here works on values that an adapter read from git: commits as rows of a graph, messages, tags, differences.
Nothing here runs git, reads a file or decides for a person: weak evidence stays weak until somebody confirms it.
"""
