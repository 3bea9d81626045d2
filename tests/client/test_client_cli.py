"""The command line: the peer's flags, one line for an error, no password shown."""

from __future__ import annotations

import csv
import io
import json
import uuid
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from trackgate import TrackingClient, extras
from trackgate.cli import main
from trackgate.env_file import load_into
from trackgate.errors import BadSetting

from tests.client.broken_server import BrokenServer, Reply
from tests.fixtures.sites import Server, Stack


@pytest.fixture
def at_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKING_URI", server.address)


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.usefixtures("at_server")
def test_experiments_are_created_shown_renamed_deleted_and_restored() -> None:
    name = f"cli {uuid.uuid4()}"
    made = run("experiments", "create", "-n", name).stdout.split()[-1]

    shown = json.loads(run("experiments", "get", "-x", made, "--output", "json").stdout)
    assert shown["name"] == name
    assert name in run("experiments", "search").stdout
    run("experiments", "rename", "-x", made, "--new-name", f"{name} anew")
    assert made in run("experiments", "get", "-n", f"{name} anew").stdout
    run("experiments", "delete", "-x", made)
    assert made not in run("experiments", "search").stdout.split()
    assert made in run("experiments", "search", "-v", "deleted_only").stdout.split()
    run("experiments", "restore", "-x", made)


@pytest.mark.usefixtures("at_server")
def test_runs_are_created_listed_described_and_exported(experiment_id: str) -> None:
    words = ["-x", experiment_id, "--run-name", "one", "-t", "a=b", "-t", "c=d=e"]
    made = json.loads(run("runs", "create", *words, "--status", "failed").stdout)

    described = json.loads(run("runs", "describe", "--run-id", made["run_id"]).stdout)
    assert described["info"]["status"] == made["status"] == "FAILED"
    assert described["data"]["tags"]["c"] == "d=e"
    assert "one" in run("runs", "list", "--experiment-id", experiment_id).stdout
    table = run("experiments", "csv", "-x", experiment_id).stdout
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["run_id"], row["tags.a"]) == (made["run_id"], "b")
    run("runs", "delete", "--run-id", made["run_id"])
    run("runs", "restore", "--run-id", made["run_id"])


@pytest.mark.usefixtures("at_server")
def test_artifacts_go_up_are_listed_and_come_down(run_id: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("a")

    run("artifacts", "log-artifact", "-l", str(source / "a.txt"), "-r", run_id)
    run("artifacts", "log-artifacts", "-l", str(source), "-r", run_id, "-a", "sub")

    listed = json.loads(run("artifacts", "list", "-r", run_id).stdout)
    assert [one["path"] for one in listed] == ["a.txt", "sub"]
    by_run = ["-r", run_id, "-a", "sub", "-d", str(tmp_path / "x")]
    where = run("artifacts", "download", *by_run).stdout.strip()
    assert (Path(where) / "a.txt").read_text() == "a"
    by_uri = run("artifacts", "download", "-u", f"runs:/{run_id}/a.txt").stdout.strip()
    assert Path(by_uri).read_text() == "a"


def test_whoami_says_whose_name_is_used_and_from_where(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", stack.address)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "vera")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", stack.passwords["vera"])

    said = run("whoami").output

    assert "known as     vera" in said
    assert "role         viewer" in said
    assert "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" in said
    assert stack.passwords["vera"] not in said


def test_a_wrong_password_is_one_line_that_says_what_to_set(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", stack.address)
    monkeypatch.setenv("TRACKING_USERNAME", "ada")
    monkeypatch.setenv("TRACKING_PASSWORD", "not the right one")

    result = run("runs", "describe", "--run-id", "x", code=1)

    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "TRACKING_USERNAME and TRACKING_PASSWORD" in line
    assert "not the right one" not in line


def test_no_password_is_one_line_that_says_what_to_set(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", stack.address)

    result = run("experiments", "search", code=1)

    assert "Set TRACKING_USERNAME and TRACKING_PASSWORD" in result.stderr


def test_no_server_is_an_error_that_names_the_variable() -> None:
    assert "Set TRACKING_URI" in run("whoami", code=1).stderr


@pytest.mark.usefixtures("at_server")
@pytest.mark.parametrize(
    "words",
    [
        ("experiments", "get"),
        ("runs", "create"),
        ("runs", "create", "-x", "0", "-t", "novalue"),
        ("artifacts", "download"),
    ],
)
def test_a_wrong_use_is_told_from_a_failure(words: tuple[str, ...]) -> None:
    assert "Error:" in run(*words, code=2).stderr


def test_kept_calls_are_counted_and_sent(
    broken: BrokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", broken.address)
    monkeypatch.setenv("TRACKING_MAX_RETRIES", "0")
    broken.reply(Reply(503), Reply())
    client = TrackingClient()
    client.log_metric("r", "loss", 0.5, synchronous=False)
    client.flush_async_logging()

    assert run("spool", "list").stdout.startswith("1 calls wait")
    assert run("spool", "send").stdout.strip() == "1 calls sent"
    assert run("spool", "list").stdout.startswith("0 calls wait")


def test_an_env_file_sets_what_is_not_set(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", "")
    monkeypatch.delenv("TRACKING_URI")
    (tmp_path / ".env").write_text(f"# here\nexport TRACKING_URI='{server.address}'\n")

    assert server.address in run("--env-file", str(tmp_path / ".env"), "whoami").stdout
    monkeypatch.delenv("TRACKING_URI", raising=False)


def test_an_env_file_is_read_line_by_line() -> None:
    environment = {"A": "stays"}

    load_into(environment, 'A=1\nB = two words \n\nC="quoted"\nD=')

    assert environment == {"A": "stays", "B": "two words", "C": "quoted", "D": ""}
    with pytest.raises(BadSetting, match="Line 2"):
        load_into({}, "A=1\nnonsense")


def test_commands_of_installed_extras_are_listed() -> None:
    listed = run("--help").stdout

    for name in ("artifacts", "experiments", "runs", "server", "spool", "up", "whoami"):
        assert f"  {name} " in listed


def test_an_extra_that_is_not_installed_is_named() -> None:
    class Bare:
        requires = ('no-such-package>=1; extra == "server"', "click>=8")

    point = EntryPoint("up", "somewhere:up [server]", "trackgate.commands")
    vars(point).update(dist=Bare())

    assert extras.missing(point) == ["no-such-package"]


def test_an_unknown_command_is_a_usage_error() -> None:
    assert "No such command 'fly'" in run("fly", code=2).stderr
