"""Logged models, their files and their metrics, on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.entities import LoggedModelStatus
from trackgate.errors import InvalidParameterValue, NotFound

from tests.client.small_models import files, logged, new_name, saved
from tests.fixtures.sites import Stack


def test_a_logged_model_comes_back_as_it_was_made(
    client: TrackingClient, experiment_id: str, run_id: str
) -> None:
    params = {f"p{number}": number for number in range(150)}

    made = client.create_logged_model(
        experiment_id, "tree", run_id, {"k": "v"}, params, "classifier"
    )

    assert client.get_logged_model(made.model_id) == made
    assert (made.name, made.model_type, made.source_run_id) == (
        *("tree", "classifier"),
        run_id,
    )
    assert made.status is LoggedModelStatus.PENDING
    assert made.params == {key: str(value) for key, value in params.items()}
    assert made.tags["k"] == "v"
    assert made.model_uri == f"models:/{made.model_id}"


def test_a_logged_model_is_finished_labelled_and_deleted(
    client: TrackingClient, experiment_id: str
) -> None:
    made = client.create_logged_model(experiment_id)

    assert client.finalize_logged_model(made.model_id, "READY").status == "READY"
    client.set_logged_model_tags(made.model_id, {"a": 1, "b/c d": 2})
    client.delete_logged_model_tag(made.model_id, "b/c d")
    client.log_model_params(made.model_id, {"depth": 2})
    found = client.get_logged_model(made.model_id)
    assert (found.tags["a"], "b/c d" in found.tags) == ("1", False)
    assert found.params == {"depth": "2"}

    client.delete_logged_model(made.model_id)
    with pytest.raises(NotFound):
        client.get_logged_model(made.model_id)
    assert client.get_logged_model(made.model_id, allow_deleted=True).name == made.name


def test_an_id_that_would_name_another_path_is_refused(client: TrackingClient) -> None:
    for model_id in ("", ".", "..", "../experiments/search"):
        with pytest.raises(InvalidParameterValue, match="cannot be a model id"):
            client.get_logged_model(model_id)
    with pytest.raises(InvalidParameterValue, match="cannot be a tag key"):
        client.delete_logged_model_tag("m-1", "../..")
    with pytest.raises(InvalidParameterValue, match="one of PENDING, READY, FAILED"):
        client.finalize_logged_model("m-1", "DONE")


def test_files_of_a_logged_model_are_listed(
    client: TrackingClient, experiment_id: str, run_id: str, tmp_path: Path
) -> None:
    model = logged(client, experiment_id, "tree", run_id, saved(tmp_path / "m"))
    client.log_model_artifact(model.model_id, tmp_path / "m" / "MLmodel", "more")

    top = client.list_logged_model_artifacts(model.model_id)
    inside = client.list_logged_model_artifacts(model.model_id, "data")

    assert {(one.path, one.is_dir) for one in top} == {
        *(("MLmodel", False), ("data", True), ("more", True))
    }
    assert [one.path for one in inside] == ["data/weights.bin"]


def test_logged_models_are_found(client: TrackingClient, experiment_id: str) -> None:
    for depth in (1, 2, 3):
        client.create_logged_model(experiment_id, f"m{depth}", params={"depth": depth})

    def names(**asked: object) -> list[str]:
        found = client.search_logged_models([experiment_id], **asked)
        return [one.name for one in found]

    assert names() == ["m3", "m2", "m1"]
    assert names(filter_string="params.depth = '2'") == ["m2"]
    by_name = [{"field_name": "name", "ascending": True}]
    assert names(order_by=by_name, max_results=2) == ["m1", "m2"]
    first = client.search_logged_models([experiment_id], max_results=2)
    assert names(max_results=2, page_token=first.token) == ["m1"]
    with pytest.raises(InvalidParameterValue, match="field_name"):
        names(order_by=[{"ascending": True}])


def test_the_fluent_calls_make_and_find_models(fluent: str) -> None:
    with trackgate.start_run() as run:
        made = trackgate.initialize_logged_model("tree", tags={"k": "v"})
    trackgate.log_model_params({"depth": 2}, made.model_id)
    trackgate.set_logged_model_tags(made.model_id, {"l": "w"})
    trackgate.delete_logged_model_tag(made.model_id, "k")
    trackgate.finalize_logged_model(made.model_id, "READY")

    found = trackgate.get_logged_model(made.model_id)

    assert trackgate.last_logged_model() == found
    assert (found.experiment_id, found.source_run_id) == (fluent, run.info.run_id)
    assert (found.params, found.tags["l"]) == ({"depth": "2"}, "w")
    assert trackgate.search_logged_models(output_format="list") == [found]
    frame = trackgate.search_logged_models()
    assert list(frame["model_id"]) == [made.model_id]
    assert "mlflow.source.name" in frame["tags"][0]


def test_an_external_model_can_be_registered(fluent: str) -> None:
    made = trackgate.create_external_model("elsewhere")

    assert (made.experiment_id, made.status) == (fluent, "READY")
    version = trackgate.register_model(made.model_uri, new_name())
    assert version.model_id == made.model_id
    folder = trackgate.artifacts.download_artifacts(made.model_uri)
    assert files(Path(folder)) == {"MLmodel"}


def test_metrics_belong_to_the_model_that_is_named_or_active(
    fluent: str, tmp_path: Path
) -> None:
    first, second = (trackgate.initialize_logged_model(name) for name in ("a", "b"))
    with trackgate.start_run():
        trackgate.log_metric("loss", 1.0, model_id=first.model_id)
        with trackgate.set_active_model(model_id=second.model_id):
            trackgate.log_metric("loss", 2.0)
            trackgate.log_metrics({"accuracy": 0.5})
        assert trackgate.get_active_model_id() is None
        trackgate.log_metric("other", 3.0)

    def measured(model_id: str) -> dict[str, float]:
        metrics = trackgate.get_logged_model(model_id).metrics
        return {metric.key: metric.value for metric in metrics}

    assert measured(first.model_id) == {"loss": 1.0}
    assert measured(second.model_id) == {"loss": 2.0, "accuracy": 0.5}


def test_a_model_becomes_active_by_its_name(fluent: str) -> None:
    made = trackgate.set_active_model(name="agent")
    try:
        assert trackgate.get_active_model_id() == made.model_id
        assert trackgate.set_active_model(name="agent").model_id == made.model_id
        with pytest.raises(InvalidParameterValue, match="is named 'agent'"):
            trackgate.set_active_model(name="other", model_id=made.model_id)
    finally:
        trackgate.clear_active_model()
    assert trackgate.get_active_model_id() is None
    with pytest.raises(InvalidParameterValue, match="Give `name` or `model_id`"):
        trackgate.set_active_model()


def test_a_client_made_without_an_address_means_the_fluent_calls_server(
    fluent: str,
) -> None:
    assert TrackingClient().get_experiment(fluent).experiment_id == fluent


@pytest.mark.nginx
def test_keys_of_tags_come_through_the_proxy_as_they_are(stack: Stack) -> None:
    client = TrackingClient(
        stack.address, username="ada", password=stack.passwords["ada"]
    )
    made = client.create_logged_model("0", tags={"a/b c%2F?#ü": 1, "kept": 2})

    client.delete_logged_model_tag(made.model_id, "a/b c%2F?#ü")

    assert set(client.get_logged_model(made.model_id).tags) == {"kept", "mlflow.user"}
