"""Upgrades of databases with something in them, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Select, inspect, select, table, text
from trackgate_server.cli import db
from trackgate_server.store import migrate
from trackgate_server.store.database import open_database
from trackgate_wire.experiments import (
    GET_EXPERIMENT_BY_NAME,
    GetExperimentByName,
)
from trackgate_wire.scalars import LifecycleStage, RunStatus
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.environment.postgres import PostgresServer
from tests.fixtures import old_database as old
from tests.fixtures.sites import running_app
from tests.scenarios.acts import (
    bits,
    get_run,
    history,
    latest_of,
    log_metric,
    new_run,
    params_of,
    tags_of,
)

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def old_uri(store_uri: str) -> str:
    """A database of the first schema."""
    old.write_old_database(store_uri)
    return store_uri


def command(uri: str, folder: Path, *words: str) -> Result:
    """`trackgate db …`, PostgreSQL's snapshots being in the folder."""
    return CliRunner().invoke(
        db,
        [*words, "--data-dir", str(folder)],
        env={"TRACKGATE_BACKEND_STORE_URI": uri},
    )


def done(uri: str, folder: Path, *words: str) -> str:
    """What a command said that worked."""
    result = command(uri, folder, *words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(uri: str, folder: Path, *words: str) -> str:
    """The one line of a command that did not."""
    result = command(uri, folder, *words)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    return result.output


def snapshots(uri: str, folder: Path) -> list[Path]:
    """The newest first."""
    output = done(uri, folder, "snapshots")
    return [
        Path(line.split()[0]) for line in output.splitlines() if "  schema " in line
    ]


def open_files() -> Counter[str]:
    """This process's open files and sockets, and how often each is open."""
    links = Path("/proc/self/fd").iterdir()
    return Counter(os.readlink(link) for link in links if link.is_symlink())


def rows_of(uri: str) -> Rows:
    """Everything that is in the tables, NaN as its name."""
    database = open_database(uri, connections=1)
    with database.engine.connect() as connection:
        found = {
            name: sorted(
                (
                    tuple("NaN" if value != value else value for value in row)
                    for row in connection.execute(_all_of(name))
                ),
                key=repr,
            )
            for name in inspect(connection).get_table_names()
        }
    database.close()
    return found


def _all_of(name: str) -> Select[Any]:
    return select(text("*")).select_from(table(name))


def set_revision(uri: str, revision: str) -> None:
    database = open_database(uri, connections=1)
    with database.engine.begin() as connection:
        statement = text("UPDATE alembic_version SET version_num = :number")
        connection.execute(statement, {"number": revision})
    database.close()


def test_an_upgrade_from_the_first_schema_keeps_all_data(
    tmp_path: Path, old_uri: str
) -> None:
    with running_app(tmp_path, old_uri) as app:
        grace = app.client("grace")
        named = GetExperimentByName(old.EXPERIMENT)
        experiment = grace.call(GET_EXPERIMENT_BY_NAME, named).experiment
        run = get_run(grace, old.RUN)
        deleted = get_run(grace, old.DELETED_RUN)
        points = history(grace, old.RUN, "loss")
        asked = GetChanges(target=f"run/{old.DELETED_RUN}")
        changes = grace.call(GET_CHANGES, asked).changes

        assert (experiment.experiment_id, experiment.tags[0].value) == ("1", "A")
        assert (run.info.status, run.info.user_id) == (RunStatus.FINISHED, "ada")
        assert run.info.end_time == 1_700_000_060_000
        assert params_of(run) == {"rate": old.PARAM}
        assert tags_of(run) == {"mlflow.user": "ada"}
        assert {key: bits(value) for key, value in latest_of(run).items()} == {
            "loss": "nan"
        }
        assert [(one.step, bits(one.value)) for one in points] == [
            (step, bits(value)) for step, value in old.LOSS
        ]
        dataset = run.inputs.dataset_inputs[0]
        assert (dataset.dataset.digest, dataset.tags[0].value) == ("d1", "training")
        assert [one.model_id for one in run.outputs.model_outputs] == ["m-1"]
        assert deleted.info.lifecycle_stage is LifecycleStage.DELETED
        assert [(one.user, one.action) for one in changes] == [("ada", "delete")]
        log_metric(grace, new_run(grace, "1"), "loss", 1)


def test_a_snapshot_restores_all_that_was_there(tmp_path: Path, old_uri: str) -> None:
    before = rows_of(old_uri)

    said = done(old_uri, tmp_path, "upgrade")

    (snapshot,) = snapshots(old_uri, tmp_path)
    assert f"from {old.FIRST} to {migrate.HEAD}" in said
    assert str(snapshot) in said
    assert snapshot.stat().st_mode & 0o777 == 0o600
    with running_app(tmp_path, old_uri) as app:
        new_run(app.client("ada"), "1")
    said = done(old_uri, tmp_path, "restore", str(snapshot), "--yes")
    assert rows_of(old_uri) == before
    assert str(snapshots(old_uri, tmp_path)[0]) in said
    done(old_uri, tmp_path, "upgrade")
    assert {name: rows_of(old_uri)[name] for name in old.ROWS} == {
        name: before[name] for name in old.ROWS
    }


def test_what_a_restore_replaced_can_be_put_back(tmp_path: Path, old_uri: str) -> None:
    done(old_uri, tmp_path, "upgrade")
    upgraded = rows_of(old_uri)
    (snapshot,) = snapshots(old_uri, tmp_path)
    done(old_uri, tmp_path, "restore", str(snapshot), "--yes")
    replaced = next(
        path for path in snapshots(old_uri, tmp_path) if ".replaced-" in path.name
    )

    done(old_uri, tmp_path, "restore", str(replaced), "--yes")

    assert rows_of(old_uri) == upgraded


def test_a_backup_of_a_running_server_can_be_put_back(
    tmp_path: Path, store_uri: str
) -> None:
    backup = tmp_path / "elsewhere" / "backup"
    backup.parent.mkdir()
    with running_app(tmp_path, store_uri) as app:
        new_run(app.client("ada"), "0")
        kept = rows_of(store_uri)
        done(store_uri, tmp_path, "backup", str(backup))
        new_run(app.client("ada"), "0")

    assert backup.stat().st_mode & 0o777 == 0o600
    again = refused(store_uri, tmp_path, "backup", str(backup))
    assert f"{backup} is there already" in again
    done(store_uri, tmp_path, "restore", str(backup), "--yes")
    assert rows_of(store_uri) == kept


def test_a_refused_backup_leaves_the_database_closed(
    tmp_path: Path, old_uri: str
) -> None:
    file = tmp_path / "backup"
    file.touch()
    refused(old_uri, tmp_path, "backup", str(file))
    # What is opened once for all stays; a connection would be another one each time.
    before = open_files()

    refused(old_uri, tmp_path, "backup", str(file))

    assert open_files() <= before


def test_where_there_is_no_database_nothing_is_backed_up(
    tmp_path: Path, store_uri: str
) -> None:
    said = refused(store_uri, tmp_path, "backup", str(tmp_path / "backup"))

    assert "There is no database yet" in said
    assert not (tmp_path / "backup").exists()


def test_an_older_version_names_the_way_back(tmp_path: Path, old_uri: str) -> None:
    done(old_uri, tmp_path, "upgrade")
    (snapshot,) = snapshots(old_uri, tmp_path)
    set_revision(old_uri, "9999")

    said = refused(old_uri, tmp_path, "upgrade")

    assert "9999" in said
    assert f"`trackgate db restore {snapshot}`" in said
    assert "everything logged since" in said
    done(old_uri, tmp_path, "restore", str(snapshot), "--yes")
    assert rows_of(old_uri)["alembic_version"] == [(old.FIRST,)]


def test_a_snapshot_of_a_newer_version_is_not_put_back(
    tmp_path: Path, old_uri: str
) -> None:
    set_revision(old_uri, "9999")
    database = open_database(old_uri, connections=1)
    with database.alone() as connection:
        newer = database.snapshots(tmp_path).take(connection, "9999")
    database.close()
    before = rows_of(old_uri)

    assert "newer" in refused(old_uri, tmp_path, "restore", str(newer), "--yes")

    assert rows_of(old_uri) == before


def test_a_migration_that_fails_midway_changes_nothing(
    tmp_path: Path, old_uri: str
) -> None:
    database = open_database(old_uri, connections=1)
    with database.engine.begin() as connection:
        # In the way of one of the last tables that the upgrade makes.
        connection.execute(text("CREATE TABLE model_version_tags (x INTEGER)"))
    database.close()
    before = rows_of(old_uri)

    assert "model_version_tags" in refused(old_uri, tmp_path, "upgrade")

    assert rows_of(old_uri) == before
    assert len(snapshots(old_uri, tmp_path)) == 1


def test_two_who_upgrade_at_once_take_one_snapshot(
    tmp_path: Path, old_uri: str
) -> None:
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", "from trackgate_server.cli import db; db()"),
                *("upgrade", "--data-dir", str(tmp_path)),
            ],
            env={**os.environ, "TRACKGATE_BACKEND_STORE_URI": old_uri},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    outputs = sorted(process.communicate()[0] for process in started)

    assert [process.returncode for process in started] == [0, 0]
    assert "already" in outputs[0]
    assert f"from {old.FIRST}" in outputs[1]
    assert len(snapshots(old_uri, tmp_path)) == 1


