# SPDX-License-Identifier: Apache-2.0
"""The stand-alone verifier finds every falsification, accuses no honest log, and names where to look."""

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.log.mutations import MUTATIONS, drop_line, one_bit, rechain, truncate
from tests.log.world import ORIGIN, World, small
from tocsin.core.log.bundle import Shown, whole
from tocsin.delivery.cli import verify_log
from tocsin.delivery.cli.verify_log import Broken, main, verify

NODE = shutil.which("node")
SECOND = Path(__file__).with_name("verify_log.mjs")


def found(data: bytes, **how: object) -> str:
    """What the verifier says: nothing if all holds."""
    try:
        verify(data, **how)
    except Broken as broken:
        return str(broken)
    return ""


def test_an_honest_log_passes_shown_or_not() -> None:
    world = small()
    assert verify(world.file()) == f"11 entries, 0 shown, all under the checkpoint of {ORIGIN}"
    assert verify(world.file(range(2, 7))).startswith("11 entries, 5 shown")
    assert verify(world.file(range(11)), [world.key.text, world.witness_key.text])


def test_an_empty_log_passes() -> None:
    world = World()
    world.sign()
    assert verify(world.file()).startswith("0 entries")


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_falsification_is_found(mutation: Callable[[random.Random, bytes], bytes], deep: bool) -> None:
    """The sample is 100 trials of each kind; the whole campaign 2,000 of each, 12,000 in all."""
    chance = random.Random(mutation.__name__)
    files = [small(seed, 5).file(range(1, 4)) for seed in range(4)]
    for _ in range(2_000 if deep else 100):
        honest = chance.choice(files)
        forged = mutation(chance, honest)
        if forged != honest:
            assert found(forged), (mutation.__name__, forged)


def test_no_honest_log_is_accused(deep: bool) -> None:
    """Clean ones of every size: 60 in the sample, 1,000 in the whole campaign."""
    for seed in range(1_000 if deep else 60):
        world = World(seed)
        for _ in range(1 + seed % 3):
            world.add(seed % 7)
            world.sign(witnessed=bool(seed % 2))
        shown = range(min(seed % 5, len(world.leaves)), len(world.leaves))
        assert not found(world.file(shown))


def test_the_first_bad_entry_is_named() -> None:
    world = small(size=30)
    lines = world.file().splitlines(keepends=True)
    for entry in (0, 7, 12, 29):
        at = next(n for n, line in enumerate(lines) if line.startswith(b'{"index":%d,' % entry))
        changed = lines[at].replace(b'"commitment":"', b'"commitment":"A', 1)
        told = found(b"".join([*lines[:at], changed, *lines[at + 1 :]]))
        assert f"line {at + 1}: " in told
        assert f"first bad entry {entry};" in told
        told = found(b"".join([*lines[:at], *lines[at + 1 :]]))
        assert f"first bad entry {entry};" in told


def test_a_log_rewritten_without_the_key_is_bad_after_the_last_true_checkpoint() -> None:
    world = small(size=30)
    for seed in range(20):
        told = found(rechain(random.Random(seed), world.file()))
        assert "does not hold" in told
        assert any(f"first bad entry {true};" in told for true in (0, 10, 20))


def test_a_log_signed_by_another_key_is_caught_by_pinning() -> None:
    ours, forger = small(1), small(2)
    assert verify(forger.file())
    assert "not the key that you pinned" in found(forger.file(), pinned=[ours.key.text, ours.witness_key.text])


def test_a_kept_checkpoint_reveals_a_rollback_and_a_changed_past() -> None:
    world = small()
    kept = world.checkpoints[6]
    assert not found(world.file(), seen=[kept])
    rolled = b"".join(world.file().splitlines(keepends=True)[:5])
    assert not found(rolled)
    assert "some are missing at the end" in found(rolled, seen=[kept])
    other = World()
    other.signer, other.key = world.signer, world.key
    other.witness, other.witness_key = world.witness, world.witness_key
    other.chance.seed(99)
    other.add(11)
    other.sign()
    assert not found(other.file())
    assert "its past was changed" in found(other.file(), seen=[kept])


