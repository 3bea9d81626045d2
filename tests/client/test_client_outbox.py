"""Values sent in the background: in order, in batches, within bounds, none lost."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator

import pytest
from trackgate.batches import Batch
from trackgate.errors import InvalidParameterValue, Unreachable
from trackgate.outbox import Outbox
from trackgate_wire import limits
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param

TIMEOUT_S = 10


class Receiver:
    """Takes batches; can be told to wait, to refuse a key, or to be away."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, Batch]] = []
        self.kept: list[tuple[str, Batch]] = []
        self.open = threading.Event()
        self.open.set()
        self.refused_key: str | None = None
        self.is_away = False

    def send(self, run_id: str, batch: Batch) -> None:
        self.open.wait(TIMEOUT_S)
        if self.is_away:
            raise Unreachable("away")
        if self.refused_key in {param.key for param in batch.params}:
            raise InvalidParameterValue("refused")
        self.batches.append((run_id, batch))

    def keep(self, run_id: str, batch: Batch) -> None:
        self.kept.append((run_id, batch))

    def steps(self, run_id: str) -> list[int]:
        return [
            metric.step
            for found, batch in self.batches
            if found == run_id
            for metric in batch.metrics
        ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.open.set()


@pytest.fixture
def outbox(receiver: Receiver) -> Iterator[Outbox]:
    made = Outbox(receiver.send, 100_000, receiver.keep)
    yield made
    receiver.open.set()
    made.flush()


def point(step: int = 0) -> Metric:
    return Metric("loss", 0.5, 1, step)


def test_each_runs_values_arrive_in_their_order_and_in_few_batches(
    receiver: Receiver, outbox: Outbox
) -> None:
    receiver.open.clear()
    for step in range(5_000):
        outbox.put(f"run {step % 2}", (point(step),))
    receiver.open.set()
    outbox.flush()

    assert receiver.steps("run 0") == list(range(0, 5_000, 2))
    assert receiver.steps("run 1") == list(range(1, 5_000, 2))
    assert len(receiver.batches) < 50
    assert max(len(batch) for _, batch in receiver.batches) <= (
        limits.ENTITIES_PER_BATCH
    )


def test_waiting_for_one_call_waits_until_it_is_sent(
    receiver: Receiver, outbox: Outbox
) -> None:
    receiver.open.clear()
    operations = outbox.put("r", (point(),))

    with pytest.raises(TimeoutError):
        operations.wait(0.1)
    receiver.open.set()
    operations.wait(TIMEOUT_S)

    assert receiver.steps("r") == [0]


def test_a_full_queue_makes_the_caller_wait(receiver: Receiver) -> None:
    small = Outbox(receiver.send, capacity=10)
    receiver.open.clear()
    done = threading.Event()

    def fill() -> None:
        for step in range(30):
            small.put("r", (point(step),))
        done.set()

    threading.Thread(target=fill, daemon=True).start()

    assert not done.wait(0.3)
    receiver.open.set()
    assert done.wait(TIMEOUT_S)
    small.flush()
    assert receiver.steps("r") == list(range(30))


def test_only_the_call_that_is_refused_fails(
    receiver: Receiver, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.open.clear()
    receiver.refused_key = "bad"
    good = outbox.put("r", (point(1),))
    bad = outbox.put("r", (Param("bad", "x"),))
    also_good = outbox.put("r", (point(2),))
    receiver.open.set()

    with caplog.at_level(logging.WARNING):
        outbox.flush()

    good.wait()
    also_good.wait()
    with pytest.raises(InvalidParameterValue, match="refused"):
        bad.wait()
    assert receiver.steps("r") == [1, 2]
    assert "1 values were not logged; the first reason: refused" in caplog.text


def test_what_cannot_be_sent_now_is_put_aside(
    receiver: Receiver, outbox: Outbox
) -> None:
    receiver.is_away = True

    outbox.put("r", (point(7),)).wait(TIMEOUT_S)

    ((run_id, batch),) = receiver.kept
    assert (run_id, batch.metrics[0].step) == ("r", 7)


def test_what_nobody_waits_for_any_more_is_put_aside(
    receiver: Receiver, outbox: Outbox
) -> None:
    receiver.open.clear()
    for step in range(3):
        outbox.put("r", (point(step),))

    assert not outbox.flush(0.2)
    outbox.rescue()

    kept = [metric.step for _, batch in receiver.kept for metric in batch.metrics]
    assert sorted(kept) == [0, 1, 2]


def test_without_a_place_to_put_things_the_call_fails(receiver: Receiver) -> None:
    plain = Outbox(receiver.send, capacity=10)
    receiver.is_away = True

    with pytest.raises(Unreachable):
        plain.put("r", (point(),)).wait(TIMEOUT_S)


def test_a_forked_child_sends_its_own_values_and_not_its_parents(
    receiver: Receiver, outbox: Outbox
) -> None:
    receiver.open.clear()
    outbox.put("parent", (point(1),))

    child = os.fork()
    if child == 0:
        receiver.open.set()
        outbox.put("child", (point(2),))
        outbox.flush(TIMEOUT_S)
        sent = [run_id for run_id, _ in receiver.batches]
        os._exit(0 if sent == ["child"] else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    receiver.open.set()
    outbox.flush()
    assert receiver.steps("parent") == [1]


@pytest.mark.slow
def test_handing_a_point_over_takes_less_than_twenty_microseconds(
    receiver: Receiver, outbox: Outbox
) -> None:
    fastest_s = min(_seconds_for_ten_thousand(outbox) for _ in range(5))

    assert fastest_s / 10_000 < 20e-6


def _seconds_for_ten_thousand(outbox: Outbox) -> float:
    started = time.perf_counter()
    for step in range(10_000):
        outbox.put("r", (point(step),))
    spent_s = time.perf_counter() - started
    outbox.flush()
    return spent_s