def test_nothing_is_put_back_under_a_running_server(
    tmp_path: Path, old_uri: str
) -> None:
    done(old_uri, tmp_path, "upgrade")
    (snapshot,) = snapshots(old_uri, tmp_path)

    with running_app(tmp_path, old_uri) as app:
        run = new_run(app.client("ada"), "1")
        said = refused(old_uri, tmp_path, "restore", str(snapshot), "--yes")

        assert "in use" in said
        assert get_run(app.client("ada"), run).info.run_id == run


def test_without_a_yes_nothing_is_put_back(tmp_path: Path, old_uri: str) -> None:
    done(old_uri, tmp_path, "upgrade")
    (snapshot,) = snapshots(old_uri, tmp_path)

    assert command(old_uri, tmp_path, "restore", str(snapshot)).exit_code == 1

    assert rows_of(old_uri)["alembic_version"] == [(migrate.HEAD,)]


def test_what_is_no_snapshot_is_refused(tmp_path: Path, db_uri_of: str) -> None:
    other = tmp_path / "other"
    other.write_text("nothing of ours")

    said = refused(db_uri_of, tmp_path, "restore", str(other), "--yes")

    assert str(other) in said


def test_half_a_snapshot_is_refused(tmp_path: Path, old_uri: str) -> None:
    done(old_uri, tmp_path, "upgrade")
    (snapshot,) = snapshots(old_uri, tmp_path)
    half = tmp_path / "half"
    half.write_bytes(snapshot.read_bytes()[: snapshot.stat().st_size * 3 // 4])
    before = rows_of(old_uri)

    said = refused(old_uri, tmp_path, "restore", str(half), "--yes")

    assert str(half) in said
    assert rows_of(old_uri) == before
    assert snapshots(old_uri, tmp_path) == [snapshot]


def test_a_snapshot_takes_the_place_of_a_lost_database(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/tracking.db"
    old.write_old_database(uri)
    before = rows_of(uri)
    done(uri, tmp_path, "upgrade")
    (snapshot,) = snapshots(uri, tmp_path)
    file = tmp_path / "tracking.db"
    file.write_text("no database any more")

    assert "Move it away" in refused(uri, tmp_path, "restore", str(snapshot), "--yes")

    file.unlink()
    done(uri, tmp_path, "restore", str(snapshot), "--yes")
    assert rows_of(uri) == before


def test_an_upgrade_may_go_without_a_snapshot(tmp_path: Path, old_uri: str) -> None:
    said = done(old_uri, tmp_path, "upgrade", "--no-snapshot")

    assert "without a snapshot" in said
    assert snapshots(old_uri, tmp_path) == []


def test_a_new_database_has_no_snapshot(tmp_path: Path, store_uri: str) -> None:
    done(store_uri, tmp_path, "upgrade")

    assert snapshots(store_uri, tmp_path) == []


def test_a_full_disk_refuses_the_upgrade(small_disk: Path, tmp_path: Path) -> None:
    file = small_disk / "tracking.db"
    old.write_old_database(f"sqlite:///{file}")
    before = {path.name for path in small_disk.iterdir()}
    # Enough is left to open the database, and too little to copy it.
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(bytes(free - file.stat().st_size // 2))

    said = refused(f"sqlite:///{file}", tmp_path, "upgrade")

    assert "full" in said
    assert "--no-snapshot" in said
    assert not [path for path in small_disk.iterdir() if ".at-" in path.name]
    assert before <= {path.name for path in small_disk.iterdir()}
    assert rows_of(f"sqlite:///{file}")["alembic_version"] == [(old.FIRST,)]


def test_only_the_newest_of_many_snapshots_stay(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/tracking.db"
    old.write_old_database(uri)
    stamps = [f"2025010{day}T000000Z" for day in range(1, 6)]
    older = [tmp_path / f"tracking.db.at-{old.FIRST}-{stamp}" for stamp in stamps]
    crashed = tmp_path / "tracking.db.at-0001-20250101T000000Z.partial"
    for path in (*older, crashed):
        path.touch()

    done(uri, tmp_path, "upgrade")

    assert snapshots(uri, tmp_path)[1:] == [older[4], older[3]]
    assert not crashed.exists()


def test_a_snapshot_holds_what_was_only_in_the_log(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/tracking.db"
    old.write_old_database(uri)
    with sqlite3.connect(tmp_path / "tracking.db") as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("INSERT INTO names (name) VALUES ('late')")
        writer.commit()

        done(uri, tmp_path, "upgrade")

        (snapshot,) = snapshots(uri, tmp_path)
    writer.close()
    shutil.copy(snapshot, tmp_path / "alone.db")
    assert "late" in str(rows_of(f"sqlite:///{tmp_path}/alone.db")["names"])


@pytest.mark.parametrize("release", ["none", "9"])
def test_an_unfit_pg_dump_refuses_the_upgrade(
    tmp_path: Path,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    release: str,
) -> None:
    uri = postgres_server.uri("snapshots_unfit")
    old.write_old_database(uri)
    if release != "none":
        program = tmp_path / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {release}.1'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = refused(uri, tmp_path, "upgrade")

    assert "install postgresql-client-" in said
    assert "--no-snapshot" in said
    assert rows_of(uri)["alembic_version"] == [(old.FIRST,)]
    done(uri, tmp_path, "upgrade", "--no-snapshot")


@pytest.fixture
def db_uri_of(store_uri: str, tmp_path: Path) -> str:
    """A database at this version's schema."""
    done(store_uri, tmp_path, "upgrade")
    return store_uri


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
