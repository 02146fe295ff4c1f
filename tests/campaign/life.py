# SPDX-License-Identifier: Apache-2.0
"""One case from report to one minute before publication, with a secret in every field, on the installation that
TOCSIN_CONFIG names. Run as a process of its own, with everything logged: `python -m tests.campaign.life SECRETS`.

`--unsealed` runs a build that is broken on purpose: it seals nothing. The search must find that.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

PROJECT = "warehousepg"


def break_sealing() -> None:
    """Seal nothing: what the negative control is for."""
    from tocsin.adapters.vault.aead import SymmetricKey

    SymmetricKey.seal = lambda self, plain, ad: plain  # type: ignore[method-assign]
    SymmetricKey.open = lambda self, sealed, ad: sealed  # type: ignore[method-assign]


def main(secrets: list[str], home: str) -> None:
    """Live the life, and leave everything that an installation writes below `home`."""
    from tocsin.boot.main import open_desk

    desk, front = open_desk(), open_desk.front()
    logging.basicConfig(level=logging.DEBUG, force=True)
    for logger in [logging.getLogger(name) for name in logging.root.manager.loggerDict]:
        logger.setLevel(logging.DEBUG)
    spare = iter(secrets)
    case, phrase = received(front, spare)
    lived(desk, front, case, phrase, spare)
    Path(home, "case").write_text(case)
    left = list(spare)
    assert not left, f"{len(left)} secrets were put nowhere"
    told(desk, case, home)


def received(front: Any, spare: Any) -> tuple[str, str]:
    """A report with a secret in each of its fields, and two files."""
    from tocsin.core.intake import Attachment, CreditWish, Identity, Report
    from tocsin.services import intake

    files = []
    for _ in range(2):
        with front.blobs.create() as writer:
            writer.write(f"proof {next(spare)}\n".encode() * 20_000)
            blob = writer.finish()
        name = f"{next(spare)}.txt"
        files.append(Attachment(blob=blob.id, key=blob.key, name=name, size=blob.size, sha256=blob.sha256))
    fields = (
        "title",
        "reproduce",
        "version",
        "effects",
        "attack_surface",
        "dependencies",
        "tool_use",
        "disclosure_plans",
    )
    who = Identity(
        name=next(spare),
        affiliation=next(spare),
        contact=f"{next(spare)}@example.org",
        credit=CreditWish.NAME,
        credit_as=next(spare),
    )
    report = Report(**{field: f"It is {next(spare)} here." for field in fields}, identity=who, attachments=tuple(files))
    receipt = intake.receive(front, PROJECT, report, front.mint.nonce())
    return receipt.case, receipt.phrase.reveal() if hasattr(receipt.phrase, "reveal") else receipt.phrase


def lived(desk: Any, front: Any, case: str, phrase: str, spare: Any) -> None:
    """Every move of a case that takes words, up to the draft of the advisory."""
    from tocsin.core.case import commands as cmd
    from tocsin.core.vocabulary import Audience, Refused
    from tocsin.services import cases, room, worker

    people = desk.people.members(PROJECT)
    actor = desk.people.actor(people[0][0].id, PROJECT)

    def act(command: cmd.Command) -> None:
        done = cases.handle(desk, case, command, actor)
        assert not isinstance(done, Refused), done
        while not worker.run_once(desk).idle:
            pass

    def words() -> str:
        return f"Look at {next(spare)} please."

    act(cmd.Say(audience=Audience.TEAM, text=words()))
    act(cmd.Say(audience=Audience.REPORTER, text=words(), plan=words(), workarounds=words()))
    door = room.enter(front, phrase)
    room.leave(front, door, room.Hear(text=words()))
    while not worker.run_once(desk).idle:
        pass
    act(cmd.Investigate(effect=words(), criticality="high", affected_versions=words(), cwe=("CWE-125",)))
    act(cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text=words(), plan=words(), workarounds=words())))
    act(cmd.SetScore(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))
    act(cmd.SetFix(author=people[0][0].id, reference=next(spare)))
    act(cmd.ProposeEmbargo(proposal="prp_1", ends_at=desk.now() + timedelta(days=14), reason=words()))
    act(
        cmd.DraftAdvisory(
            title=words(), summary=words(), details=words(), impact=words(), detection=words(), mitigation=words(),
            required_configuration=words(), upgrade=words(),
        )
    )  # fmt: skip
    door = room.enter(front, phrase)
    for _ in range(4):
        room.leave(front, door, room.Hear(text=words()))  # these wait as drops: intake cannot open the case


def told(desk: Any, case: str, home: str) -> None:
    """What a machine says about itself: measures, the exported log, a timeline refused, a trace of an error."""
    from tocsin.services import logbook, redacted
    from tocsin.services.queries import inbox

    lines = logbook.export(desk)
    Path(home, "log.export").write_text("".join(lines) if not hasattr(lines, "code") else str(lines))
    person = desk.people.members(PROJECT)[0][0].id
    Path(home, "refused").write_text(repr(redacted.timeline(desk, case, person)))
    Path(home, "counts").write_text(repr(inbox.counts(desk, (PROJECT,))))
    try:
        raise RuntimeError("an error on the way")
    except RuntimeError:
        logging.getLogger("tocsin").exception("trouble with %s", case)


if __name__ == "__main__":
    if "--unsealed" in sys.argv:
        break_sealing()
    main(json.loads(sys.argv[1]), sys.argv[2])
