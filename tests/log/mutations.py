# SPDX-License-Identifier: Apache-2.0
"""Ways to falsify an exported log: each takes a file and gives back another that must not pass."""

from __future__ import annotations

import json
import random
from base64 import b64decode, b64encode
from hashlib import sha256

from tocsin.core.log import tree


def one_bit(chance: random.Random, data: bytes) -> bytes:
    """Flip any bit anywhere."""
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def drop_line(chance: random.Random, data: bytes) -> bytes:
    """Take any line out."""
    lines = data.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def insert_line(chance: random.Random, data: bytes) -> bytes:
    """Say any line a second time, anywhere."""
    lines = data.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"".join(lines)


def swap_lines(chance: random.Random, data: bytes) -> bytes:
    """Exchange two lines that differ."""
    lines = data.splitlines(keepends=True)
    one, two = chance.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def truncate(chance: random.Random, data: bytes) -> bytes:
    """Cut the end off, anywhere but after a checkpoint: that would be an earlier log, and a true one."""
    ends, at = {0}, 0
    for line in data.splitlines(keepends=True):
        at += len(line)
        ends |= {at} if line.startswith(b'{"checkpoint"') else set()
    return data[: chance.choice([each for each in range(len(data)) if each not in ends])]


def rechain(chance: random.Random, data: bytes) -> bytes:
    """Change, drop or insert an entry and recompute everything that needs no key: places, chain, checkpoint roots."""
    header, *lines = data.decode().removesuffix("\n").split("\n")
    entries = [line for line in lines if not line.startswith('{"checkpoint"')]
    heads = [json.loads(line)["checkpoint"] for line in lines if line.startswith('{"checkpoint"')]
    victim = chance.randrange(len(entries))
    forged = {"commitment": b64encode(chance.randbytes(32)).decode()}
    change = chance.choice(("change", "drop", "insert"))
    contents = [json.loads(line) for line in entries]
    if change == "drop":
        del contents[victim]
    else:
        contents[victim : victim + (change == "change")] = [forged]
    return _rewritten(header, contents, heads)


def _rewritten(header: str, contents: list[dict], heads: list[str]) -> bytes:
    chain, frontier, written = sha256(header.encode()).digest(), tree.Frontier(), [header]
    sizes = [int(head.split("\n")[1]) for head in heads]
    sizes[-1] = len(contents)
    for number, content in enumerate(contents, 1):
        commitment = b64decode(content["commitment"])
        chain = sha256(chain + commitment).digest()
        frontier, _ = tree.append(frontier, commitment)
        shown = {key: content[key] for key in ("salt", "text") if key in content}
        fields = {"index": number - 1, "commitment": content["commitment"], "chain": b64encode(chain).decode(), **shown}
        written.append(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
        if number in sizes:
            lines = heads[sizes.index(number)].split("\n")
            lines[1:3] = [str(number), b64encode(tree.root(frontier)).decode()]
            head = "\n".join(lines)
            chain = sha256(chain + sha256(head.encode()).digest()).digest()
            written.append(json.dumps({"checkpoint": head}, ensure_ascii=False, separators=(",", ":")))
    return "".join(f"{line}\n" for line in written).encode()


MUTATIONS = (one_bit, drop_line, insert_line, swap_lines, truncate, rechain)
