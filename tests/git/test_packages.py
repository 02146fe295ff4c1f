# SPDX-License-Identifier: Apache-2.0
"""The patches that a distributor is given ahead of publication: for each line its own, marked, and git applies them."""

from __future__ import annotations

import io
import tarfile

from tests.git.conftest import Place
from tests.git.maker import fix
from tests.git.test_journey import case_of, fetch, ref
from tocsin.core import distribution
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases
from tocsin.services.distribution import packages

__all__ = ["ref"]


def patches(place: Place, ref: str, party: str, name: str) -> tuple[str, dict[str, str]]:
    """The mark of a recipient's package, and its patches by file name."""
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    made = packages.build(place.home.desk, opened, party, name)
    with tarfile.open(fileobj=io.BytesIO(made.body)) as tar:
        files = [(each.name.rpartition("/")[2], tar.extractfile(each)) for each in tar if "/patches/" in each.name]
        return made.mark, {name: file.read().decode() for name, file in files if file}


def test_each_line_with_a_fix_has_a_patch_that_is_marked_and_that_git_applies(place: Place, ref: str) -> None:
    mended = fix(place.made)
    place.made.switch("7.4")
    picked = place.made.pick(mended, "-x")
    place.made.switch("main")
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended[:12], "--introduced", place.fault)
    commits = {line.line: line.commit for line in case_of(place, ref).lines if line.commit}
    assert commits["7.4"].startswith(picked[:12])

    mark, found = patches(place, ref, "pty_1", "Acme")
    other, theirs = patches(place, ref, "pty_2", "Umbrella")
    assert len(found) == len(commits) >= 2
    assert mark != other
    for line, commit in commits.items():
        (name,) = (each for each in found if each.endswith(f"-{line.replace('.', '_')}.patch"))
        told = distribution.line("Acme", mark, "")
        assert told.partition(". For ")[2] in found[name]
        assert mark not in theirs[name]
        place.made.git("checkout", "-q", f"{commit}^")
        place.made.git("am", "--quiet", "--committer-date-is-author-date", given=found[name])
        assert place.made.git("rev-parse", "HEAD^{tree}") == place.made.git("rev-parse", f"{commit}^{{tree}}")
