"""Calls that MLflow has too take the same arguments, in the same order."""

from __future__ import annotations

import inspect
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.entities import LoggedModel
from trackgate.entities.model_registry import ModelVersion, RegisteredModel

from tests.environment.peers import Release

# What belongs to parts of MLflow that are not here.
NOT_HERE = {
    *("trace_location", "workspace", "workspace_store_uri"),
    *("env_pack", "deployment_job_id", "deployment_job_state"),
}
FLUENT = [
    name for name in trackgate.__all__ if inspect.isfunction(getattr(trackgate, name))
]
CLIENT = [name for name in vars(TrackingClient) if not name.startswith("_")] + [
    name
    for base in TrackingClient.__mro__[1:-1]
    for name in vars(base)
    if not name.startswith("_")
]
PEER = """
import inspect, json, sys, mlflow, mlflow.artifacts
places = {
    "fluent": mlflow,
    "client": mlflow.MlflowClient,
    "artifacts": mlflow.artifacts,
}
wanted = json.load(sys.stdin)
from mlflow.entities import LoggedModel, model_registry
kinds = LoggedModel, model_registry.ModelVersion, model_registry.RegisteredModel
signatures = {
    f"{place}.{name}": list(inspect.signature(getattr(where, name)).parameters)
    for place, where in places.items()
    for name in wanted[place]
    if inspect.isfunction(getattr(where, name, None))
}
attributes = {
    kind.__name__: [
        name for name, value in vars(kind).items() if isinstance(value, property)
    ]
    for kind in kinds
}
print(json.dumps([signatures, attributes]))
"""
ENTITIES = {
    "LoggedModel": LoggedModel,
    "ModelVersion": ModelVersion,
    "RegisteredModel": RegisteredModel,
}
ARTIFACTS = ["download_artifacts", "list_artifacts", "load_text", "load_dict"]
PLACES = {
    "fluent": trackgate,
    "client": TrackingClient,
    "artifacts": trackgate.artifacts,
}


@pytest.mark.slow
def test_arguments_have_the_peers_names_and_order(
    peer_python: Callable[[Release], Path], tmp_path: Path
) -> None:
    wanted = {"fluent": FLUENT, "client": CLIENT, "artifacts": ARTIFACTS}

    theirs, attributes = of_peer(peer_python("3"), wanted, tmp_path)

    assert len(theirs) > 80
    differing = {
        name: (arguments, ours)
        for name, arguments in theirs.items()
        if (ours := our_arguments(name))[: len(arguments)] != arguments
    }
    assert differing == {}
    lacking = {
        name: [one for one in names if not hasattr(ENTITIES[name], one)]
        for name, names in attributes.items()
    }
    assert lacking == {name: [] for name in ENTITIES}


def of_peer(
    python: Path, wanted: Mapping[str, list[str]], home: Path
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The peer's arguments for each of our names that it knows, and the attributes
    of its entities.
    """
    output = subprocess.run(
        [str(python), "-c", PEER],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
        cwd=home,
    ).stdout
    found: list[dict[str, list[str]]] = json.loads(output)
    signatures, attributes = (
        {
            name: [one for one in names if one not in NOT_HERE]
            for name, names in part.items()
        }
        for part in found
    )
    return signatures, attributes


def our_arguments(name: str) -> list[str]:
    place, _, attribute = name.partition(".")
    found = getattr(PLACES[place], attribute)
    return list(inspect.signature(found).parameters)
