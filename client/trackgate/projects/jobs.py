"""A job: one run of an entry point, recorded and ready to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from trackgate.client import TrackingClient
from trackgate.projects.sources import Source
from trackgate.projects.specification import EntryPoint, Project

EnvironmentManager = Literal["local", "virtualenv", "uv", "conda"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a project is run.

    env_manager  what makes its environment; None: whatever the project asks for
    docker_args  options of `docker run`; True stands for one without a value
    storage_dir  folder for what parameters of the type `path` download
    build_image  True: build a container's image anew; False: take the image that the
                 project names, as it is; None: build it unless it was built before
    docker_auth  what logs in to an image registry
    config       the backend's own settings
    is_shown     show here what the program prints; it is kept in any case
    """

    env_manager: EnvironmentManager | None = None
    docker_args: Mapping[str, str | bool] = field(
        default_factory=dict[str, "str | bool"]
    )
    storage_dir: Path | None = None
    build_image: bool | None = None
    docker_auth: Mapping[str, str] | None = None
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of an entry point.

    client      speaks to the server that records it
    run_id      the run, which is made and running
    parameters  as they were given, before defaults and checks
    """

    client: TrackingClient
    run_id: str
    experiment_id: str
    project: Project
    source: Source
    entry_point: EntryPoint
    parameters: Mapping[str, str]
    options: Options

    def variables(self) -> dict[str, str]:
        """What the environment of its program says of the server and the run.

        Name and password are among them, so that they stand in no argument list.
        """
        uri = self.client.tracking_uri
        found = {
            "TRACKING_URI": uri,
            "MLFLOW_TRACKING_URI": uri,
            "MLFLOW_RUN_ID": self.run_id,
            "MLFLOW_EXPERIMENT_ID": self.experiment_id,
        }
        who = self.client.credentials
        if who is not None:
            for prefix in ("TRACKING", "MLFLOW_TRACKING"):
                found[f"{prefix}_USERNAME"] = who.username
                found[f"{prefix}_PASSWORD"] = who.password
        return found
