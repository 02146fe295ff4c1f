# SPDX-License-Identifier: Apache-2.0
"""Files on their way in: every chunk is sealed as it arrives, counted, and never whole in memory or plain on a disk.

Reading stops at the first byte over a limit, and a request that announces more than all limits together is not read at
all. What was not finished is taken back. `multipart` parses the form (RFC 7578), several times as fast as Django does;
where sealed bytes lie is the store's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict, UnreadablePostError
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from tocsin.core.intake import MAX_FILE_BYTES, MAX_FILES, MAX_REPORT_BYTES, MAX_TEXT_BYTES, Attachment, FieldError
from tocsin.services.ports.blobs import BlobStore, BlobWriter
from tocsin.services.ports.store import Unavailable

MAX_TYPED: Final = 4 * MAX_TEXT_BYTES
"""All that is no file: the text once as typed or packed, and the form around it."""

MAX_BODY: Final = MAX_REPORT_BYTES + MAX_TYPED
"""A whole request."""

MAX_FIELDS: Final = 500
MAX_MEDIA_TYPE: Final = 100
CHUNK: Final = 64 * 1024
MIB: Final = 1024 * 1024
TOO_MUCH: Final = "That is more than we take at once."
TORN: Final = "The form did not arrive in one piece."

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


class Over(Exception):
    """A file went over a limit: reading stops, and what came before it is kept."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.refused = FieldError(field="files", message=because)


@dataclass
class Incoming:
    """One file on its way: what its sender calls it, and where its sealed bytes go."""

    name: str
    media_type: str
    writer: BlobWriter
    size: int = 0


class Arriving:
    """What came of a form so far. Parts come one after another: `begin`, any number of `take`, `end`."""

    def __init__(self, blobs: BlobStore) -> None:
        self.post = QueryDict(mutable=True)
        self.files: list[Attachment] = []
        self._blobs = blobs
        self._field: tuple[str, bytearray] | None = None
        self._file: Incoming | None = None
        self._typed = self._sent = 0

    def begin(self, part: MultipartSegment) -> None:
        """Begin a field or a blob; raises Over at one file too many. A file without a name is one nobody chose."""
        if part.filename is None:
            self._field = (part.name, bytearray())
        elif part.filename:
            if len(self.files) == MAX_FILES:
                raise Over(f"At most {MAX_FILES} files; put the rest in one archive.")
            media_type = (part.content_type or "")[:MAX_MEDIA_TYPE]
            self._file = Incoming(_base_name(part.filename), media_type, _stored(self._blobs.create))

    def take(self, chunk: bytes) -> None:
        """Keep what was typed, seal what was sent, or stop before the chunk that goes over a limit."""
        if self._field:
            self._typed += len(chunk)
            if self._typed > MAX_TYPED:
                raise Unreadable(TOO_MUCH, 413)
            self._field[1].extend(chunk)
        elif self._file:
            self._seal(self._file, chunk)

    def _seal(self, file: Incoming, chunk: bytes) -> None:
        file.size += len(chunk)
        self._sent += len(chunk)
        if file.size > MAX_FILE_BYTES:
            raise Over(f"“{file.name}” is over {MAX_FILE_BYTES // MIB} MiB. Send it in parts, or only a part.")
        if self._sent > MAX_REPORT_BYTES:
            raise Over(f"The files are over {MAX_REPORT_BYTES // MIB} MiB together. Send the rest later.")
        _stored(lambda: file.writer.write(chunk))

    def end(self) -> None:
        """Note the field, or make the blob durable and note it."""
        if self._field:
            name, typed = self._field
            self.post.appendlist(name, typed.decode("utf-8", "replace"))
        elif self._file:
            blob = _stored(self._file.writer.finish)
            self.files.append(
                Attachment(
                    blob=blob.id,
                    key=blob.key,
                    name=self._file.name,
                    size=blob.size,
                    sha256=blob.sha256,
                    media_type=self._file.media_type,
                )
            )
        self._field = self._file = None

    def abort(self) -> None:
        """Take back the file that was not finished."""
        if self._file:
            self._file.writer.abort()
            self._file = None

    def discard(self) -> None:
        """Take back everything: nobody was told of these files."""
        self.abort()
        while self.files:
            self._blobs.delete(self.files.pop().blob)


def read(request: HttpRequest, blobs: BlobStore) -> Body:
    """Read a form with its files. Raises Unreadable for one that cannot be taken, and `Unavailable` when the store is
    full or failing; then none of its files is kept. A file over a limit is no such case: what came before it is there.
    """
    length = _announced(request)
    if length > MAX_BODY:
        raise Unreadable(TOO_MUCH, 413)
    arriving = Arriving(blobs)
    refused = None
    try:
        if request.content_type == "multipart/form-data":
            refused = _parts(request, length, arriving)
            # For whoever looks there, as the guard against forged forms does.
            request.POST = arriving.post  # type: ignore[assignment]
        return Body(post=request.POST, files=tuple(arriving.files), refused=refused)
    except (RequestDataTooBig, TooManyFieldsSent, ParserLimitReached) as much:
        arriving.discard()
        raise Unreadable(TOO_MUCH, 413) from much
    except (MultipartError, UnreadablePostError) as torn:
        arriving.discard()
        raise Unreadable(TORN, 400) from torn
    except BaseException:
        arriving.discard()
        raise


def _parts(request: HttpRequest, length: int, arriving: Arriving) -> FieldError | None:
    boundary = (request.content_params or {}).get("boundary", "")
    parser = PushMultipartParser(boundary, content_length=length, max_segment_count=MAX_FIELDS + MAX_FILES + 1)
    try:
        for event in parser.parse_blocking(request.read, CHUNK):
            if event is None:
                arriving.end()
            elif isinstance(event, MultipartSegment):
                arriving.begin(event)
            else:
                arriving.take(event)
    except Over as over:
        arriving.abort()
        return over.refused
    return None


def _stored(act: Callable[[], Done]) -> Done:
    try:
        return act()
    except OSError as full:
        raise Unavailable(f"a file could not be stored: {full.strerror}") from full


def _base_name(name: str) -> str:
    """The last part of a path of any system, without what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable()) or "file"


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Unreadable(TORN, 400) from None
