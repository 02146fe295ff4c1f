# SPDX-License-Identifier: Apache-2.0
"""A bill of materials that somebody sends: taken into memory up to a limit, looked at, and forgotten.

It comes as a file of a form, or as the whole body of a program's request. What is announced as larger is refused before
it is read. Nothing is written anywhere. It is read by a decoder with types, which knows a few fields and bounds depth
(`core.affected.sbom`), in a child process with little memory and time (`Front.bills`).
"""

from __future__ import annotations

from typing import Final

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a request that are taken."""

FIELD: Final = "sbom"
_JSON: Final = ("application/json", "application/vnd.cyclonedx+json", "application/spdx+json")


class TooLarge(Exception):
    """More than is taken; nothing of it was looked at."""


class Torn(Exception):
    """The request broke off, or is no form."""


class _Sent(FileUploadHandler):
    """Keeps the one file that is asked for in memory, and refuses to grow."""

    body = b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a part of it."""
        if self.field_name == FIELD:
            self.body += raw_data
        if len(self.body) > LARGEST:
            raise StopUpload(connection_reset=True)
        return None

    def file_complete(self, file_size: int) -> None:
        """Keep nothing anywhere else."""


def taken(request: HttpRequest) -> tuple[QueryDict, bytes]:
    """What a post holds: its fields and the file, which is empty where none was chosen. Raises TooLarge and Torn."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge
    try:
        if request.content_type in _JSON:
            return QueryDict(), request.read()
        sent = _Sent(request)
        request.upload_handlers = [sent]
        fields = request.POST
    except (MultiPartParserError, UnreadablePostError) as wrong:
        raise Torn from wrong
    return fields, sent.body
