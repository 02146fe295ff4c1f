# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves this machine goes over TLS with a checked certificate, from the first byte or begun (STARTTLS)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.mail.servers import free_port
from tocsin.adapters.notifiers.smtp import Refusal, SmtpSender
from tocsin.core.mail_out.server import Place
from tocsin.services.ports.mail_out import Fate, Outgoing

MAIL = Outgoing(sender="security@example.org", to="finder@example.net", body=b"Subject: x\r\n\r\nwords\r\n")
WAYS = ("implicit", "starttls")


@dataclass
class Taken:
    """What a server took, and whether the line was encrypted then."""

    mails: list[tuple[bytes, bool]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.mails.append((envelope.content, session.ssl is not None or server.transport.get_extra_info("cipher")))
        return "250 taken"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine stands for another one: in clear nothing may leave to it."""
    monkeypatch.setattr("tocsin.core.mail_out.server._HERE", frozenset())


def certificate(directory: Path, name: str) -> Path:
    """A certificate for a host's name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = directory / f"{name}.pem"
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


@contextmanager
def server(way: str, pem: Path) -> Iterator[tuple[int, Taken]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    taken, port = Taken(), free_port()
    # How the library looks whether it is up is by speaking to it in clear, which is what is refused here.
    given = {"ssl_context": context} if way == "implicit" else {"tls_context": context, "require_starttls": True}
    controller = Controller(taken, "127.0.0.1", port, **given)  # type: ignore[arg-type]
    controller.start()
    try:
        yield port, taken
    finally:
        controller.stop()


def sender(way: str, port: int, trusted: Path | None) -> SmtpSender:
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    where = Place(host="localhost", port=port, implicit=way == "implicit")
    return SmtpSender(where, "tocsin.example.org", context, seconds=20.0)


@pytest.mark.parametrize("way", WAYS)
def test_a_server_whose_certificate_holds_gets_the_mail_encrypted(way: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost")
    with server(way, pem) as (port, taken), sender(way, port, pem).session() as session:
        assert session.send(MAIL).fate is Fate.SENT
        ((body, encrypted),) = taken.mails
        assert body == MAIL.body
        assert encrypted


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["localhost", "mail.example.org"], ids=["nobody vouches", "another host's"])
def test_a_server_that_nobody_vouches_for_or_is_another_gets_nothing(way: str, name: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path, name)
    trusted = None if name == "localhost" else pem
    with server(way, pem) as (port, taken):
        with pytest.raises(Refusal, match="TLS failed"), sender(way, port, trusted).session():
            pass
        assert taken.mails == []


def test_who_offers_tls_and_then_speaks_in_clear_gets_nothing(tmp_path: Path) -> None:
    """A way of taking TLS away on the way: the server's answer to STARTTLS is replaced."""
    from tests.mail_out.scripted import scripted

    with scripted() as liar:
        liar.extensions = ("STARTTLS",)
        with pytest.raises(Refusal), sender("starttls", liar.port, None).session():
            pass
        assert liar.taken == []
