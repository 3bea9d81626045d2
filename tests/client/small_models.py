"""Models as small as they may be: a folder with an MLmodel file and some bytes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Registered:
    """A registered model: version 1 of a run's artifact, version 2 of a logged model.

    Version 1 is in Production, and `champion` points at version 2.
    """

    name: str
    artifact: str
    logged_name: str
    run_id: str
    model_id: str
    local: Path


def registered_model(address: str, folder: Path) -> Registered:
    """A registered model at a server, made from files put into `folder`."""
    client = TrackingClient(address)
    local = saved(folder / "MyModel-dt")
    artifact, logged_name, name = new_name("artifact"), new_name("logged"), new_name()
    experiment_id = client.create_experiment(new_name("experiment"))
    run_id = client.create_run(experiment_id).info.run_id
    client.log_artifacts(run_id, local, artifact)
    model_id = logged(client, experiment_id, logged_name, run_id, local).model_id
    client.create_registered_model(name)
    root = client.get_run(run_id).info.artifact_uri
    client.create_model_version(name, f"{root}/{artifact}", run_id)
    client.create_model_version(name, f"models:/{model_id}", model_id=model_id)
    client.transition_model_version_stage(name, "1", "Production")
    client.set_registered_model_alias(name, "champion", "2")
    return Registered(name, artifact, logged_name, run_id, model_id, local)
