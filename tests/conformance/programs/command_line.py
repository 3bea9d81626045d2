"""The stock command line: experiments, runs and artifacts."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from uuid import uuid4

import mlflow
from click.testing import CliRunner
from mlflow.cli import cli

NAME = f"command line {uuid4().hex}"


def mlflow_says(*words: str) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.output


def use_experiments() -> str:
    assert NAME in mlflow_says("experiments", "create", "-n", NAME)
    experiment_id = mlflow.get_experiment_by_name(NAME).experiment_id
    assert NAME in mlflow_says("experiments", "search")
    mlflow_says("experiments", "delete", "-x", experiment_id)
    assert NAME not in mlflow_says("experiments", "search")
    assert NAME in mlflow_says("experiments", "search", "--view", "deleted_only")
    mlflow_says("experiments", "restore", "-x", experiment_id)
    renamed = ("experiments", "rename", "-x", experiment_id)
    mlflow_says(*renamed, "--new-name", f"{NAME} 2")
    assert f"{NAME} 2" in mlflow_says("experiments", "search")
    return experiment_id


def use_runs(experiment_id: str) -> str:
    with mlflow.start_run(experiment_id=experiment_id, run_name="by hand") as run:
        mlflow.log_param("depth", 2)
        mlflow.log_metric("loss", 0.5)
    run_id = run.info.run_id
    assert run_id in mlflow_says("runs", "list", "--experiment-id", experiment_id)
    assert '"depth": "2"' in mlflow_says("runs", "describe", "--run-id", run_id)
    mlflow_says("runs", "delete", "--run-id", run_id)
    assert run_id not in mlflow_says("runs", "list", "--experiment-id", experiment_id)
    mlflow_says("runs", "restore", "--run-id", run_id)
    table = mlflow_says("experiments", "csv", "-x", experiment_id)
    row = next(csv.DictReader(io.StringIO(table)))
    assert (row["run_id"], row["params.depth"], row["metrics.loss"]) == (
        *(run_id, "2", "0.5"),
    )
    return run_id


def use_artifacts(run_id: str, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    here = ("--run-id", run_id)
    mlflow_says("artifacts", "log-artifact", *here, "--local-file", f"{folder}/a.txt")
    into = ("--artifact-path", "sub")
    mlflow_says("artifacts", "log-artifacts", *here, "--local-dir", str(folder), *into)
    assert '"sub"' in mlflow_says("artifacts", "list", *here)
    got = folder / "got"
    got.mkdir()
    mlflow_says("artifacts", "download", *here, *into, "--dst-path", str(got))
    assert (got / "sub" / "a.txt").read_text() == "one"


made = use_runs(use_experiments())
with tempfile.TemporaryDirectory() as scratch:
    use_artifacts(made, Path(scratch))
