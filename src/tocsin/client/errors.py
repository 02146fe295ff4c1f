# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, by what a caller can do about it. Each carries the installation's problem details."""

from __future__ import annotations

from tocsin.core.wire.problem import Problem


class Failed(Exception):
    """A request that was not carried out."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class TokenRefused(Failed):
    """No token, one that is not good any more, or one that may not do this."""


class NotFound(Failed):
    """There is nothing there that the caller may know of."""


class Conflict(Failed):
    """Others changed the same thing meanwhile; of a case `problem.missing` names the changes."""


class Refusal(Failed):
    """Protocol, policy or advisory do not allow it; `problem` has rule and line, and what would help."""


class NotNow(Failed):
    """The installation cannot be reached or cannot write now; trying again later is safe."""


_BY_STATUS = {
    401: TokenRefused, 403: TokenRefused, 404: NotFound, 409: Conflict, 412: Conflict, 422: Refusal, 429: NotNow,
    502: NotNow, 503: NotNow, 504: NotNow,
}  # fmt: skip


def failure(problem: Problem) -> Failed:
    """Return the exception for a problem."""
    if problem.code == "not-permitted":
        return Refusal(problem)
    return _BY_STATUS.get(problem.status, Failed)(problem)


def unreachable(detail: str, status: int = 503) -> NotNow:
    """Return the exception for an installation that did not answer."""
    return NotNow(Problem(type="about:blank", title="Not reached", status=status, detail=detail, code="not-reached"))
