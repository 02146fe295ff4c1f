# SPDX-License-Identifier: Apache-2.0
"""What is sent: JSON bodies read into their shape, files sealed while they arrive, days in an address."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, TypeVar

import msgspec
from django.http import HttpRequest

from tocsin.core.wire.problem import Mistake
from tocsin.delivery import uploads
from tocsin.delivery.api.problems import Unfit
from tocsin.services.ports.blobs import BlobStore

T = TypeVar("T")

_PLACE: Final = re.compile(r"^(.*?) - at `(.*)`$", re.DOTALL)


def read(request: HttpRequest, kind: type[T]) -> T:
    """Read a JSON body; raises Unfit with what is wrong where."""
    if request.content_type != "application/json":
        raise Unfit("unsupported-media-type", 415, "Send application/json.")
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unfit("malformed", 400, f"This is not JSON: {error}.") from None


def unfit(error: msgspec.ValidationError) -> Unfit:
    """Put what msgspec found in the form of a problem."""
    found = _PLACE.match(str(error))
    message, where = found.groups() if found else (str(error), "$")
    return Unfit("malformed", 400, "The body is not as described.", (Mistake(where=where, message=message),))


def day(where: str, said: str) -> date:
    """Read a day as RFC 3339 writes it; raises Unfit for anything else."""
    try:
        return msgspec.convert(said, date)
    except msgspec.ValidationError as error:
        raise Unfit("malformed", 400, "This is no day.", (Mistake(where=where, message=str(error)),)) from None


def files(request: HttpRequest, blobs: BlobStore) -> uploads.Body:
    """Read a form with files, sealed and durable; raises Unfit for one that cannot be taken."""
    if request.content_type != "multipart/form-data":
        raise Unfit("unsupported-media-type", 415, "Send multipart/form-data.")
    try:
        body = uploads.read(request, blobs)
    except uploads.Unreadable as wrong:
        raise Unfit("too-large" if wrong.status == 413 else "malformed", wrong.status, wrong.because) from wrong
    if body.refused:
        discard(body, blobs)
        raise Unfit("too-large", 413, body.refused.message)
    return body


def discard(body: uploads.Body, blobs: BlobStore) -> None:
    """Take back files that no case will speak of."""
    for each in body.files:
        blobs.delete(each.blob)
