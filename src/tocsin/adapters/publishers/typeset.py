# SPDX-License-Identifier: Apache-2.0
"""Sets one document and ends: run by `pdf` as a program of its own.

The typesetter holds its fonts and every page in memory, which a server that runs for months should not; and what it
sets are words of strangers. Reads JSON from standard input (`template`, `data`, `timestamp`, `attempts`) and writes the
PDF; ends with 1 and one line when it cannot be set, with 3 when Typst is not installed. Imports nothing of Tocsin.
"""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Set what standard input asks for, by the first standard that the document meets."""
    try:
        import typst
    except ImportError:
        return 3
    asked = json.load(sys.stdin)
    wrong = ""
    for standard, own in asked["attempts"]:
        try:
            made = typst.compile(
                asked["template"].encode(), format="pdf", sys_inputs={"data": asked["data"]}, pdf_standards=[standard],
                ignore_system_fonts=own, timestamp=asked["timestamp"],
            )  # fmt: skip
        except RuntimeError as error:  # what Typst raises for a document that it cannot set
            wrong = str(error).partition("\n")[0]
            continue
        sys.stdout.buffer.write(bytes(made))
        return 0
    sys.stderr.write(wrong)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
