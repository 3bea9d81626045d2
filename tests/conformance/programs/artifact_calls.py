"""Artifacts: files, folders, texts, pictures and tables, there and back."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from uuid import uuid4

import matplotlib
import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts, list_artifacts, load_dict, load_text

matplotlib.use("Agg")

from matplotlib import pyplot

LARGE = os.urandom(3_000_000)
client = MlflowClient()


def send(folder: Path) -> str:
    (folder / "tree" / "leaf é").mkdir(parents=True)
    (folder / "tree" / "leaf é" / "a b+c.txt").write_text("☃")
    (folder / "tree" / "empty").write_bytes(b"")
    (folder / "large.bin").write_bytes(LARGE)
    mlflow.set_experiment(f"artifact calls {uuid4().hex}")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(folder / "large.bin"))
        mlflow.log_artifact(str(folder / "large.bin"), artifact_path="deep/er")
        mlflow.log_artifacts(str(folder / "tree"), artifact_path="tree")
        mlflow.log_text("text ☃", "notes/text.txt")
        mlflow.log_dict({"a": [1, {"b": None}]}, "notes/dict.json")
        mlflow.log_figure(figure, "figure.png")
        mlflow.log_table({"x": [1], "y": ["a"]}, "table.json")
        mlflow.log_table({"x": [2], "y": ["b"]}, "table.json")
    return run.info.run_id


def look(run_id: str) -> None:
    def paths(path: str | None = None) -> list[tuple[str, bool, int | None]]:
        found = client.list_artifacts(run_id, path)
        return [(one.path, one.is_dir, one.file_size) for one in found]

    assert [path for path, _, _ in paths()] == [
        *("deep", "figure.png", "large.bin", "notes", "table.json", "tree")
    ]
    assert ("large.bin", False, len(LARGE)) in paths()
    assert paths("tree") == [("tree/empty", False, 0), ("tree/leaf é", True, None)]
    assert paths("deep/er") == [("deep/er/large.bin", False, len(LARGE))]
    assert paths("nowhere") == []
    listed = list_artifacts(run_id=run_id, artifact_path="notes")
    assert len(listed) == 2


def fetch(run_id: str, folder: Path) -> None:
    uri = f"runs:/{run_id}"
    assert load_text(f"{uri}/notes/text.txt") == "text ☃"
    assert load_dict(f"{uri}/notes/dict.json") == {"a": [1, {"b": None}]}
    one = download_artifacts(run_id=run_id, artifact_path="large.bin")
    assert Path(one).read_bytes() == LARGE
    root = mlflow.get_run(run_id).info.artifact_uri
    whole = Path(download_artifacts(artifact_uri=root, dst_path=str(folder)))
    assert (whole / "tree" / "leaf é" / "a b+c.txt").read_text() == "☃"
    assert (whole / "tree" / "empty").read_bytes() == b""
    assert (whole / "deep" / "er" / "large.bin").read_bytes() == LARGE
    assert (whole / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((whole / "table.json").read_text())["data"] == [
        [1, "a"],
        [2, "b"],
    ]
    table = mlflow.load_table("table.json", run_ids=[run_id])
    pd.testing.assert_frame_equal(table, pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}))


with tempfile.TemporaryDirectory() as scratch:
    sent = Path(scratch) / "sent"
    logged = send(sent)
    look(logged)
    got = Path(scratch) / "got"
    got.mkdir()
    fetch(logged, got)
