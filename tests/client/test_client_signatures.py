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

from tests.environment.peers import Release

# What belongs to parts of MLflow that are not here.
NOT_HERE = {"trace_location", "workspace_store_uri"}
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
print(json.dumps({
    f"{place}.{name}": list(inspect.signature(getattr(where, name)).parameters)
    for place, where in places.items()
    for name in wanted[place]
    if inspect.isfunction(getattr(where, name, None))
}))
"""
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

    theirs = signatures(peer_python("3"), wanted, tmp_path)

    assert len(theirs) > 80
    differing = {
        name: (arguments, ours)
        for name, arguments in theirs.items()
        if (ours := our_arguments(name))[: len(arguments)] != arguments
    }
    assert differing == {}


def signatures(
    python: Path, wanted: Mapping[str, list[str]], home: Path
) -> dict[str, list[str]]:
    """The peer's arguments for each of our names that it knows."""
    output = subprocess.run(
        [str(python), "-c", PEER],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
        cwd=home,
    ).stdout
    found: dict[str, list[str]] = json.loads(output)
    return {
        name: [one for one in arguments if one not in NOT_HERE]
        for name, arguments in found.items()
    }


def our_arguments(name: str) -> list[str]:
    place, _, attribute = name.partition(".")
    found = getattr(PLACES[place], attribute)
    return list(inspect.signature(found).parameters)
