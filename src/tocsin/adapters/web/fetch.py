# SPDX-License-Identifier: Apache-2.0
"""One GET request: no redirects (who asked for one address gets that one or nothing), little patience, little memory.

Source: httpx2 (`Client.stream`, timeouts); RFC 9110.
"""

from __future__ import annotations

from typing import Final

import httpx2

PATIENCE: Final = 20.0
"""Seconds for each step of a request."""

LARGEST: Final = 1 << 20


def fetch(url: str) -> bytes:
    """Read a document; see `services.ports.fetch`."""
    try:
        with (
            httpx2.Client(timeout=PATIENCE, follow_redirects=False) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx2.codes.OK:
                raise OSError(f"{url} answers {answer.status_code}")
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise OSError(f"{url} is larger than {LARGEST} bytes")
            return bytes(body)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise OSError(f"{url} cannot be read: {type(error).__name__}") from error
