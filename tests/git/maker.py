# SPDX-License-Identifier: Apache-2.0
"""Makes repositories with real git: a project with four lines, a fix, and whatever a test does to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tocsin.adapters.git import GitRepository
from tocsin.services.gitfacts import Ask, Reading, Told

ALICE = ("Alice Example", "alice@example.org")
BOB = ("Bob Example", "bob@example.org")
START = 1_700_000_000
HOUR = 3600

DECODER = """\
#include "decoder.h"

static size_t frame_limit(const struct header *header)
{
    size_t limit = header->maximum_frame_size;
    return limit;
}

int decode_frame(struct decoder *decoder, const uint8_t *input, size_t length)
{
    size_t wanted = read_length_prefix(input);
    uint8_t *target = decoder->frame_buffer;
    memcpy(target, input + PREFIX_SIZE, wanted);
    decoder->bytes_decoded += wanted;
    return update_checksum(decoder, target, wanted);
}
"""
FIXED = DECODER.replace(
    "    uint8_t *target",
    "    if (wanted > length - PREFIX_SIZE || wanted > decoder->frame_capacity)\n"
    "        return DECODE_TRUNCATED_FRAME;\n    uint8_t *target",
)


class Maker:
    """One working tree. Time passes an hour with every commit, so that dates are the same in every run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = START
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, who: tuple[str, str] = ALICE, given: str = "", authored: int = 0) -> str:
        """Run plain git with a fixed identity and time."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.path.parent), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": who[0], "GIT_AUTHOR_EMAIL": who[1], "GIT_COMMITTER_NAME": who[0],
            "GIT_COMMITTER_EMAIL": who[1], "GIT_AUTHOR_DATE": f"@{authored or self.clock} +0000",
            "GIT_COMMITTER_DATE": f"@{self.clock} +0000",
        }  # fmt: skip
        command = ["git", "-C", str(self.path), *arguments]
        done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, name: str, text: str) -> None:
        """Write a file into the working tree."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str, files: dict[str, str], who: tuple[str, str] = ALICE, authored: int = 0) -> str:
        """Commit some files; returns the id."""
        self.clock += HOUR
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, who=who, authored=authored)
        return self.head()

    def head(self) -> str:
        """Id of the commit at hand."""
        return self.git("rev-parse", "HEAD").strip()

    def switch(self, branch: str, start: str = "") -> None:
        """Go to a branch, or make it where `start` is given."""
        self.git("checkout", "-q", *(["-b", branch, start] if start else [branch]))

    def tag(self, name: str) -> None:
        """Tag what is at hand."""
        self.clock += HOUR
        self.git("tag", "-a", name, "-m", f"Release {name}")

    def pick(self, commit: str, *options: str) -> str:
        """Cherry-pick; returns the new id."""
        self.clock += HOUR
        self.git("cherry-pick", *options, commit)
        return self.head()

    def revert(self, commit: str) -> str:
        """Revert; returns the new id."""
        self.clock += HOUR
        self.git("revert", "--no-edit", commit)
        return self.head()

    def reading(self) -> Reading:
        """Read it as the product does, keeping nothing."""
        return Reading(GitRepository(self.path))

    def facts(self, *fix: str, introduced: str = "", lines: str = "") -> Told:
        """Ask where a fix stands."""
        return self.reading().facts(Ask(fix=fix, introduced=(introduced,) if introduced else (), lines=lines))

    def states(self, *fix: str, introduced: str = "", lines: str = "") -> dict[str, tuple[str, str]]:
        """State and first fixed release by line."""
        told = self.facts(*fix, introduced=introduced, lines=lines)
        return {line.line: (line.state.value, line.fixed_in) for line in told.lines}


def project(path: Path) -> tuple[Maker, str]:
    """Make four lines: 6.29 without the decoder, 7.3, 7.4 and main with it. Returns the commit that brought it."""
    made = Maker(path)
    made.commit("Start the server", {"server.c": "int main(void) { return serve_all_connections(); }\n"})
    made.switch("6.29", "main")
    made.tag("6.29.0")
    made.switch("main")
    fault = made.commit("Add a frame decoder", {"src/decoder.c": DECODER})
    made.switch("7.3", "main")
    made.tag("7.3.0")
    made.switch("main")
    made.commit("Rename the limit", {"src/decoder.c": DECODER.replace("frame_limit", "largest_frame")})
    made.switch("7.4", "main")
    made.tag("7.4.0")
    made.switch("main")
    return made, fault


def fix(made: Maker) -> str:
    """Fix the fault on main."""
    made.switch("main")
    text = FIXED.replace("frame_limit", "largest_frame")
    return made.commit("Check the length of a frame before copying it", {"src/decoder.c": text})
