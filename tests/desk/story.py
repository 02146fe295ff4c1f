# SPDX-License-Identifier: Apache-2.0
"""Cases at the desk, made from real published vulnerabilities of PostgreSQL, which WarehousePG descends from.

Titles, weaknesses, vectors and fixed versions are those of https://www.postgresql.org/support/security/; who reported
them here, and when, is made up. Each step goes through the one door for change.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from tocsin.core.case import commands as cmd
from tocsin.core.case import party_commands as pc
from tocsin.core.case.drafting import CreditGiven, ProductNamed, ReferenceGiven
from tocsin.core.case.model import Case
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RMInput
from tocsin.core.intake import Attachment, CreditWish, Identity, Report
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import (
    SYSTEM_ACTOR,
    Actor,
    ActorKind,
    Affectedness,
    Audience,
    Refused,
    RejectionClass,
    ReportKind,
)
from tocsin.services import cases, intake, inviting
from tocsin.services.intake import Receipt
from tocsin.services.together import together
from tocsin.testing.house import House

PROJECT = "warehousepg"

PLPERL = Report(
    title="PL/Perl environment variable changes execute arbitrary code",
    reproduce=(
        "1. As an unprivileged role, CREATE FUNCTION ... LANGUAGE plperl that assigns $ENV{PATH}.\n"
        "2. Put a program of your own first on that path, under the name of one that the server starts.\n"
        "3. Call the function, then anything that starts that program.\n\n"
        "Seen: the program runs as the server's operating system user.\nExpected: the assignment is refused."
    ),
    version="7.3.1",
    effects="Arbitrary code as the operating system user of the database, without an account on that system.",
    attack_surface="Any role that may create functions in a trusted language.",
    dependencies="perl 5.36, Debian 12",
    identity=Identity(name="Coby Abrams", affiliation="Varonis", credit=CreditWish.NAME),
    tool_use="no",
    disclosure_plans="together with you",
)
TITLES = (
    "Relation replacement during pg_dump executes arbitrary SQL",
    "Row security below subqueries disregards user ID changes",
    "Buffer overrun from integer overflow in array modification",
    "libpq retains an error message from man-in-the-middle",
    "Extension script @substitutions@ within quoting allow SQL injection",
    "Memory disclosure in aggregate function calls",
    "Role pg_signal_backend can signal certain superuser processes",
)
VECTOR = "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
VECTOR_4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
LINES = (
    LineFact(line="7.4", state=Affectedness.FIXED, introduced="7.4.0", fixed_in="7.4.2", tested=True),
    LineFact(line="7.3", state=Affectedness.FIXED, introduced="7.3.0", fixed_in="7.3.4", tested=True),
    LineFact(line="6.29", state=Affectedness.NOT_AFFECTED, reason="built without PL/Perl"),
)
DRAFT = cmd.DraftAdvisory(
    title="PL/Perl environment variable changes execute arbitrary code",
    summary="An unprivileged database user can run code as the server's user; update, or drop PL/Perl.",
    details=(
        "Incorrect control of environment variables in PL/Perl allows an unprivileged database user to change "
        "sensitive process environment variables (e.g. `PATH`).\n\nThat often suffices to enable arbitrary code "
        "execution, even if the attacker lacks a database server operating system user."
    ),
    impact="Code runs as the operating system user of the database server.",
    detection="Look for functions in `pg_proc` whose language is plperl and whose body assigns to `%ENV`.",
    mitigation="Remove the extension where it is not used:\n\n    DROP EXTENSION plperl;",
    upgrade="Install the fixed release of your line and restart; no dump and restore is needed.",
    cwe=("CWE-15",),
    products=(ProductNamed(name="WarehousePG", vendor="WarehousePG", repository="https://github.com/warehouse-pg/warehouse-pg"),),
    references=(
        ReferenceGiven(
            url="https://www.postgresql.org/support/security/CVE-2024-10979/", type="advisory", summary="PostgreSQL"
        ),
    ),
    credits=(CreditGiven(name="Coby Abrams", organization="Varonis", consent=True),),
)  # fmt: skip
REASON = (
    "Thank you for looking at this. The setting you describe is the documented default, and our policy says that we do "
    "not act on a lack of safe defaults; the hardening guide shows how to turn it off."
)


def file(house: House, name: str = "crash.log", content: bytes = b"decode overrun at 0x7f\n" * 40) -> Attachment:
    """Seal a file as the reporter's form does."""
    with house.front.blobs.create() as writer:
        for chunk in iter(BytesIO(content).readline, b""):
            writer.write(chunk)
        sealed = writer.finish()
    return Attachment(blob=sealed.id, key=sealed.key, name=name, size=sealed.size, sha256=sealed.sha256)


def report(house: House, given: Report = PLPERL, project: str = PROJECT) -> str:
    """Hand a report in; returns the case."""
    receipt = intake.receive(house.front, project, given, house.front.mint.nonce())
    assert isinstance(receipt, Receipt), receipt
    return receipt.case


def act(house: House, ref: str, command: cmd.Command, person: str = "", minutes: int = 1) -> Case:
    """Make a move that must be allowed, with the other person behind it where it takes two."""
    house.clock.advance(timedelta(minutes=minutes))
    head = house.desk.journal.head(ref)
    assert head
    actor = house.desk.people.actor(person or house.dana, head.project)
    other = house.desk.people.actor(house.dana if actor and actor.id == house.li else house.li, head.project)
    assert actor
    assert other
    done = together(house.desk, ref, command, actor, other)
    assert not isinstance(done, Refused), done
    return done


