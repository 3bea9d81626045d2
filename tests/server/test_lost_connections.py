"""PostgreSQL ends connections that are in use, as it does when it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from trackgate_server.store.database import Database, open_database
from trackgate_server.store.transaction import Transaction
from trackgate_wire.errors import TemporarilyUnavailable

from tests.environment.postgres import PostgresServer

pytestmark = pytest.mark.postgres

Run = Callable[[Database, Callable[[Transaction], int]], int]
_WAYS: dict[str, Run] = {
    "read": lambda database, job: database.read(job),
    "write": lambda database, job: database.write(job),
    "single write": lambda database, job: database.write(job, single=True),
}


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    opened = open_database(postgres_server.uri("lost_connections"), connections=1)
    yield opened
    opened.close()


@pytest.mark.parametrize("way", _WAYS)
def test_a_request_is_tried_again_when_its_connection_is_ended(
    database: Database, way: str
) -> None:
    assert _WAYS[way](database, _Ended(times=1)) == 2


@pytest.mark.parametrize("way", _WAYS)
def test_a_database_that_ends_every_connection_is_unavailable(
    database: Database, way: str
) -> None:
    with pytest.raises(TemporarilyUnavailable, match="Try again"):
        _WAYS[way](database, _Ended(times=2))

    assert _WAYS[way](database, _Ended(times=0)) == 1


class _Ended:
    """A job whose connection PostgreSQL ends; its result is how often it was tried."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._tries = 0

    def __call__(self, db: Transaction) -> int:
        self._tries += 1
        if self._tries <= self._times:
            db.core(text("SELECT pg_terminate_backend(pg_backend_pid())")).all()
        return self._tries
