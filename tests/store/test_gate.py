# SPDX-License-Identifier: Apache-2.0
"""The write gate: one at a time, first come first served, nobody waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tocsin.adapters.db.gate import Gate

PATIENT = 30.0


def waiting(gate: Gate, count: int) -> None:
    """Return once `count` threads stand in the queue."""
    enough = threading.Event()
    while len(gate._queue) < count:
        enough.wait(0.001)


def test_only_one_is_inside() -> None:
    gate, inside, seen = Gate(), [], []

    def enter(number: int) -> None:
        for _ in range(50):
            with gate.turn(PATIENT):
                inside.append(number)
                seen.append(len(inside))
                inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))
    assert seen == [1] * 400


def test_turns_come_in_the_order_of_arrival() -> None:
    gate, order = Gate(), []

    def enter(number: int) -> None:
        with gate.turn(PATIENT):
            order.append(number)

    with ThreadPoolExecutor(8) as pool, gate.turn(PATIENT):
        for number in range(8):
            pool.submit(enter, number)
            waiting(gate, number + 1)
    assert order == list(range(8))


def test_somebody_who_gave_up_holds_nobody_up() -> None:
    gate, came = Gate(), []

    def enter() -> None:
        with gate.turn(PATIENT):
            came.append("patient")

    with gate.turn(PATIENT), ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: gate.enter(0.01))
        assert first.result() is False
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join(PATIENT)
    assert came == ["patient"]


def test_waiting_ends() -> None:
    gate = Gate()
    with gate.turn(PATIENT), pytest.raises(TimeoutError, match=r"0\.01 s"), gate.turn(0.01):
        pass
    with gate.turn(0.01):
        pass


def test_an_error_inside_opens_the_gate_again() -> None:
    gate = Gate()
    with pytest.raises(RuntimeError), gate.turn(PATIENT):
        raise RuntimeError
    with gate.turn(0.01):
        pass
