"""Snapshots of a PostgreSQL database: archives that `pg_dump` writes.

Only tables of the schema that ours are in are kept and put back, with their rows.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from trackgate_server.store.database import DatabaseRefused, schema_of
from trackgate_server.store.postgresql import PostgresqlDatabase
from trackgate_server.store.postgresql_archives import as_sql, dump, first_line
from trackgate_server.store.snapshots import Snapshots

# Our account's, in the order of their names; what belongs to others is left alone.
_OUR_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
      AND pg_has_role(c.relowner, 'MEMBER')
    ORDER BY 2
"""
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
"""
_COPY = re.compile(rb"COPY .* FROM stdin;\n")
_COPY_END = b"\\.\n"
# Commands of psql, and a setting that servers before 17 do not know.
_NOT_FOR_SERVERS = (b"\\restrict", b"\\unrestrict", b"SET transaction_timeout")


class PostgresqlSnapshots(Snapshots):
    """`postgresql.at-0001-20250102T030405Z.dump` in the data folder."""

    def __init__(self, database: PostgresqlDatabase, folder: Path) -> None:
        self._database = database
        super().__init__(folder.absolute(), "postgresql", ".dump")

    def write(self, connection: Connection, file: Path) -> None:
        driver = _driver(connection)
        tables = _our_tables(driver)
        driver.rollback()
        address, environment = self._database.for_programs()
        dump(file, tables, driver.info.server_version, address, environment)

    def revision_in(self, file: Path) -> str:
        with as_sql(file, "--data-only", "--table=alembic_version") as script:
            lines = list(script)
        for line, following in pairwise(lines):
            if _COPY.fullmatch(line):
                return following.decode().strip()
        raise DatabaseRefused(f"{file} holds no database of Trackgate.")

    def put_back(self, file: Path) -> Path | None:
        with self._database.alone() as connection:
            driver = _driver(connection)
            _require_no_others(driver)
            kept = self._keep(connection)
            try:
                _replace(driver, file)
            except BaseException:
                if kept is not None:
                    kept.unlink()
                raise
        return kept

    def _keep(self, connection: Connection) -> Path | None:
        revision = schema_of(connection)
        connection.rollback()
        return self.take(connection, revision, "replaced") if revision else None


def _driver(connection: Connection) -> psycopg.Connection:
    return cast(psycopg.Connection, connection.connection.dbapi_connection)


def _our_tables(driver: psycopg.Connection) -> list[tuple[str, str]]:
    """Schema and name of each."""
    return cast("list[tuple[str, str]]", driver.execute(_OUR_TABLES).fetchall())


def _require_no_others(driver: psycopg.Connection) -> None:
    row = driver.execute(_OTHERS).fetchone()
    driver.rollback()
    if row is not None and row[0]:
        raise DatabaseRefused(
            f"The database is in use: {row[0]} other connections are open. Stop every"
            " server, and every command that reads or writes it, first."
        )


def _replace(driver: psycopg.Connection, file: Path) -> None:
    """Put an archive's tables in the place of ours; all of them or none."""
    try:
        with driver.transaction(), as_sql(file) as script:
            _drop_tables(driver)
            _play(driver, script)
    except psycopg.Error as error:
        raise DatabaseRefused(
            f"{file} cannot be put back ({first_line(str(error))}). Nothing was"
            " changed."
        ) from error


def _drop_tables(driver: psycopg.Connection) -> None:
    """All of ours: also those that a newer schema has and the snapshot has not."""
    for table in _our_tables(driver):
        name = sql.Identifier(*table)
        driver.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(name))


def _play(driver: psycopg.Connection, script: IO[bytes]) -> None:
    """Run a script of `pg_restore`, its rows included, in the open transaction."""
    statements: list[bytes] = []
    for line in script:
        if _COPY.fullmatch(line):
            driver.execute(b"".join(statements))
            statements.clear()
            _copy_rows(driver, line, script)
        elif not line.startswith(_NOT_FOR_SERVERS):
            statements.append(line)
    driver.execute(b"".join(statements))


def _copy_rows(driver: psycopg.Connection, command: bytes, script: IO[bytes]) -> None:
    with driver.cursor() as cursor, cursor.copy(command) as rows:
        for line in iter(script.readline, _COPY_END):
            if not line:
                raise psycopg.DataError("it ends in the middle of a table")
            rows.write(line)
