# SPDX-License-Identifier: Apache-2.0
"""Check an exported Tocsin log, or the proof of single entries of one. One file, standard library only.

    python3 verify_log.py FILE [--key KEY]... [--seen CHECKPOINT]...

Copy this file anywhere; it needs nothing of Tocsin and reads no network. KEY pins a key that you have from elsewhere
(`name+id+key`, one word); without one the file's own keys are believed, and a forger could have brought those along.
CHECKPOINT is one that you kept from before: what it covered must still be the beginning of this log.

Exit 0: everything holds. Exit 1: something does not, and the first bad entry is named. Exit 2: nothing was checked.

Formats: Merkle tree of RFC 6962; signed notes, checkpoints and cosignatures of C2SP; Ed25519 of RFC 8032. The lines of
a file are described in Tocsin's `core/log/bundle.py` and in `docs/reference/log.md`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import reduce
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NamedTuple

GOOD, BAD, UNREADABLE = 0, 1, 2


class Broken(Exception):
    """Something does not hold; the text says what, and where."""


# ------------------------------------------------------------------------------- Ed25519 signatures, as in RFC 8032

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960

Point = tuple[int, int, int, int]
BASE: Point = (X, Y, 1, X * Y % P)


def point_add(one: Point, two: Point) -> Point:
    """Add two points."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(scalar: int, point: Point) -> Point:
    """Multiply a point, the most significant bit first."""
    result = (0, 1, 1, 0)
    for bit in f"{scalar:b}":
        result = point_add(result, result) if bit == "0" else point_add(point_add(result, result), point)
    return result


def point_read(data: bytes) -> Point | None:
    """Read an encoded point; None if this encodes none, or is a second spelling of one."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def same_point(one: Point, two: Point) -> bool:
    """Compare two points, whatever their scale."""
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` is that of `public` over `message`."""
    key, start = point_read(public), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or start is None or len(public) != 32 or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    return same_point(point_times(s, BASE), point_add(start, point_times(k, key)))


# ------------------------------------------------------------------------- keys, notes, checkpoints, as C2SP has them


class Key(NamedTuple):
    """A public key. Kind 1 is a log's own, kind 4 a witness's."""

    name: str
    id: bytes
    kind: int
    public: bytes


class Checkpoint(NamedTuple):
    """How large a log was, and its root hash then."""

    origin: str
    size: int
    root: bytes


def unbase64(text: Any, length: int | None = None) -> bytes:
    """Decode base64 that is written in the one canonical way."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (ValueError, AttributeError):
        raise Broken("not base64") from None
    if b64encode(data).decode() != text or length not in (None, len(data)):
        raise Broken("base64 of the wrong length or form")
    return data


def read_key(text: Any) -> Key:
    """Read a key from its one word, `name+id+key`."""
    parts = text.split("+", 2) if isinstance(text, str) else ()
    if len(parts) != 3:
        raise Broken("malformed key")
    name, stated, data = parts[0], parts[1], unbase64(parts[2], 33)
    key = Key(name, sha256(name.encode() + b"\n" + data).digest()[:4], data[0], data[1:])
    if key.id.hex() != stated or key.kind not in (1, 4):
        raise Broken(f"the key of {name} contradicts its id")
    return key


def read_checkpoint(published: Any, keys: Sequence[Key]) -> Checkpoint:
    """Check every signature of a published checkpoint and return it. A signature nobody can check is a bad one."""
    text, gap, lines = str(published).rpartition("\n\n")
    text += "\n"
    match = re.fullmatch(r"([^\s+]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/=]+)\n", text)
    if not gap or match is None or not lines.endswith("\n"):
        raise Broken("malformed checkpoint")
    kinds = {check_signature(text, line, keys) for line in lines[:-1].split("\n")}
    if 1 not in kinds:
        raise Broken("the log itself did not sign this checkpoint")
    return Checkpoint(match[1], int(match[2]), unbase64(match[3], 32))


def check_signature(text: str, line: str, keys: Sequence[Key]) -> int:
    """Check one signature line over `text` and return the kind of its key."""
    match = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
    if match is None:
        raise Broken("malformed signature line")
    data = unbase64(match[2])
    key = next((each for each in keys if (each.name, each.id) == (match[1], data[:4])), None)
    message, signature = text.encode(), data[4:]
    if key is not None and key.kind == 4:
        message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + message
        signature = signature[8:]
    if key is None or not signature_holds(key.public, message, signature):
        raise Broken(f"the signature of {match[1]} does not hold")
    return key.kind


# --------------------------------------------------------------------------------- the Merkle tree, as in RFC 6962


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def append(peaks: list[bytes], size: int, data: bytes) -> None:
    """Add a leaf to the complete subtrees, largest first, of a tree of `size` leaves."""
    new = leaf_hash(data)
    while size % 2:
        new, size = node_hash(peaks.pop(), new), size // 2
    peaks.append(new)


def root_of(peaks: Sequence[bytes]) -> bytes:
    """Root hash of the whole tree."""
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks)) if peaks else sha256().digest()


def root_by_proof(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Root hash that a proof of inclusion leads to; None for a proof of the wrong length."""
    node, last, result = index, size - 1, leaf
    for each in proof:
        if not last:
            return None
        if node % 2 or node == last:
            result = node_hash(each, result)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            result = node_hash(result, each)
        node, last = node // 2, last // 2
    return None if last else result


