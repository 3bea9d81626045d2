"""Writes that wait at the same moment go as one; what becomes of each is its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import text
from trackgate_server.store import joint_metrics, new_runs, runs
from trackgate_server.store.database import Database
from trackgate_server.store.new_runs import NewRun
from trackgate_server.store.transaction import Transaction
from trackgate_wire import limits
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.metrics import Metric

LONG_ENOUGH_TO_QUEUE_S = 0.1


def begin(db: Database, experiment: int = 0) -> str | None:
    """A new run's id, or None if there is no such experiment."""
    run_id = uuid4().hex
    new = NewRun(run_id, experiment, "name", "ada", 1, {"mlflow.runName": "name"})
    return run_id if new_runs.begin(db, new) else None


@pytest.fixture
def run(db: Database) -> str:
    begun = begin(db)
    assert begun
    # From now on the name's number is known, without which a point goes alone.
    log(db, begun, Metric("loss", 0.0, 0, 0))
    return begun


def log(db: Database, run_id: str, *points: Metric) -> None:
    joint_metrics.log(db, run_id, points)


def together(db: Database, works: Sequence[Callable[[], object]]) -> list[object]:
    """What each returned or raised, all having waited for the same moment."""
    with ThreadPoolExecutor(len(works)) as threads:
        with _held_up(db):
            futures = [threads.submit(work) for work in works]
            # All are right if some come later; they are only less together then.
            time.sleep(LONG_ENOUGH_TO_QUEUE_S)
        return [_outcome(future) for future in futures]


@contextmanager
def _held_up(db: Database) -> Generator[None]:
    holds, released = Event(), Event()

    def hold(transaction: Transaction) -> None:
        if transaction.kind == "postgresql":
            transaction.core(text("LOCK TABLE metrics, runs IN EXCLUSIVE MODE"))
        holds.set()
        released.wait()

    with ThreadPoolExecutor(1) as holder:
        holding = holder.submit(db.write, hold)
        try:
            holds.wait()
            yield
        finally:
            released.set()
        holding.result()


def _outcome(future: Future[object]) -> object:
    error = future.exception()
    return future.result() if error is None else type(error)


def summaries(db: Database, run_id: str) -> list[tuple[object, ...]]:
    """Latest point, least and greatest value, first step and time of each key."""
    asked = text(
        "SELECT l.step, l.timestamp, l.value, l.min, l.max, l.first_step,"
        " l.first_timestamp FROM latest_metrics l JOIN runs r ON r.id = l.run"
        " WHERE r.uuid = :run"
    ).bindparams(run=run_id)
    return db.read(lambda open_: [tuple(row) for row in open_.core(asked)])


def steps(db: Database, run_id: str) -> list[int]:
    asked = text(
        "SELECT m.step FROM metrics m JOIN runs r ON r.id = m.run"
        " WHERE r.uuid = :run ORDER BY m.step"
    ).bindparams(run=run_id)
    return db.read(lambda open_: [row[0] for row in open_.core(asked)])


def test_points_of_one_key_are_all_kept_and_summed_up(db: Database, run: str) -> None:
    points = [Metric("loss", float(7 - step), step, step) for step in range(1, 9)]

    together(db, [lambda p=point: log(db, run, p) for point in reversed(points)])

    assert steps(db, run) == list(range(9))
    assert summaries(db, run) == [(8, 8, -1.0, -1.0, 6.0, 0, 0)]


def test_points_of_many_runs_go_to_their_own(db: Database, run: str) -> None:
    others = [begin(db) for _ in range(6)]

    together(
        db,
        [
            lambda r=str(other), n=number: log(db, r, Metric("loss", float(n), n, n))
            for number, other in enumerate(others)
            for _ in range(2)
        ],
    )

    for number, other in enumerate(others):
        value = float(number)
        assert steps(db, str(other)) == [number]
        first = (number, number)
        assert summaries(db, str(other)) == [(*first, value, value, value, *first)]


def test_a_run_that_is_missing_or_deleted_fails_its_own_caller(
    db: Database, run: str
) -> None:
    deleted = str(begin(db))
    db.write(lambda open_: runs.delete(open_, runs.require_active(open_, deleted), 1))
    asked = [run, "f" * 32, deleted] * 3

    outcomes = together(
        db,
        [
            lambda r=run_id, n=number: log(db, r, Metric("loss", 1.0, n, n))
            for number, run_id in enumerate(asked, 1)
        ],
    )

    assert outcomes == [None, NotFound, InvalidParameterValue] * 3
    assert steps(db, run) == [0, 1, 4, 7]
    assert steps(db, deleted) == []


def test_what_the_database_refuses_spoils_nobodys_points(
    db: Database, run: str
) -> None:
    beyond = limits.INT64_MAX + 1
    asked = [1, 2, beyond, 3, 4]

    outcomes = together(
        db, [lambda s=step: log(db, run, Metric("loss", 1.0, 1, s)) for step in asked]
    )

    assert outcomes[:2] + outcomes[3:] == [None] * 4
    assert outcomes[2] is not None
    assert steps(db, run) == [0, 1, 2, 3, 4]


def test_runs_begin_together_where_their_experiments_are(
    db: Database, run: str
) -> None:
    outcomes = together(db, [lambda e=number % 2: begin(db, e) for number in range(6)])

    begun = [outcome for outcome in outcomes if outcome is not None]
    assert outcomes[1::2] == [None] * 3
    assert len({*begun}) == 3
    found = db.read(lambda open_: runs.find_all(open_, [str(one) for one in begun]))
    assert {row.artifact_uri for row in found} == {
        f"mlflow-artifacts:/0/{run_id}/artifacts" for run_id in begun
    }