def test_a_shown_text_must_be_what_was_logged() -> None:
    world = small()
    with pytest.raises(ValueError, match="entry 1 is not what was logged"):
        list(whole(ORIGIN, [world.key], world.commitments, {1: world.leaves[0]}, world.checkpoints))
    data = world.file(range(3))
    assert "salt and text are not what was logged" in found(data.replace(b'"seq\\":1', b'"seq\\":8', 1))


def test_hiding_what_was_shown_leaves_the_log_whole() -> None:
    world = small()
    assert len(world.file(range(11))) > len(world.file())
    assert not found(world.file())


def test_single_entries_are_proven_and_falsified_ones_are_not(deep: bool) -> None:
    world = small(size=23)
    honest = world.proof_file([0, 7, 22])
    assert verify(honest) == f"3 of 23 entries proven under the checkpoint of {ORIGIN}"
    world.leaves[7] = Shown(salt=world.leaves[7].salt, text="something else")
    assert "entry 7 is not in the log" in found(world.proof_file([0, 7]))
    chance = random.Random(5)
    for _ in range(2_000 if deep else 100):
        assert found(one_bit(chance, honest))
    assert "cannot be compared" in found(honest, seen=[world.checkpoints[23]])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b'{"format":"tocsin-log/1","origin":"x","keys":[]}\n',
        b'{"format":"tocsin-log/1","origin":"x","keys":7}\n',
        b'{"format":"tocsin-log/2","origin":"x","keys":[]}\n',
        b'{"format":"tocsin-log/1","origin":"x","keys":[1,null]}\n',
        b'{"format":"tocsin-proof/1","origin":"x","keys":["x"],"checkpoint":7}\n',
    ],
)
def test_rubbish_is_bad_and_nothing_worse(data: bytes) -> None:
    assert found(data)


def test_the_exit_code_says_good_bad_or_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, good, bad, seen = small(), tmp_path / "good", tmp_path / "bad", tmp_path / "seen"
    good.write_bytes(world.file())
    bad.write_bytes(drop_line(random.Random(3), world.file()))
    seen.write_text(world.checkpoints[3], encoding="utf-8", newline="")
    keys = ["--key", world.key.text, "--key", world.witness_key.text]
    assert main([str(good), *keys, "--seen", str(seen)]) == 0
    assert capsys.readouterr().err == ""
    assert main([str(good)]) == 0
    assert "compare them with what the project publishes" in capsys.readouterr().err
    assert main([str(bad)]) == 1
    assert capsys.readouterr().out.startswith("BAD: line ")
    assert main([str(tmp_path / "absent")]) == 2


def test_the_verifier_needs_nothing_but_python(tmp_path: Path) -> None:
    """A copy anywhere runs isolated, without Tocsin on the path, and imports the standard library alone."""
    source = Path(verify_log.__file__)
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "")]
        )
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= set(sys.stdlib_module_names)
    copy, data = tmp_path / "verify_log.py", tmp_path / "log.jsonl"
    copy.write_bytes(source.read_bytes())
    for content, code in ((small().file(), 0), (truncate(random.Random(1), small().file()), 1)):
        data.write_bytes(content)
        done = subprocess.run([sys.executable, "-I", "-S", copy, data], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="needs node, for a second reader in another language")
def test_a_second_reader_in_another_language_agrees(tmp_path: Path) -> None:
    world, data = small(size=13), tmp_path / "log.jsonl"
    honest = [world.file(), world.file(range(13)), world.proof_file([0, 5, 12])]
    chance = random.Random(8)
    forged = [mutation(chance, world.file(range(4))) for mutation in MUTATIONS]
    for content, code in [(each, 0) for each in honest] + [(each, 1) for each in forged]:
        data.write_bytes(content)
        done = subprocess.run([str(NODE), SECOND, data], capture_output=True, text=True, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert bool(found(content)) == bool(code)