def hear(house: House, ref: str, command: cmd.Command) -> Case:
    """Let the reporter make a move."""
    house.clock.advance(timedelta(minutes=1))
    opened = cases.open_case(house.desk, ref, Actor(kind=ActorKind.SYSTEM, id="system"), "test")
    assert opened
    done = cases.handle(house.desk, ref, command, Actor(kind=ActorKind.REPORTER, id=opened.case.room))
    assert not isinstance(done, Refused), done
    return done


def answered(house: House, ref: str) -> None:
    """Answer, talk inside, investigate."""
    act(house, ref, cmd.Assign(lead=house.dana, lead_name="Dana", lead_roles=("maintainer",)), minutes=25)
    act(
        house,
        ref,
        cmd.Say(
            audience=Audience.REPORTER,
            text="Thank you, this is clear and we can reproduce it.",
            plan="1. Find the lines that are affected.\n2. Fix, test, agree on a date with you.",
            workarounds="Drop the plperl extension where it is not used.",
        ),
        minutes=15,
    )
    act(house, ref, cmd.Say(audience=Audience.TEAM, text="Same class of bug as 2016. I take 7.3."), person=house.li)
    hear(house, ref, cmd.Hear(text="Great. I can test a patch on 7.4 as well."))
    act(
        house,
        ref,
        cmd.Investigate(
            effect="Code runs as the server's operating system user.",
            criticality="Every installation with PL/Perl; an ordinary role is enough.",
            affected_versions="7.3, 7.4",
            cwe=("CWE-15",),
            reproduced=True,
        ),
        minutes=90,
    )


def accepted(house: House, ref: str, advisory: str = "WHPG-SA-2026-001") -> None:
    """Accept, score, fix, confirm."""
    answered(house, ref)
    words = cmd.Answer(text="We confirm it as a vulnerability in WarehousePG and are working on it.")
    act(house, ref, cmd.Accept(advisory_id=advisory, answer=words), minutes=30)
    act(house, ref, cmd.SetScore(vector=VECTOR_4))
    act(house, ref, cmd.SetScore(vector=VECTOR))
    act(house, ref, cmd.SetCve(cve_id="CVE-2024-10979"))
    act(house, ref, cmd.SetLines(lines=LINES), minutes=600)
    act(house, ref, cmd.SetFix(author=house.dana, reference="private/plperl-env, 9f31c02"), minutes=900)
    act(house, ref, cmd.ConfirmFix(note="all regression tests on 7.3 and 7.4"), person=house.li, minutes=300)
    act(house, ref, DRAFT)


def embargoed(house: House, ref: str) -> None:
    """Accept and agree with the reporter on a Tuesday two weeks on."""
    accepted(house, ref)
    ends = (house.clock() + timedelta(days=14)).replace(hour=15, minute=0, second=0)
    ends -= timedelta(days=(ends.weekday() - 1) % 7)
    act(house, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends, reason="fix in review on 7.3"))
    hear(house, ref, cmd.AcceptEmbargo(proposal="prp_1"))


def inbox(house: House) -> list[str]:
    """Fill the desk with cases at different stages; the first one is under embargo and furthest along."""
    refs = [report(house, PLPERL)]
    embargoed(house, refs[0])
    for title in TITLES:
        given = Report(title=title, reproduce="See the attached steps; they work on a fresh cluster.", version="7.3.1")
        refs.append(report(house, given))
        house.clock.advance(timedelta(hours=7))
    answered(house, refs[1])
    act(house, refs[2], cmd.NeedInfo(question="Which role runs the subquery in your example?"))
    act(house, refs[3], cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=REASON))
    known = Report(
        title="Path traversal in an upload helper",
        reproduce="Send ../../x as the name.",
        version="2.1",
        kind=ReportKind.ALREADY_PUBLIC,
    )
    refs.append(report(house, known, second(house)))
    house.clock.advance(timedelta(minutes=20))
    return refs


def second(house: House) -> str:
    """The other project of the house."""
    return next(info.id for info in house.desk.projects.all() if info.id != PROJECT)


def several(house: House, ref: str) -> None:
    """Bring others into an embargoed case: a vendor who works on it, one who has not answered, distributors."""
    for name, part, products in (
        ("Greenplum Ltd", Part.VENDOR, ("Database", "Connector")),
        ("Cloudberry", Part.VENDOR, ()),
        ("Debian", Part.DISTRIBUTOR, ()),
    ):
        opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "story")
        actor = house.desk.people.actor(house.dana, PROJECT)
        assert opened
        assert actor
        wish = pc.Invite(party="", part=part, name=name, products=products, why="They ship PL/Perl as well.")
        made = inviting.invite(house.desk, opened, actor, wish)
        assert isinstance(made, inviting.Invited), made
        if name != "Cloudberry":
            act(house, ref, pc.Consent(party=made.party, note="By mail."))
            act(house, ref, cmd.Say(audience=Audience.PARTY, party=made.party, text="Assigning $ENV{PATH} is enough."))
        if products:
            act(house, ref, pc.MoveParty(party=made.party, step=RMInput.ACCEPT, note="By mail."))
            act(house, ref, pc.SetProduct(party=made.party, product="Database", path="VFd"))
