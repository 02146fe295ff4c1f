# SPDX-License-Identifier: Apache-2.0
"""One encrypted report, all the way: GnuPG, Postfix, the listener, two members, Postfix again, Dovecot, GnuPG, and the
reporter's answer. In between, every queue, log and store is searched for the words that may stand in none of them."""

from __future__ import annotations

import imaplib
import logging
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.mail import servers
from tests.openpgp.foreign import Gpg, gpg
from tests.post.conftest import PROJECT, Mailed
from tests.services.acts import act
from tocsin.adapters.channels.mail.listener import Handler, listen
from tocsin.adapters.notifiers.smtp import SmtpSender
from tocsin.boot.mail import Door
from tocsin.core.case import commands as cmd
from tocsin.core.mail_out import autocrypt, wkd
from tocsin.core.mail_out.server import Place
from tocsin.core.vocabulary import Audience
from tocsin.services.post import keyring, own_key
from tocsin.services.queries import case as query
from tocsin.testing.post import read

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mail servers")]

BOX, FINDER = "security@warehousepg.org", "finder@example.net"
REPORT = "The planner reads past its array: xyzzy-one."
ANSWER = "We can make it happen too: xyzzy-two."
BACK = "Good. It also happens on 7.2: xyzzy-three."
SECRETS = ("xyzzy-one", "xyzzy-two", "xyzzy-three", "planner")


@pytest.fixture
def finder() -> Iterator[Gpg]:
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        person = gpg(Path(base) / "h")
        person.key(FINDER)
        yield person
        person.end()


@pytest.fixture
def ours() -> Iterator[Path]:
    """A directory of its own: other users, as Postfix and Dovecot are, have to reach into it."""
    with servers.own_directory() as base:
        yield base


def pgp_mime(person: Gpg, text: str, to: str, key: str, **headers: str) -> bytes:
    """A mail as a program with OpenPGP writes it (RFC 3156), with its Autocrypt header."""
    inner = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FINDER, to, "..."
    message["Autocrypt"] = autocrypt.write(FINDER, person("--export", f"<{FINDER}>"))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_type("multipart/encrypted")
    message.set_param("protocol", "application/pgp-encrypted")
    version, body = EmailMessage(), EmailMessage()
    version.set_content("Version: 1\n")
    version.set_type("application/pgp-encrypted")
    body.set_content(person.encrypt(inner, key, "--sign"), "application", "octet-stream", cte="7bit")
    message.attach(version)
    message.attach(body)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def until(done: Callable[[], bool]) -> None:
    """Wait for servers that have their own pace."""
    end = time.monotonic() + servers.PATIENCE
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def everywhere(mailed: Mailed, ours: Path, caplog: pytest.LogCaptureFixture) -> Iterator[tuple[str, bytes]]:
    """Everything that is stored, queued or logged."""
    for path in ours.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    yield "log", "\n".join(record.getMessage() for record in caplog.records).encode()
    for record in mailed.home.desk.outside.records.everything(limit=10_000):
        yield record.id, record.body
    for arrival in mailed.home.desk.outside.arrivals.waiting(999):
        yield arrival.id, arrival.body


