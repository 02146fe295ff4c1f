# SPDX-License-Identifier: Apache-2.0
"""A small GitHub: security advisories of repositories, as far as Tocsin speaks to them, with faults on demand.

It keeps state, and holds every request and every answer against GitHub's own OpenAPI description (`openapi.json`,
`webhooks.json`; origin in SOURCES.md). `GitHubDouble` is itself a `services.ports.http.Http`, so a test needs no
socket; `testing.doubles.serving` puts it behind a real one.
"""

from tocsin.testing.doubles import Fault, Seen
from tocsin.testing.github.double import API, LOGIN, TOKEN, GitHubDouble
from tocsin.testing.github.world import LoginOf, World

__all__ = ["API", "LOGIN", "TOKEN", "Fault", "GitHubDouble", "LoginOf", "Seen", "World"]
