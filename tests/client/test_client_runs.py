"""The client's methods about runs and experiments, on a real server."""

from __future__ import annotations

import math
import uuid

import pytest
from trackgate import TrackingClient
from trackgate.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    Metric,
    Param,
    RunTag,
    ViewType,
)
from trackgate.errors import AlreadyExists, InvalidParameterValue, NotFound


def test_a_run_comes_back_as_it_was_made(
    client: TrackingClient, experiment_id: str
) -> None:
    made = client.create_run(experiment_id, 1_000, {"k": "v"}, "first")

    found = client.get_run(made.info.run_id)

    assert found == made
    assert found.info.run_name == "first"
    assert found.info.start_time == 1_000
    assert found.info.status == "RUNNING"
    assert found.data.tags["k"] == "v"


@pytest.mark.parametrize("value", [0.1 + 0.2, math.inf, -math.inf, 1e-320])
def test_a_metric_comes_back_bit_for_bit(
    client: TrackingClient, run_id: str, value: float
) -> None:
    client.log_metric(run_id, "loss", value, timestamp=5, step=2)

    assert client.get_run(run_id).data.metrics == {"loss": value}
    assert client.get_metric_history(run_id, "loss") == [Metric("loss", value, 5, 2)]


def test_a_metric_may_be_no_number(client: TrackingClient, run_id: str) -> None:
    client.log_metric(run_id, "loss", float("nan"))

    assert math.isnan(client.get_run(run_id).data.metrics["loss"])


def test_numpys_numbers_are_numbers(client: TrackingClient, run_id: str) -> None:
    numpy = pytest.importorskip("numpy")

    client.log_metric(run_id, "a", numpy.float32(0.5), step=numpy.int64(3))
    client.log_metric(run_id, "b", numpy.array([[2.0]]))

    assert client.get_run(run_id).data.metrics == {"a": 0.5, "b": 2.0}


@pytest.mark.parametrize("synchronous", [True, False])
def test_what_breaks_a_rule_raises_at_the_call(
    client: TrackingClient, run_id: str, synchronous: bool
) -> None:
    for key, value in (("k" * 251, 1.0), ("../up", 1.0), ("ok", "a word")):
        with pytest.raises(InvalidParameterValue):
            client.log_metric(run_id, key, value, synchronous=synchronous)
    with pytest.raises(InvalidParameterValue, match="64 bits"):
        client.log_metric(run_id, "ok", 1.0, step=2**63, synchronous=synchronous)


def test_too_long_values_are_left_to_the_server(
    client: TrackingClient, run_id: str
) -> None:
    """It cuts them unless set otherwise, as the peer does for its clients."""
    client.log_param(run_id, "p", "x" * 6_001)
    client.set_tag(run_id, "t", "x" * 8_001)

    data = client.get_run(run_id).data
    assert len(data.params["p"]) == 6_000
    assert len(data.tags["t"]) == 8_000


def test_a_batch_larger_than_a_request_is_stored_whole(
    client: TrackingClient, run_id: str
) -> None:
    metrics = [Metric("loss", float(step), 1, step) for step in range(2_500)]
    params = [Param(f"p{number}", "v") for number in range(250)]
    tags = [RunTag(f"t{number}", "v") for number in range(150)]

    client.log_batch(run_id, metrics, params, tags)

    run = client.get_run(run_id)
    assert run.data.metrics == {"loss": 2_499.0}
    assert len(run.data.params) == 250
    assert {f"t{number}" for number in range(150)} <= run.data.tags.keys()
    assert client.get_metric_history(run_id, "loss") == metrics


def test_background_values_are_there_when_the_run_has_ended(
    client: TrackingClient, run_id: str
) -> None:
    for step in range(3_000):
        client.log_metric(run_id, "loss", float(step), 1, step, synchronous=False)
    client.log_param(run_id, "p", 1, synchronous=False)
    client.set_tag(run_id, "t", "old", synchronous=False)
    client.set_tag(run_id, "t", "new", synchronous=False)

    client.set_terminated(run_id)

    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"p": "1"}
    assert run.data.tags["t"] == "new"
    assert len(client.get_metric_history(run_id, "loss")) == 3_000


def test_a_parameter_refused_in_the_background_says_so_where_it_is_waited_for(
    client: TrackingClient, run_id: str
) -> None:
    client.log_param(run_id, "p", "one")
    operations = client.log_param(run_id, "p", "two", synchronous=False)

    with pytest.raises(InvalidParameterValue, match="two"):
        operations.wait()


