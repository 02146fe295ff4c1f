# SPDX-License-Identifier: Apache-2.0
"""Files on their way in: every chunk is sealed as it arrives, counted, and never whole in memory or plain on a disk.

Reading stops at the first byte over a limit, and a request that announces more than all limits together is not read at
all. What was not finished is taken back. Django parses the form (RFC 7578); where sealed bytes lie is the store's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from tocsin.core.intake import MAX_FILE_BYTES, MAX_FILES, MAX_REPORT_BYTES, MAX_TEXT_BYTES, Attachment, FieldError
from tocsin.services.ports.blobs import BlobStore, BlobWriter
from tocsin.services.ports.store import Unavailable

MAX_BODY: Final = MAX_REPORT_BYTES + 4 * MAX_TEXT_BYTES
"""A whole request: all files, the text once as typed or packed, and the form around it."""

MAX_MEDIA_TYPE: Final = 100
MIB: Final = 1024 * 1024

Done = TypeVar("Done")


class Unreadable(Exception):
    """A form that cannot be taken; `because` says so in words, `status` is the answer's."""

    def __init__(self, because: str, status: int) -> None:
        super().__init__(because)
        self.because = because
        self.status = status


@dataclass(frozen=True)
class Body:
    """A form that was read: its fields, its files, sealed and durable, and what was refused of it, if anything."""

    post: QueryDict
    files: tuple[Attachment, ...]
    refused: FieldError | None = None


class SealingHandler(FileUploadHandler):
    """Django's upload handler that seals into the blob store."""

    def __init__(self, blobs: BlobStore) -> None:
        super().__init__()
        self.files: list[Attachment] = []
        self.refused: FieldError | None = None
        self._blobs = blobs
        self._writer: BlobWriter | None = None
        self._total = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Begin a blob, or stop at one file too many."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        if len(self.files) == MAX_FILES:
            self._refuse(f"At most {MAX_FILES} files; put the rest in one archive.")
        self._writer = self._stored(self._blobs.create)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal one chunk, or stop before the one that goes over a limit."""
        self._total += len(raw_data)
        if start + len(raw_data) > MAX_FILE_BYTES:
            self._refuse(f"“{self.file_name}” is over {MAX_FILE_BYTES // MIB} MiB. Send it in parts, or only a part.")
        if self._total > MAX_REPORT_BYTES:
            self._refuse(f"The files are over {MAX_REPORT_BYTES // MIB} MiB together. Send the rest later.")
        writer = self._writer
        if writer is not None:
            self._stored(lambda: writer.write(raw_data))

    def file_complete(self, file_size: int) -> None:
        """Make the blob durable and note it. Nothing is returned: there is no plain file for anybody to hold."""
        writer, self._writer = self._writer, None
        if writer is not None:
            blob = self._stored(writer.finish)
            self.files.append(
                Attachment(
                    blob=blob.id,
                    key=blob.key,
                    name=self.file_name or "file",
                    size=blob.size,
                    sha256=blob.sha256,
                    media_type=(self.content_type or "")[:MAX_MEDIA_TYPE],
                )
            )

    def abort(self) -> None:
        """Take back the file that was not finished."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abort()

    def discard(self) -> None:
        """Take back everything: nobody was told of these files."""
        self.abort()
        while self.files:
            self._blobs.delete(self.files.pop().blob)

    def _refuse(self, because: str) -> None:
        self.refused = FieldError(field="files", message=because)
        raise StopUpload(connection_reset=True)

    def _stored(self, act: Callable[[], Done]) -> Done:
        try:
            return act()
        except OSError as full:
            raise Unavailable(f"a file could not be stored: {full.strerror}") from full


def read(request: HttpRequest, blobs: BlobStore) -> Body:
    """Read a form with its files. Raises Unreadable for one that cannot be taken, and `Unavailable` when the store is
    full or failing; then none of its files is kept. A file over a limit is no such case: what came before it is there.
    """
    if _announced(request) > MAX_BODY:
        raise Unreadable("That is more than we take at once.", 413)
    handler = SealingHandler(blobs)
    request.upload_handlers = [handler]
    try:
        post = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as much:
        handler.discard()
        raise Unreadable("That is more than we take at once.", 413) from much
    except (MultiPartParserError, UnreadablePostError) as torn:
        handler.discard()
        raise Unreadable("The form did not arrive in one piece.", 400) from torn
    except BaseException:
        handler.discard()
        raise
    handler.abort()
    return Body(post=post, files=tuple(handler.files), refused=handler.refused)


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Unreadable("The form did not arrive in one piece.", 400) from None