# ------------------------------------------------------------------------------------------------------------ files


def parse_line(raw: bytes) -> tuple[str, dict[str, Any]]:
    """Read one line as text and as the object it holds: JSON without spaces, in its only spelling."""
    try:
        line = raw.decode()
        content = json.loads(line)
        again = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        raise Broken("not JSON in UTF-8") from None
    if not isinstance(content, dict) or again != line:
        raise Broken("not written in the one way that is allowed")
    return line, content


def need(content: dict[str, Any], *shapes: str) -> None:
    """Check that an object has exactly the keys of one of `shapes`, in order."""
    if not any(list(content) == shape.split() for shape in shapes):
        raise Broken("unexpected fields")


def commitment_of(content: dict[str, Any]) -> bytes:
    """Recompute the commitment of a shown entry from its salt and text."""
    try:
        said = content["text"].encode()
    except (AttributeError, UnicodeEncodeError):
        raise Broken("the text is no text") from None
    return sha256(b"tocsin leaf 1\n" + unbase64(content["salt"], 32) + said).digest()


class Log:
    """A whole log, fed line by line: order, commitments, chain, shown texts, checkpoints."""

    def __init__(self, line: str, header: dict[str, Any], keys: Sequence[Key], seen: Sequence[Checkpoint]) -> None:
        self.origin, self.keys, self.seen = header["origin"], keys, seen
        self.chain = sha256(line.encode()).digest()
        self.peaks: list[bytes] = []
        self.size = self.suspect = self.shown = self.vouched = 0
        self.closed = False
        self.compare()

    def feed(self, content: dict[str, Any]) -> None:
        """Check one line after the header."""
        if "checkpoint" in content:
            self.take_checkpoint(content)
        else:
            self.take_entry(content)

    def take_entry(self, content: dict[str, Any]) -> None:
        """Check an entry: its place, its chain value, and what is shown of it."""
        need(content, "index commitment chain", "index commitment chain salt text")
        if content["index"] != self.size or isinstance(content["index"], (bool, float)):
            raise Broken(f"expected entry {self.size} here")
        commitment = unbase64(content["commitment"], 32)
        self.chain = sha256(self.chain + commitment).digest()
        if unbase64(content["chain"], 32) != self.chain:
            raise Broken("the chain does not follow: something was changed here or just before")
        if "text" in content:
            if commitment_of(content) != commitment:
                raise Broken("salt and text are not what was logged")
            self.shown += 1
        append(self.peaks, self.size, commitment)
        self.size, self.suspect, self.closed = self.size + 1, self.size + 1, False
        self.compare()

    def take_checkpoint(self, content: dict[str, Any]) -> None:
        """Check a checkpoint against everything before it."""
        need(content, "checkpoint")
        self.suspect = self.vouched
        found = read_checkpoint(content["checkpoint"], self.keys)
        self.suspect = self.size if found.size > self.size else self.vouched
        if self.closed or found != (self.origin, self.size, root_of(self.peaks)):
            raise Broken("the checkpoint does not cover what stands before it")
        self.chain = sha256(self.chain + sha256(content["checkpoint"].encode()).digest()).digest()
        self.vouched, self.suspect, self.closed = self.size, self.size, True

    def compare(self) -> None:
        """Compare what stands so far with the checkpoints kept from before."""
        for kept in self.seen:
            if kept.size == self.size and kept != (self.origin, self.size, root_of(self.peaks)):
                raise Broken("a checkpoint kept from before does not belong to this log: its past was changed")

    def end(self) -> str:
        """Check that a checkpoint closes the file and nothing is missing, and say what holds."""
        if not self.closed:
            self.suspect = self.vouched
            raise Broken("no checkpoint covers the end")
        if any(kept.size > self.size for kept in self.seen):
            raise Broken("a checkpoint kept from before covers more entries: some are missing at the end")
        return f"{self.size} entries, {self.shown} shown, all under the checkpoint of {self.origin}"