def test_runs_are_searched_page_by_page(
    client: TrackingClient, experiment_id: str
) -> None:
    made = [
        client.create_run(experiment_id, start).info.run_id for start in range(1, 6)
    ]

    first = client.search_runs([experiment_id], max_results=3)
    second = client.search_runs(experiment_id, max_results=3, page_token=first.token)

    assert [run.info.run_id for run in [*first, *second]] == made[::-1]
    assert second.token is None


def test_a_deleted_run_is_seen_only_where_it_is_asked_for(
    client: TrackingClient, experiment_id: str, run_id: str
) -> None:
    client.delete_run(run_id)

    assert client.search_runs([experiment_id]) == []
    for view in (ViewType.DELETED_ONLY, "deleted_only", 2):
        (found,) = client.search_runs([experiment_id], run_view_type=view)
        assert found.info.lifecycle_stage == "deleted"
    client.restore_run(run_id)
    assert len(client.search_runs([experiment_id])) == 1


def test_name_status_and_tags_of_a_run_change(
    client: TrackingClient, run_id: str
) -> None:
    client.set_tag(run_id, "t", 1)
    client.update_run(run_id, status="FAILED", name="renamed")
    assert client.get_run(run_id).data.tags["t"] == "1"
    client.delete_tag(run_id, "t")

    run = client.get_run(run_id)
    assert (run.info.status, run.info.run_name) == ("FAILED", "renamed")
    assert "t" not in run.data.tags
    with pytest.raises(InvalidParameterValue, match="Unknown run status"):
        client.update_run(run_id, status="DONE")


def test_the_parent_of_a_run_is_found(
    client: TrackingClient, experiment_id: str, run_id: str
) -> None:
    child = client.create_run(experiment_id, tags={"mlflow.parentRunId": run_id})

    parent = client.get_parent_run(child.info.run_id)

    assert parent is not None
    assert parent.info.run_id == run_id
    assert client.get_parent_run(run_id) is None


def test_inputs_are_noted_and_found(
    client: TrackingClient, experiment_id: str, run_id: str
) -> None:
    dataset = Dataset("cells", "abc123", "code", "{}")
    client.log_inputs(
        run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])]
    )

    (noted,) = client.get_run(run_id).inputs.dataset_inputs
    (summary,) = client.search_dataset_summaries([experiment_id])

    assert noted.dataset == dataset
    assert (summary.name, summary.context) == ("cells", "training")


def test_histories_of_several_runs_come_in_one_answer(
    client: TrackingClient, experiment_id: str, run_id: str
) -> None:
    other_id = client.create_run(experiment_id).info.run_id
    for one in (run_id, other_id):
        for step in range(50):
            client.log_metric(one, "loss", float(step), 1, step, synchronous=False)
    client.flush_async_logging()

    all_points = client.get_metric_history_bulk([run_id, other_id], "loss")
    few = client.get_metric_history_bulk_interval([run_id], "loss", max_results=5)

    assert {point.run_id for point in all_points} == {run_id, other_id}
    assert len(all_points) == 100
    assert 5 <= len(few) < 50


def test_an_experiment_is_created_found_renamed_tagged_and_deleted(
    client: TrackingClient,
) -> None:
    name = f"experiment {uuid.uuid4()}"
    made = client.create_experiment(name, tags={"team": "cells"})
    client.set_experiment_tag(made, "stage", 1)
    client.delete_experiment_tag(made, "team")
    client.rename_experiment(made, f"{name} anew")

    found = client.get_experiment_by_name(f"{name} anew")

    assert found == client.get_experiment(made)
    assert found is not None
    assert found.tags == {"stage": "1"}
    assert client.get_experiment_by_name(name) is None
    with pytest.raises(AlreadyExists):
        client.create_experiment(f"{name} anew")
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"


def test_experiments_are_searched(client: TrackingClient) -> None:
    name = f"needle {uuid.uuid4()}"
    client.create_experiment(name)

    (found,) = client.search_experiments(filter_string=f"name = '{name}'")

    assert found.name == name


def test_what_is_not_there_is_not_found(client: TrackingClient) -> None:
    with pytest.raises(NotFound):
        client.get_run("0" * 32)
    with pytest.raises(NotFound):
        client.get_experiment("987654")


def test_the_server_says_who_we_are(client: TrackingClient) -> None:
    caller = client.whoami()

    assert caller.role == "admin"
    assert client.get_server_info().store_type
    assert client.get_server_state().experiments >= 1


def test_a_server_without_a_registry_has_no_logged_models(
    client: TrackingClient, experiment_id: str
) -> None:
    assert client.search_logged_models([experiment_id]) == []


def test_what_is_purged_is_gone(client: TrackingClient, run_id: str) -> None:
    client.delete_run(run_id)

    assert client.purge(run_ids=[run_id]).run_ids == [run_id]
    with pytest.raises(NotFound):
        client.get_run(run_id)
