# SPDX-License-Identifier: Apache-2.0
"""A small GitLab: one project with issues and notes, spoken to as the real one's REST API is. For tests and for trying
things out; it shows what a program may send and says so when it sends something else."""

from tocsin.testing.gitlab.double import API, LOGIN, NAME, TOKEN, GitLabDouble

__all__ = ["API", "LOGIN", "NAME", "TOKEN", "GitLabDouble"]
