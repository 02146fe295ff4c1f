# SPDX-License-Identifier: Apache-2.0
"""Git, through its command line, with nothing of a repository ever executed.

`run` hardens every call, `objects` says on what it is called, `containment` and `history` read the past, `repository`
answers `services.ports.git`, `mirror` keeps bare mirrors that only the worker fetches, `sandbox` runs a project's own
tests without a network.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from tocsin.adapters.git.repository import GitRepository
from tocsin.services.ports.git import GitFailed

__all__ = ["GitRepository", "open_local"]


def open_local(directory: str) -> GitRepository:
    """Open a repository of this machine for reading; its index is kept in the user's cache, never in the repository.

    Raises GitFailed where there is none.
    """
    path = Path(directory).expanduser().resolve()
    if not path.is_dir():
        raise GitFailed(f"{directory} is no directory")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tocsin" / "git"
    repository = GitRepository(path, cache / f"{sha256(os.fsencode(path)).hexdigest()[:32]}.index")
    _ = repository.git_dir  # says at once what is wrong with it
    return repository
