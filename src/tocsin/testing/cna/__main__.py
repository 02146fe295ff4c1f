# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.testing.cna [PORT]`: a small CVE Services on this machine, to try a publication against.

Put what is printed into `tocsin.toml`, with the key in the file that it names, and let the policy say
`cve.route = "own-cna"`. Every request is held against the official description.
"""

from __future__ import annotations

import sys
import threading

from tocsin.testing.cna import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.doubles import serving

BASE = "https://cveawg.mitre.org"


def main(port: int) -> None:
    """Serve until interrupted."""
    with serving(CveServicesDouble(), BASE, port) as address:
        told = f'org = "{ORG}", org_id = "{ORG_ID}", user = "{USER}", api = "{address}/api"'
        sys.stdout.write(f"[cna.PROJECT] {told}, key_file with: {KEY}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8098)
