"""Models and versions of the registry, made alike by everyone."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.conformance.sides import Answer, Json, Sides

CREATE = "registered-models/create"
NEW_VERSION = "model-versions/create"
SOURCE = "s3://bucket/model"

_numbers = count()


def new_model(sides: Sides, versions: int = 0, **fields: Json) -> str:
    """Its name, which nobody else has."""
    name = f"Decision Tree {next(_numbers)}"
    assert sides.same("POST", CREATE, {"name": name, **fields}).status == 200
    for _ in range(versions):
        new_version(sides, name)
    return name


def new_version(sides: Sides, name: str, **fields: Json) -> Any:
    """The version as everyone shows it."""
    answer = try_version(sides, name, **fields)
    assert answer.status == 200
    return answer.body["model_version"]


def try_version(sides: Sides, name: str, **fields: Json) -> Answer:
    """What everyone says of a new version."""
    return sides.same("POST", NEW_VERSION, {"name": name, "source": SOURCE, **fields})


def seen(sides: Sides, name: str) -> Any:
    """A model as everyone shows it."""
    answer = sides.same("GET", "registered-models/get", {"name": name})
    return answer.body["registered_model"]


def seen_version(sides: Sides, name: str, version: str) -> Any:
    """A version as everyone shows it."""
    asked = {"name": name, "version": version}
    return sides.same("GET", "model-versions/get", asked).body["model_version"]
