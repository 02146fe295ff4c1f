# SPDX-License-Identifier: Apache-2.0
"""Finds out itself whether a domain stands behind a mail, where no trusted server has: its DKIM signatures (RFC 6376)
are checked with the keys that the domain's name servers hand out. Only where the operator lets name servers be asked.

Who handed the mail over is not known here, so SPF is not checked, and nothing is called forged: only proven or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from tocsin.core.mail.message import Message
from tocsin.core.mail.proof import Proof, aligns, domain

MOST: Final = 3
"""Signatures that are looked at; each costs a question to a name server."""

BY: Final = "checked here"
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a mail that is checked; of a larger one nothing is claimed."""

_log = logging.getLogger("tocsin.mail")

Txt = Callable[..., bytes | None]


def ask_the_domain(raw: bytes, message: Message, txt: Txt | None = None) -> Proof:
    """Check a mail's signatures; see `ports.mail.Checks`. `txt` answers questions for TXT records in tests."""
    import dkim
    from dkim.dnsplug import get_txt

    wanted = domain(message)
    if not wanted or len(raw) > LARGEST:
        return Proof()
    asked = txt or get_txt
    results: list[str] = []
    aligned = False
    for number in range(MOST):
        checked = dkim.DKIM(raw, timeout=5)
        if not any(name.lower() == b"dkim-signature" for name, _ in checked.headers[:1000]):
            break
        try:
            good = bool(checked.verify(idx=number, dnsfunc=asked))
        except IndexError:
            break
        except dkim.DKIMException:
            good = False
        except Exception as error:  # a name server that does not answer raises whatever its library raises
            _log.info("a signature of a mail could not be checked: %s", type(error).__name__)
            results.append("temperror")
            continue
        signer = (checked.domain or b"").decode("ascii", "replace")
        results.append("pass" if good else "fail")
        aligned = aligned or (good and aligns(signer, wanted))
    if not results:
        return Proof(dkim="none", by=BY)
    return Proof(dkim="pass" if "pass" in results else results[0], aligned=aligned, by=BY)