class Proofs:
    """Single entries of a log, each with its proof, under one checkpoint."""

    def __init__(self, header: dict[str, Any], keys: Sequence[Key], seen: Sequence[Checkpoint]) -> None:
        self.checkpoint = read_checkpoint(header["checkpoint"], keys)
        self.suspect, self.proven, self.vouched = 0, 0, 0
        if self.checkpoint.origin != header["origin"] or seen:
            raise Broken("a checkpoint of another log" if not seen else "single proofs cannot be compared with --seen")

    def feed(self, content: dict[str, Any]) -> None:
        """Check one proven entry."""
        need(content, "index salt text proof")
        index, proof = content["index"], content["proof"]
        if type(index) is not int or not self.suspect <= index < self.checkpoint.size or not isinstance(proof, list):
            raise Broken("out of order, or beyond the checkpoint")
        path = [unbase64(each, 32) for each in proof]
        leaf = leaf_hash(commitment_of(content))
        if root_by_proof(leaf, index, self.checkpoint.size, path) != self.checkpoint.root:
            raise Broken(f"entry {index} is not in the log that the checkpoint covers")
        self.suspect, self.proven = index + 1, self.proven + 1

    def end(self) -> str:
        """Say what holds."""
        return (
            f"{self.proven} of {self.checkpoint.size} entries proven under the checkpoint of {self.checkpoint.origin}"
        )


def open_file(line: str, header: dict[str, Any], pinned: Sequence[str], seen: Sequence[str]) -> Log | Proofs:
    """Read the header. Keys that were pinned must be the file's own keys."""
    need(header, "format origin keys", "format origin keys checkpoint")
    keys = [read_key(each) for each in header["keys"]] if isinstance(header["keys"], list) else []
    if not keys or keys[0].name != header["origin"] or keys[0].kind != 1:
        raise Broken("the first key is not the log's own")
    believed = [read_key(each) for each in pinned]
    strangers = [each.name for each in keys if each not in believed]
    if believed and strangers:
        raise Broken(f"not the key that you pinned: {', '.join(strangers)}")
    kept = [read_checkpoint(each, keys) for each in seen]
    if (header["format"], len(header)) == ("tocsin-log/1", 3):
        return Log(line, header, keys, kept)
    if (header["format"], len(header)) == ("tocsin-proof/1", 4):
        return Proofs(header, keys, kept)
    raise Broken("neither a Tocsin log nor proofs from one")


def verify(data: bytes, pinned: Sequence[str] = (), seen: Sequence[str] = ()) -> str:
    """Check a file given as bytes. Says what holds, or raises Broken with the first line and entry that do not."""
    at, log, lines = 1, None, data.split(b"\n")
    try:
        for number, raw in enumerate(lines[:-1], 1):
            at = number
            line, content = parse_line(raw)
            if log is None:
                log = open_file(line, content, pinned, seen)
            else:
                log.feed(content)
        if lines[-1] or log is None:
            raise Broken("cut off after this line")
        return log.end()
    except Broken as broken:
        if log is None:
            raise Broken(f"line {at}: {broken}") from None
        known = f"first bad entry {log.suspect}; a signature vouches for the first {log.vouched}"
        raise Broken(f"line {at}: {broken} ({known})") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file")
    parser.add_argument("--key", action="append", default=[], help="a key you have from elsewhere: name+id+key")
    parser.add_argument("--seen", action="append", default=[], help="a file with a checkpoint you kept from before")
    given = parser.parse_args(arguments)
    try:
        data = Path(given.file).read_bytes()
        seen = [Path(name).read_bytes().decode() for name in given.seen]
    except (OSError, UnicodeDecodeError) as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return UNREADABLE
    try:
        print(f"ok: {verify(data, given.key, seen)}")
    except Broken as broken:
        print(f"BAD: {broken}")
        return BAD
    if not given.key:
        print(
            "The keys are the file's own: compare them with what the project publishes, or give --key.", file=sys.stderr
        )
    return GOOD


if __name__ == "__main__":
    sys.exit(main())
