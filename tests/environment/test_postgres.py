"""The private PostgreSQL of a test session."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.environment.postgres import PostgresServer


def connect(uri: str) -> psycopg.Connection:
    return psycopg.connect(uri.replace("+psycopg", ""))


def test_a_database_asked_for_again_is_empty(postgres_server: PostgresServer) -> None:
    for _ in range(2):
        with connect(postgres_server.uri("asked_for_again")) as db:
            db.execute("CREATE TABLE t (x int)")


def test_committed_rows_survive_a_kill(mortal_postgres: PostgresServer) -> None:
    uri = mortal_postgres.uri("killed")
    with connect(uri) as db:
        db.execute("CREATE TABLE t (x int)")
        db.execute("INSERT INTO t VALUES (1)")

    mortal_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        connect(uri)
    mortal_postgres.restart()

    with connect(uri) as db:
        assert db.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_sqlalchemy_reaches_it_over_tcp(postgres_server: PostgresServer) -> None:
    engine = create_engine(postgres_server.tcp_uri("over_tcp"))
    with engine.connect() as db:
        assert db.execute(text("SHOW fsync")).scalar_one() == "on"
    engine.dispose()


def test_tcp_needs_the_password(postgres_server: PostgresServer) -> None:
    uri = postgres_server.tcp_uri("guessed").replace(postgres_server.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(uri)
