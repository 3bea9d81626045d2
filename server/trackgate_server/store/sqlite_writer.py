"""One writer at a time on SQLite, and one commit for all who wait for it.

Each commit costs one sync. So requests that want to write at the same moment queue up;
whoever comes first writes for all, each in a savepoint of its own, and commits once.
Between processes a file lock does what SQLite's own busy handler does worse: it sleeps
and guesses.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine

from trackgate_server.store.gathering import Entry, Gathering, Take
from trackgate_server.store.transaction import Driver, Job, ResultT, Transaction

_Entry = Entry[Job[Any]]


class Writer:
    """One commit for all jobs that wait at the same moment.

    path  of the file whose locks give processes their turns, made where it is not there
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._turn = _Turn(path)
        self._jobs: Gathering[Job[Any]] = Gathering(self._write_group)
        self._connection: Connection | None = None

    def write(self, job: Job[ResultT]) -> ResultT:
        return cast(ResultT, self._jobs.give(job))

    def turn(self) -> AbstractContextManager[None]:
        """The right to write, while nothing of this process's waits for it."""
        return self._turn.taken()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._turn.close()

    def _write_group(self, take: Take[Job[Any]]) -> None:
        with self._turn.taken():
            group = take()
            try:
                self._commit(group)
            except BaseException:
                self._start_afresh()
                raise

    def _commit(self, group: list[_Entry]) -> None:
        connection = self._connected()
        db = transaction_on(connection)
        with connection.begin():
            db.driver.execute("BEGIN IMMEDIATE")
            attempt = _attempt if len(group) == 1 else _attempt_apart
            for entry in group:
                attempt(db, entry)
            if all(entry.error for entry in group):
                db.driver.execute("ROLLBACK")
        db.committed()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _start_afresh(self) -> None:
        """After a failed commit the connection's state is not to be trusted."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class _Turn:
    """The right to write, of one process at a time, given out in turn.

    A process that has just written would mostly win a single lock again before
    another one wakes. So it has to pass a first lock, at which the other one stands
    already, and the second only then.
    """

    def __init__(self, path: Path) -> None:
        self._paths = (Path(f"{path}-next"), path)
        self._files: list[int] = []

    @contextmanager
    def taken(self) -> Generator[None]:
        if not self._files:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._files = [os.open(path, flags, 0o600) for path in self._paths]
        entrance, writing = self._files
        fcntl.flock(entrance, fcntl.LOCK_EX)
        try:
            fcntl.flock(writing, fcntl.LOCK_EX)
        finally:
            fcntl.flock(entrance, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(writing, fcntl.LOCK_UN)

    def close(self) -> None:
        for file in self._files:
            os.close(file)
        self._files = []


def _attempt(db: Transaction, entry: _Entry) -> None:
    mark = db.mark()
    try:
        entry.result = entry.item(db)
    except Exception as error:
        entry.error = error
        db.forget(mark)


def _attempt_apart(db: Transaction, entry: _Entry) -> None:
    """Run one job of a group; its failure undoes only what it wrote itself."""
    db.driver.execute("SAVEPOINT entry")
    _attempt(db, entry)
    if entry.error is not None:
        db.driver.execute("ROLLBACK TO entry")
    db.driver.execute("RELEASE entry")


def transaction_on(connection: Connection) -> Transaction:
    """What jobs are given: the open connection, and its driver's own."""
    driver = cast(Driver, connection.connection.driver_connection)
    return Transaction(connection, driver, "sqlite")
