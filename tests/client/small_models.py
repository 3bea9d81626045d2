"""Models as small as they may be: a folder with an MLmodel file and some bytes."""

from __future__ import annotations

import uuid
from pathlib import Path

from trackgate import TrackingClient
from trackgate.entities import LoggedModel


def new_name(kind: str = "model") -> str:
    """A name that no other test uses."""
    return f"{kind} {uuid.uuid4()}"


def saved(folder: Path) -> Path:
    """A folder that holds a model."""
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text(f"flavors: {{}}\nmodel_uuid: {uuid.uuid4().hex}\n")
    (folder / "data" / "weights.bin").write_bytes(b"\x00\x01\x02")
    return folder


def files(folder: Path) -> set[str]:
    """Paths of all files in a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


FILES = {"MLmodel", "data/weights.bin"}


def logged(
    client: TrackingClient, experiment_id: str, name: str, run_id: str, source: Path
) -> LoggedModel:
    """A logged model of a run, with its files."""
    made = client.create_logged_model(experiment_id, name, run_id)
    client.log_model_artifacts(made.model_id, source)
    return client.finalize_logged_model(made.model_id, "READY")
