"""The server's own commands, as an admin calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from trackgate_server.db_commands import db
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import CREATE_RUN, DELETE_RUN, CreateRun

from tests.fixtures.accounts import NOBODY, can_import
from tests.fixtures.sites import running_server


def trackgate(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "trackgate"), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_upgrade_makes_the_database_and_may_be_run_again(tmp_path: Path) -> None:
    first = trackgate("db", "upgrade", "--data-dir", str(tmp_path))
    second = trackgate("db", "upgrade", "--data-dir", str(tmp_path))

    assert first.returncode == 0, first.stderr
    assert "Upgraded the database from nothing" in first.stdout
    assert "already" in second.stdout
    assert (tmp_path / "tracking.db").exists()


def test_gc_removes_what_was_deleted_and_nothing_else(tmp_path: Path) -> None:
    with running_server(tmp_path, {}) as server:
        api = server.client()
        kept, deleted = (
            api.call(CREATE_RUN, CreateRun()).run.info.run_id for _ in range(2)
        )
        api.call(DELETE_RUN, RunRef(run_id=deleted))

        done = trackgate("gc", "--data-dir", str(tmp_path))

        purged = "Purged 1 runs, 0 logged models and 0 experiments.\n"
        assert done.stdout == purged, done.stderr
        path = "/api/2.0/mlflow/runs/get"
        assert api.raw("GET", path, query={"run_id": kept}).status == 200
        assert api.raw("GET", path, query={"run_id": deleted}).status == 404


def test_gc_spares_what_was_deleted_lately(tmp_path: Path) -> None:
    with running_server(tmp_path, {}) as server:
        api = server.client()
        run_id = api.call(CREATE_RUN, CreateRun()).run.info.run_id
        api.call(DELETE_RUN, RunRef(run_id=run_id))

        done = trackgate("gc", "--older-than", "1d", "--data-dir", str(tmp_path))

    assert "Purged 0 runs" in done.stdout


@pytest.mark.parametrize("word", ["30", "d", "3w", "-1d"])
def test_a_wrong_duration_is_refused(tmp_path: Path, word: str) -> None:
    done = trackgate("gc", f"--older-than={word}", "--data-dir", str(tmp_path))

    assert done.returncode != 0
    assert word in done.stderr


def test_a_data_folder_remembers_its_database(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    remembered = {"backend_store_uri": f"sqlite:///{elsewhere}"}
    (tmp_path / "settings.json").write_text(json.dumps(remembered))

    assert trackgate("db", "upgrade", "--data-dir", str(tmp_path)).returncode == 0

    assert elsewhere.exists()
    assert not (tmp_path / "tracking.db").exists()


def test_a_bare_server_on_a_network_address_is_refused(tmp_path: Path) -> None:
    done = trackgate("server", "--host", "0.0.0.0", "--data-dir", str(tmp_path))

    assert done.returncode == 1
    assert "trackgate up" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for others")
def test_a_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    words = ("--data-dir", str(tmp_path), "--artifacts-destination", f"{file}/bucket")
    refused = trackgate("server", "--socket", str(tmp_path / "socket"), *words)

    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert f"{file}/bucket cannot be made" in line
    assert "s3://" in line


@pytest.mark.parametrize("count", ["0", "-1", "x"])
def test_an_upgrade_refuses_a_setting_that_no_server_could_use(
    tmp_path: Path, count: str
) -> None:
    words = ["upgrade", "--data-dir", str(tmp_path)]

    refused = CliRunner().invoke(db, words, env={"TRACKGATE_WORKERS": count})

    assert refused.exit_code == 1
    assert "TRACKGATE_WORKERS=" in refused.output
    assert not (tmp_path / "tracking.db").exists()


def test_roots_commands_leave_the_folder_to_its_owner() -> None:
    if not can_import("trackgate_server"):
        pytest.skip("this Python cannot be run by another account")
    # pytest's own folders are closed to other accounts.
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)

        done = trackgate("db", "upgrade", "--data-dir", folder)

        assert done.returncode == 0, done.stderr
        assert {path.stat().st_uid for path in Path(folder).iterdir()} == {NOBODY}
