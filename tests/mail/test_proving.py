# SPDX-License-Identifier: Apache-2.0
"""What is proven about a sender where no trusted server has judged: DKIM, with keys from a name server that is ours."""

from __future__ import annotations

from base64 import b64encode

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.mail import post
from tocsin.adapters.channels.mail.proving import ask_the_domain
from tocsin.testing.mail import parsed


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(key: rsa.RSAPrivateKey, raw: bytes, domain: str) -> bytes:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    header: bytes = dkim.sign(raw, b"s1", domain.encode(), pem, include_headers=[b"from", b"subject"])
    return header + raw


def txt(key: rsa.RSAPrivateKey):
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)
    return lambda name, timeout=5: record


@pytest.mark.parametrize(
    ("domain", "proven"), [("example.net", True), ("evil.example", False), ("net", False), ("mail.example.net", False)]
)
def test_a_signature_of_the_senders_own_domain_proves_it_and_anybody_elses_does_not(key, domain, proven):
    raw = signed(key, post.mail(), domain)
    proof = ask_the_domain(raw, parsed(raw), txt(key))
    assert (proof.dkim, proof.proven) == ("pass", proven)


def test_a_changed_mail_a_silent_name_server_and_none_at_all_prove_nothing(key):
    raw = signed(key, post.mail(), "example.net")
    changed = raw.replace(b"Crash in", b"Cash in")
    assert not ask_the_domain(changed, parsed(changed), txt(key)).proven

    def silent(name, timeout=5):
        raise TimeoutError

    assert not ask_the_domain(raw, parsed(raw), silent).proven
    assert ask_the_domain(post.mail(), parsed(post.mail()), txt(key)).dkim == "none"
    two = signed(key, post.mail(headers=("From: b@example.net",)), "example.net")
    assert not ask_the_domain(two, parsed(two), txt(key)).proven
