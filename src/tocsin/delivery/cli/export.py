# SPDX-License-Identifier: Apache-2.0
"""`tocsin case export` and `tocsin case verify`: a case as one file, and what tells whether such a file is whole."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from tocsin.delivery.cli import verify_log
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_person, for_oneself, inert, no_device, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.verify_log import Broken

_SUMS: Final = "SHA256SUMS"
_NOTE: Final = "SHA256SUMS.note"
_LOG: Final = "log.jsonl"
_CHUNK: Final = 1 << 20
_LARGEST: Final = 64 << 20
"""Bytes of a sums file, a note or a log that are read at most; a case has none like that."""


@click.command()
@case_argument
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.  [default: CASE.tar]")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@as_person
@click.pass_context
def export(ctx: click.Context, given: str, person: str, out: Path | None, force: bool) -> None:
    """Write all that you may see of CASE into one file: report, words, journal, attachments, documents, and proofs.

    `tocsin case verify FILE` checks it, and so do `sha256sum` and `verify_log.py` where there is no Tocsin. The file is
    in clear: whoever has it has the case. That you exported it stands in the ledger of keys.
    """
    at, ref = sit(ctx, person, given)
    target = out or Path(f"{ref}.tar")
    no_device(target)
    if target.exists() and not force:
        stop(f"{target} is there already; --force writes over it", Exit.USAGE)
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    size = 0
    try:
        with open(unfinished, "xb", opener=for_oneself) as file:
            for chunk in at.export(ref):
                size += file.write(chunk)
        unfinished.replace(target)
    except OSError as error:
        stop(f"{target} cannot be written: {error.strerror or error}", Exit.FAILED)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{ref}: wrote {target}, {size:,} bytes; it is in clear, keep it as you keep the case")


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "keys", multiple=True, help="The log's key that you have from elsewhere: name+id+key.")
def verify(file: Path, keys: tuple[str, ...]) -> None:
    """Check FILE, written by `tocsin case export`: every sum, the installation's signature, and the proofs of its log.

    Without --key the file's own key is believed, and a forger could have brought that along: `tocsin log checkpoint`
    and the installation's /log say which it is. Ends with 1 and names what is wrong. Needs no installation.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            for line in _checked(archive, keys):
                click.echo(inert(line))
    except Broken as broken:
        stop(f"{file}: {inert(str(broken))}", Exit.FAILED)
    except (OSError, tarfile.TarError, UnicodeDecodeError) as error:
        stop(f"{file} cannot be read: {error}", Exit.USAGE)


def _checked(archive: tarfile.TarFile, keys: Sequence[str]) -> list[str]:
    """Check everything, and say what holds; raises Broken."""
    members = {each.name.partition("/")[2]: each for each in archive.getmembers()}
    folders = {each.name.partition("/")[0] for each in archive.getmembers()}
    if len(folders) != 1 or len(members) != len(archive.getmembers()) or not all(m.isreg() for m in members.values()):
        raise Broken("this is no export of a case: files of one folder are expected, each once")
    sums = _read(archive, members, _SUMS)
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in sums.decode().splitlines())}
    if missing := (set(members) ^ set(stated)) - {_SUMS, _NOTE}:
        raise Broken(f"{min(missing)} is not both in the file and in {_SUMS}")
    for name, wanted in stated.items():
        if _sum(archive, members[name]) != wanted:
            raise Broken(f"{name} was changed")
    said = [f"{next(iter(folders))}: {len(stated)} files, each as it was exported"]
    known = list(keys)
    if _LOG in members:
        lines = _read(archive, members, _LOG).splitlines()
        known = known or [str(verify_log.parse_line(lines[0])[1]["keys"][0])]
        said.append(_proven(lines, known))
    else:
        said.append("no line of its journal stood in the transparency log yet")
    said.append(_signed(_read(archive, members, _NOTE).decode(), sums, known) if _NOTE in members else "not signed")
    if not keys:
        said.append("checked with the key that the file brought along; --key names the one you trust")
    return said


def _proven(lines: Sequence[bytes], keys: Sequence[str]) -> str:
    _, header = verify_log.parse_line(lines[0])
    verify_log.need(header, "format origin keys checkpoint")
    proofs = verify_log.Proofs(header, [verify_log.read_key(each) for each in keys], ())
    for line in lines[1:]:
        proofs.feed(verify_log.parse_line(line)[1])
    return proofs.end()


def _signed(published: str, sums: bytes, keys: Sequence[str]) -> str:
    text, _, signature = published.rpartition("\n\n")
    if not keys:
        return "signed, by a key that nobody named"
    verify_log.check_signature(f"{text}\n", signature.rstrip("\n"), [verify_log.read_key(each) for each in keys])
    title, case, digest = text.split("\n")
    if title != "tocsin case export 1" or digest != hashlib.sha256(sums).hexdigest():
        raise Broken("the signature is over another export")
    return f"signed by the installation: {case}"


def _read(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], name: str) -> bytes:
    source = archive.extractfile(members[name]) if name in members else None
    if source is None or members[name].size > _LARGEST:
        raise Broken(f"{name} is missing")
    return source.read()


def _sum(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    source, found = archive.extractfile(member), hashlib.sha256()
    while source and (chunk := source.read(_CHUNK)):
        found.update(chunk)
    return found.hexdigest()
