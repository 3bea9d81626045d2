"""Migrations: what they build, in what order, and who may run them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from trackgate_server.store import migrate, new_runs
from trackgate_server.store.database import Database, open_database
from trackgate_server.store.new_runs import NewRun
from trackgate_server.store.schema import metadata

from tests.fixtures.databases import KINDS, NewStore
from tests.fixtures.old_database import upgrade_to
from tests.fixtures.sites import running_app
from tests.scenarios.acts import get_run
from tests.scenarios.registry_acts import (
    get_version,
    log_model,
    new_model,
    new_version,
)

TABLES_ON_SQLITE = """
    SELECT tbl_name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND tbl_name NOT IN ('alembic_version', 'sqlite_sequence')
    ORDER BY tbl_name, name
"""
COLUMNS_ON_POSTGRESQL = """
    SELECT table_name, column_name, data_type, is_nullable, collation_name,
           is_identity, column_default
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    ORDER BY table_name, ordinal_position
"""
CONSTRAINTS_ON_POSTGRESQL = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
      AND conrelid::regclass::text <> 'alembic_version'
    ORDER BY 1, 2
"""
INDEXES_ON_POSTGRESQL = """
    SELECT tablename, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""


RUN = "0123456789abcdef0123456789abcdef"
A_RUN = NewRun(RUN, experiment=0, name="old", user="ada", started_ms=1, tags={})


def described(database: Database) -> list[tuple[Any, ...]]:
    """Tables, columns, keys and indexes, as the database itself tells them."""
    queries = (
        [TABLES_ON_SQLITE]
        if database.kind == "sqlite"
        else [COLUMNS_ON_POSTGRESQL, CONSTRAINTS_ON_POSTGRESQL, INDEXES_ON_POSTGRESQL]
    )
    with database.engine.connect() as connection:
        return [
            tuple(row) for query in queries for row in connection.execute(text(query))
        ]


def run(code: str, *words: str, **settings: str) -> subprocess.Popen[str]:
    environment: Mapping[str, str] = {**os.environ, **settings}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def upgrade_command(data_dir: Path, store_uri: str) -> subprocess.Popen[str]:
    """`trackgate db upgrade`, started."""
    return run(
        "from trackgate_server.cli import db; db()",
        *("upgrade", "--data-dir", str(data_dir)),
        TRACKGATE_BACKEND_STORE_URI=store_uri,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_migrations_build_what_the_schema_describes(
    kind: Any, new_store: NewStore
) -> None:
    migrated = open_database(new_store(kind), connections=1)
    drawn = open_database(new_store(kind), connections=1)

    migrate.upgrade(migrated)
    metadata.create_all(drawn.engine)

    found = described(migrated)
    assert found == described(drawn)
    assert {row[0] for row in found} == set(metadata.tables)
    migrated.close()
    drawn.close()


def test_a_second_upgrade_changes_nothing(db: Database) -> None:
    before = described(db)

    assert not migrate.upgrade(db).changed

    assert described(db) == before
    assert migrate.upgrade(db).before == migrate.HEAD


def test_what_was_kept_before_models_is_there_after_the_upgrade(
    tmp_path: Path, store_uri: str
) -> None:
    older = open_database(store_uri, connections=1)
    upgrade_to("0001", older)
    older.write(lambda db: new_runs.insert(db, older.names, A_RUN))
    older.close()

    with running_app(tmp_path, store_uri) as app:
        ada = app.client("ada")
        model = log_model(ada, "0", RUN)
        name = new_model(ada)
        version = new_version(
            ada, name, f"models:/{model.model_id}", model_id=model.model_id
        )

        assert get_run(ada, RUN).info.run_name == "old"
        assert get_version(ada, name, version).run_id == RUN


def test_the_command_says_what_it_did(tmp_path: Path, store_uri: str) -> None:
    outputs = [upgrade_command(tmp_path, store_uri).communicate()[0] for _ in range(2)]

    assert outputs == [
        f"Upgraded the database from nothing to {migrate.HEAD}.\n",
        f"The database is at schema {migrate.HEAD} already.\n",
    ]


def test_several_processes_upgrade_at_once(tmp_path: Path, store_uri: str) -> None:
    started = [upgrade_command(tmp_path, store_uri) for _ in range(4)]

    outputs = [process.communicate()[0] for process in started]

    assert [process.returncode for process in started] == [0] * 4
    assert sorted(outputs) == [
        *[f"The database is at schema {migrate.HEAD} already.\n"] * 3,
        f"Upgraded the database from nothing to {migrate.HEAD}.\n",
    ]
    database = open_database(store_uri, connections=1)
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT id, name FROM experiments")).all()
        assert [tuple(row) for row in found] == [(0, "Default")]
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(
    tmp_path: Path, db: Database, store_uri: str
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = described(db)

    command = upgrade_command(tmp_path, store_uri)
    server = run(
        "import runpy; runpy.run_module('trackgate_server', run_name='__main__')",
        *("--data-dir", str(tmp_path), "--socket", str(tmp_path / "s")),
        TRACKGATE_BACKEND_STORE_URI=store_uri,
    )

    for process in (command, server):
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "9999" in output
        assert migrate.HEAD in output
        assert "newer" in output
        assert "Traceback" not in output
    with pytest.raises(migrate.SchemaTooNew):
        migrate.upgrade(db)
    assert described(db) == before
