"""The registry through stock clients: registered, moved, named, found and loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import mlflow
import numpy as np
from mlflow import MlflowClient, MlflowException
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

NAME = f"Decision Tree {uuid4().hex}"
X, y = load_iris(return_X_y=True)

client = MlflowClient()


def refused(code: str, call: Callable[..., Any], *args: Any, **how: Any) -> None:
    try:
        call(*args, **how)
    except MlflowException as error:
        found = error.error_code
    else:
        found = "nothing"
    assert found == code, found


def log_twice() -> None:
    """As the article does: the second run makes version 2."""
    for smoothing in (1.0, 0.1):
        model = GaussianNB(var_smoothing=smoothing).fit(X, y)
        with mlflow.start_run():
            mlflow.sklearn.log_model(
                model,
                "MyModel-dt",
                registered_model_name=NAME,
                pip_requirements=["scikit-learn"],
            )
    found = client.search_model_versions(f"name = '{NAME}'")
    assert [int(one.version) for one in found] == [2, 1]
    assert all(one.run_id and one.status == "READY" for one in found)


def move() -> None:
    for version, stage in ((1, "Production"), (2, "staging")):
        moved = client.transition_model_version_stage(NAME, version, stage)
        assert moved.current_stage == stage.title()
    client.transition_model_version_stage(
        name=NAME, version="2", stage="Production", archive_existing_versions=True
    )
    latest = {one.current_stage: one for one in client.get_latest_versions(NAME)}
    assert {stage: int(one.version) for stage, one in latest.items()} == {
        "Archived": 1,
        "Production": 2,
    }
    (only,) = client.get_latest_versions(NAME, ["Production"])
    assert int(only.version) == 2
    refused(
        "INVALID_PARAMETER_VALUE",
        client.transition_model_version_stage,
        *(NAME, 2, "Retired"),
    )


def name_versions() -> None:
    client.set_registered_model_alias(NAME, "champion", 2)
    client.set_registered_model_alias(NAME, "old", "1")
    assert int(client.get_model_version_by_alias(NAME, "champion").version) == 2
    assert client.get_model_version(NAME, "2").aliases == ["champion"]
    aliases = client.get_registered_model(NAME).aliases
    assert {name: int(version) for name, version in aliases.items()} == {
        "champion": 2,
        "old": 1,
    }
    client.delete_registered_model_alias(NAME, "old")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, NAME, "old")
    refused(
        "INVALID_PARAMETER_VALUE",
        client.set_registered_model_alias,
        *(NAME, "latest", 1),
    )


def load() -> None:
    expected = GaussianNB(var_smoothing=0.1).fit(X, y).predict(X)
    for suffix in ("/2", "/Production", "/latest", "@champion"):
        loaded = mlflow.pyfunc.load_model(f"models:/{NAME}{suffix}")
        assert np.array_equal(loaded.predict(X), expected), suffix
    uri = client.get_model_version_download_uri(NAME, "2")
    assert uri.startswith("mlflow-artifacts:/")


def describe() -> None:
    assert client.update_registered_model(NAME, "trees").description == "trees"
    described = client.update_model_version(NAME, "1", "stumps")
    assert described.description == "stumps"
    client.set_registered_model_tag(NAME, "team", "vision")
    client.set_model_version_tag(NAME, "1", "note", "a\nb ☃")
    client.set_model_version_tag(NAME, key="by stage", value=5, stage="Production")
    assert client.get_registered_model(NAME).tags == {"team": "vision"}
    assert client.get_model_version(NAME, "1").tags == {"note": "a\nb ☃"}
    assert client.get_model_version(NAME, "2").tags["by stage"] == "5"
    client.delete_model_version_tag(NAME, "1", "note")
    client.delete_registered_model_tag(NAME, "team")
    assert client.get_model_version(NAME, "1").tags == {}
    assert client.get_registered_model(NAME).tags == {}


def find() -> None:
    for letter in "ba":
        client.create_registered_model(f"{NAME} {letter}", {"k": letter}, "text")
    text = f"name LIKE '{NAME} _'"

    def found(**how: Any) -> list[str]:
        given = {"filter_string": text, **how}
        return [one.name[-1] for one in client.search_registered_models(**given)]

    assert found() == ["a", "b"]
    assert found(order_by=["name DESC"]) == ["b", "a"]
    assert found(filter_string=f"{text} AND tags.k = 'a'") == ["a"]
    first = client.search_registered_models(text, max_results=1)
    assert found(max_results=1, page_token=first.token) == ["b"]
    by_run = client.get_model_version(NAME, "1").run_id
    (one,) = client.search_model_versions(f"run_id = '{by_run}'")
    assert int(one.version) == 1
    paged = client.search_model_versions(f"name = '{NAME}'", max_results=1)
    rest = client.search_model_versions(
        f"name = '{NAME}'", max_results=1, page_token=paged.token
    )
    assert [int(one.version) for one in (*paged, *rest)] == [1, 2]


def copy_and_register() -> None:
    source = f"models:/{NAME}/2"
    copied = client.copy_model_version(source, f"{NAME} copy")
    assert (int(copied.version), copied.source) == (1, source)
    registered = mlflow.register_model(source, f"{NAME} copy", tags={"k": "v"})
    assert int(registered.version) == 2
    run_id = client.get_model_version(NAME, "2").run_id
    assert registered.run_id == run_id
    of_run = mlflow.register_model(f"runs:/{run_id}/MyModel-dt", f"{NAME} copy")
    assert int(of_run.version) == 3
    for version in (1, 2, 3):
        mlflow.sklearn.load_model(f"models:/{NAME} copy/{version}")
    refused(
        "INVALID_PARAMETER_VALUE",
        client.create_model_version,
        *(NAME, "file:///etc"),
    )


def rename_and_delete() -> None:
    client.rename_registered_model(NAME, f"{NAME}!")
    assert client.get_registered_model(f"{NAME}!").name == f"{NAME}!"
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, NAME)
    refused(
        "RESOURCE_ALREADY_EXISTS",
        client.rename_registered_model,
        *(f"{NAME}!", f"{NAME} a"),
    )
    client.delete_model_version(f"{NAME}!", "2")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, f"{NAME}!", "2")
    client.delete_registered_model(f"{NAME}!")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_registered_model, f"{NAME}!")


mlflow.set_experiment(f"registry calls {uuid4().hex}")
log_twice()
move()
name_versions()
load()
describe()
find()
copy_and_register()
rename_and_delete()