def nothing_in_clear(mailed: Mailed, ours: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, content in everywhere(mailed, ours, caplog):
        for secret in SECRETS:
            assert secret.encode() not in content, name


def test_an_encrypted_report_its_answer_and_what_came_back_are_one_thread_and_in_clear_nowhere(  # noqa: PLR0915 - one story
    mailed: Mailed, finder: Gpg, ours: Path, caplog: pytest.LogCaptureFixture
) -> None:
    servers.needs("postfix", "dovecot")
    caplog.set_level(logging.DEBUG)
    home = mailed.home
    home.desk = replace(home.desk, mail=replace(home.desk.mail, keys=mailed.teams))
    own_key.create(home.desk, PROJECT)
    published = home.desk.press.tree.file(wkd.own_paths(BOX)[0])
    finder("--import", given=published.body)
    team = mailed.teams.certificate(PROJECT).fingerprint

    lmtp, boxes = servers.free_port(), servers.free_port()
    door = Door(home.front, ())
    with servers.postfix(ours / "postfix", "warehousepg.org", lmtp, {"example.net": boxes}) as smtp:
        # The report waits in Postfix's queue, because nobody listens yet: it is searched there.
        with smtplib.SMTP("127.0.0.1", smtp) as out:
            out.sendmail(FINDER, [BOX], pgp_mime(finder, REPORT, BOX, team, Message_ID="<first@example.net>"))
        until(lambda: deferred(ours))
        nothing_in_clear(mailed, ours, caplog)
        server = listen(f"127.0.0.1:{lmtp}", Handler(door.whose, door.keep, "lmtp"), "security.example.org")
        try:
            servers.flush(ours / "postfix")
            until(lambda: bool(home.desk.outside.arrivals.waiting(9)))
            nothing_in_clear(mailed, ours, caplog)
            mailed.work()
            (ref,) = [head.case for head in home.desk.journal.cases()]
            for member in (home.dana, home.li):
                seen = query.view(home.desk, ref, member)
                assert "xyzzy-one" in str(seen), "each member of the case reads it"

            # The key that came with the mail is verified by a person, and the answer is encrypted to it.
            (offered,) = keyring.ring(home.desk, PROJECT, ref)
            assert offered.fingerprint == finder.fingerprint
            keyring.verify(home.desk, PROJECT, ref, "", finder.fingerprint, home.dana)
            home.desk = replace(home.desk, post=replace(home.desk.post, sends=sender(smtp)))
            act(home, ref, cmd.Say(audience=Audience.REPORTER, text=ANSWER))
            mailed.work()
            until(lambda: deferred(ours))
            nothing_in_clear(mailed, ours, caplog)

            with servers.dovecot(ours / "dovecot", FINDER, "secret", boxes) as (imap, _):
                servers.until_it_listens(boxes)
                servers.flush(ours / "postfix")
                answer = fetched(imap, "An answer")
                nothing_in_clear(mailed, ours, caplog)
            message = read(answer)
            text, said = finder.decrypt(armour(answer))
            assert ANSWER in text.decode()
            assert f"VALIDSIG {team}" in said or team in said
            assert message["In-Reply-To"] == "<first@example.net>"
            assert message["Subject"] == f"[{ref}] An answer to you"

            # What the reporter answers, to the address that the answer gave, is heard in the same case.
            back = message["Reply-To"].addresses[0].addr_spec
            reply = pgp_mime(finder, BACK, back, team, Message_ID="<second@example.net>",
                             In_Reply_To=message["Message-ID"])  # fmt: skip
            with smtplib.SMTP("127.0.0.1", smtp) as out:
                out.sendmail(FINDER, [back], reply)
            until(lambda: bool(home.desk.outside.arrivals.waiting(9)))
            nothing_in_clear(mailed, ours, caplog)
            mailed.work()
            assert [head.case for head in home.desk.journal.cases()] == [ref]
            assert "xyzzy-three" in str(query.view(home.desk, ref, home.li))
            nothing_in_clear(mailed, ours, caplog)
        finally:
            server.stop()


def deferred(ours: Path) -> bool:
    """Whether a mail waits for another try."""
    return any("deferred" in path.parts for path in servers.queued(ours / "postfix"))


def sender(port: int) -> SmtpSender:
    return SmtpSender(Place(host="127.0.0.1", port=port, implicit=False), "security.example.org")


def fetched(port: int, subject: str) -> bytes:
    """The mail with these words in its subject, once it is in the mailbox."""
    found: list[bytes] = []

    def look() -> bool:
        with imaplib.IMAP4("127.0.0.1", port) as box:
            box.login(FINDER, "secret")
            box.select("INBOX")
            _, (numbers,) = box.search(None, "SUBJECT", f'"{subject}"')
            found.extend(box.fetch(each, "(RFC822)")[1][0][1] for each in numbers.split())
        return bool(found)

    until(look)
    return found[0]


def armour(wire: bytes) -> bytes:
    """The OpenPGP message in a mail."""
    body = list(read(wire).iter_parts())[1].get_payload(decode=True)
    assert isinstance(body, bytes)
    return body
