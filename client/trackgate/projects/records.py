"""What a run says of the project that it ran: MLflow's tags, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from trackgate_wire.runs import Param

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.fluent import stack
from trackgate.projects.addresses import userinfo
from trackgate.projects.sources import Source
from trackgate.projects.specification import DockerEnvironment, EntryPoint, Project
from trackgate.run_calls import PARENT_TAG, USER_TAG
from trackgate.run_context import system_user

ENVIRONMENT_TAG = "mlflow.project.env"
_SOURCE_NAME = "mlflow.source.name"
_SOURCE_TYPE = "mlflow.source.type"
_ENTRY_POINT = "mlflow.project.entryPoint"
_BACKEND = "mlflow.project.backend"
_COMMIT = "mlflow.source.git.commit"
_BRANCH = "mlflow.source.git.branch"
_REPOSITORY = "mlflow.source.git.repoURL"


def tags(
    source: Source, project: Project, entry_point: EntryPoint, backend: str
) -> dict[str, str]:
    """Where the project is from, and what of it is run.

    The backend adds ENVIRONMENT_TAG where it makes an environment.
    """
    docker = isinstance(project.environment, DockerEnvironment)
    found = {
        _SOURCE_NAME: source.uri,
        _SOURCE_TYPE: "PROJECT",
        _ENTRY_POINT: entry_point.name,
        _BACKEND: backend,
        _COMMIT: source.commit,
        _BRANCH: source.branch,
        _REPOSITORY: source.repository,
        ENVIRONMENT_TAG: "docker" if docker else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def tags_of_new(client: TrackingClient) -> dict[str, str]:
    """Who runs it, and the run that is active here: the new one is nested in it."""
    who = client.credentials.username if client.credentials else system_user()
    active = stack.top()
    parent = {PARENT_TAG: active.info.run_id} if active else {}
    return {USER_TAG: who, **parent}


def params(parameters: Mapping[str, str]) -> list[Param]:
    """The parameters as they were given; a password in a URI is left out."""
    return [
        values.param(name, userinfo(value)[1]) for name, value in parameters.items()
    ]
