# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.demo.stand [PORT PORT] [mail]`: makes a throw-away instance, says where it is, and waits until
somebody stops it. What `tocsin demo` becomes; the services outside that it speaks to live here as well."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final, TextIO

from tocsin.boot.demo import instance, stopping
from tocsin.boot.demo.instance import Throwaway

MAIL: Final = "mail"


def stand(ports: tuple[int, int] | None, *, mail: bool) -> int:
    """Serve the demo to a person until they stop it; returns the exit code."""
    stopping.heed()
    try:
        with instance.made(ports, mail=mail) as place, instance.served(place) as server:
            _say(sys.stdout, welcome(place))
            server.wait()
            raise instance.Broken(f"the demo's server ended:\n{place.tail()}")
    except KeyboardInterrupt:
        _say(sys.stderr, "\nStopped. Everything of the demo is removed.")
        return 0
    except instance.Broken as error:
        _say(sys.stderr, f"tocsin: {error}")
        return 1


def _say(stream: TextIO, words: str) -> None:
    stream.write(f"{words}\n")
    stream.flush()


def welcome(place: Throwaway) -> str:
    """What a person is told: where everything is, and what to try."""
    filled, where = place.filled, place.place
    return f"""
Tocsin demo · {filled.cases} cases from real published vulnerabilities · policies: {", ".join(filled.projects.values())}

  Desk (signs you in once, as Dana)   {filled.links["Dana"]}
  Desk, as Li, in a private window    {filled.links["Li"]}
  Reporter's form                     {where.public}/p/warehousepg/report

Try this:
  1. Desk: the inbox is ordered by what is due. One answer is overdue; open it, and send one with a plan.
  2. Desk, “PostgreSQL Anonymizer”: the reporter proposes a date. Accept it on the Embargo tab.
  3. Desk, “zipfile”: tick the last line as tested, look at every format on the Advisory tab, publish. That
     takes two people: as Li, open it, press “Look and approve”, and approve exactly this.
  4. It also goes to a small CVE Services and a small GitHub on this machine, and the board on the tab
     “Publish” says when it was read back there. What each was asked stands at
     {where.outside.cna}/ and {where.outside.forges["example"].api}/.
  5. Reporter: send a report without an account, keep the seven words, and come back with them; it is in the
     inbox at once.
  6. Mail: {where.desk}/sent shows every mail that would have been sent; as files in
     {place.home}/mailbox.
  7. By mail: feed a report that lies ready, from another terminal; it is in the inbox at once, and is answered.
     cd {place.home}
     {_by_mail(place)}
  8. Everybody: {where.public}/ has the advisories, as page, OSV, CVE, CSAF, text and Atom feed.

Everything is on this machine only and is removed when you press Ctrl+C."""


def _by_mail(place: Throwaway) -> str:
    """How the report that lies ready is handed over: as a file, or to the port that takes mail."""
    if place.place.smtp:
        to = place.filled.boxes["warehousepg"]
        return f"swaks --server {place.place.smtp} --from ann@example.net --to {to} --data @example.eml"
    return f"TOCSIN_CONFIG=instance/tocsin.toml {program()} mail feed example.eml --project warehousepg"


def program() -> str:
    """What a person types for this program: its name where it is on the PATH; from a checkout it is not."""
    return "tocsin" if shutil.which("tocsin") else shlex.quote(str(Path(sys.executable).with_name("tocsin")))


def main(words: list[str]) -> int:
    """Read the ports, if there are any, and whether mail is taken over SMTP; returns the exit code."""
    ports = [int(each) for each in words if each != MAIL]
    return stand((ports[0], ports[1]) if ports else None, mail=MAIL in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
