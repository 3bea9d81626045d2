"""Models logged by the fluent calls: to a run, as a thing of its own, registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trackgate
from trackgate import TrackingClient, pyfunc
from trackgate.entities import LoggedModelStatus
from trackgate.errors import InvalidParameterValue, InvalidState
from trackgate.models import Model, infer_signature, set_signature

from tests.client.small_models import new_name

ONES = np.ones((1, 3))


def total(model_input: Any) -> Any:
    return model_input.sum(axis=1)


def log(name: str | None = "total", **choices: Any) -> Any:
    """Log a function, without looking for what it imports."""
    return pyfunc.log_model(
        name=name, python_model=total, pip_requirements=["numpy"], **choices
    )


def test_a_model_is_logged_with_what_its_run_knows(
    fluent: str, client: TrackingClient
) -> None:
    with trackgate.start_run() as run:
        trackgate.log_param("depth", 3)
        trackgate.log_metric("loss", 0.5, step=0)
        trackgate.log_metric("loss", 0.25, step=1)
        info = log(params={"kind": "sum"}, tags={"owner": "ada"}, step=1)

    made = client.get_logged_model(info.model_id)
    assert (made.name, made.experiment_id, made.source_run_id) == (
        *("total", fluent),
        run.info.run_id,
    )
    assert made.status is LoggedModelStatus.READY
    assert made.params == {"depth": "3", "kind": "sum"}
    assert made.tags["owner"] == "ada"
    assert [(point.key, point.value) for point in made.metrics] == [("loss", 0.25)]
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert [(one.model_id, one.step) for one in outputs] == [(info.model_id, 1)]
    assert trackgate.last_logged_model() == made


def test_the_file_says_which_run_and_model_it_is(
    fluent: str, client: TrackingClient
) -> None:
    with trackgate.start_run() as run:
        info = log(signature=infer_signature(ONES, np.ones(1)))

    said = Model.load(info.model_uri)

    assert info.model_uri == f"models:/{info.model_id}"
    assert (said.model_id, said.model_uuid) == (info.model_id, info.model_id)
    assert said.run_id == info.run_id == run.info.run_id
    made = client.get_logged_model(info.model_id)
    assert said.artifact_path == info.artifact_path == made.artifact_location
    assert said.signature == info.signature


@pytest.mark.usefixtures("fluent")
def test_it_loads_from_its_run_and_by_itself() -> None:
    with trackgate.start_run() as run:
        info = log()

    for uri in (info.model_uri, f"runs:/{run.info.run_id}/total"):
        assert pyfunc.load_model(uri).predict(ONES).tolist() == [3.0]


@pytest.mark.usefixtures("fluent")
def test_it_is_registered_where_that_is_asked_for(client: TrackingClient) -> None:
    registered = new_name()

    first = log(registered_model_name=registered)
    second = log(registered_model_name=registered, tags={"owner": "ada"})

    assert (first.registered_model_version, second.registered_model_version) == (
        *("1", "2"),
    )
    version = client.get_model_version(registered, "2")
    assert (version.model_id, version.run_id) == (second.model_id, second.run_id)
    assert version.tags["owner"] == "ada"
    loaded = pyfunc.load_model(f"models:/{registered}/latest")
    assert loaded.metadata.model_id == second.model_id


def test_a_name_that_cannot_be_registered_is_refused_before_anything_is_made(
    fluent: str, client: TrackingClient
) -> None:
    with pytest.raises(InvalidParameterValue, match="cannot contain '/' or ':'"):
        log(registered_model_name="team/tree")

    assert client.search_runs([fluent]) == []
    assert client.search_logged_models([fluent]) == []


@pytest.mark.usefixtures("fluent")
def test_without_a_run_one_is_started() -> None:
    info = log()

    active = trackgate.active_run()
    assert active is not None
    assert info.run_id == active.info.run_id


@pytest.mark.usefixtures("fluent")
def test_the_older_word_for_its_name_is_taken() -> None:
    info = log(None, artifact_path="total")

    assert info.name == "total"
    with pytest.raises(InvalidParameterValue, match="`artifact_path` is the old word"):
        log(artifact_path="total")


def test_files_go_to_a_model_that_waits_for_them(
    fluent: str, client: TrackingClient
) -> None:
    made = client.create_logged_model(fluent, "waiting")

    info = log(None, model_id=made.model_id)

    assert (info.model_id, info.name) == (made.model_id, "waiting")
    assert client.get_logged_model(made.model_id).status == "READY"


def test_nothing_comes_about_where_a_model_cannot_be_saved(
    fluent: str, client: TrackingClient
) -> None:
    with pytest.raises(InvalidParameterValue, match="is neither"):
        pyfunc.log_model(name="total", python_model=3)

    assert client.search_logged_models([fluent]) == []
    assert trackgate.active_run() is None


@pytest.mark.usefixtures("fluent")
def test_a_file_that_is_not_the_one_saved_is_not_loaded(
    client: TrackingClient, tmp_path: Path
) -> None:
    info = log()
    (tmp_path / "python_model.pkl").write_bytes(b"another")

    client.log_model_artifact(info.model_id, tmp_path / "python_model.pkl")

    with pytest.raises(InvalidState, match=r"'python_model.pkl' has 7 bytes"):
        pyfunc.load_model(info.model_uri)


@pytest.mark.usefixtures("fluent")
def test_a_logged_models_signature_can_be_set_and_a_versions_cannot() -> None:
    registered = new_name()
    info = log(registered_model_name=registered)
    signature = infer_signature(ONES, np.ones(1))

    set_signature(info.model_uri, signature)

    assert pyfunc.load_model(info.model_uri).metadata.signature == signature
    with pytest.raises(InvalidParameterValue, match="is a version of a registered"):
        set_signature(f"models:/{registered}/1", signature)
