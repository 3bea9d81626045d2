"""The calls of a training script, on a real server."""

from __future__ import annotations

import threading
import uuid

import pytest
import trackgate
from trackgate.errors import InvalidParameterValue, InvalidState, RunAlreadyActive

from tests.client.programs import Programs
from tests.fixtures.sites import Server


def test_what_a_run_logs_is_found_again(fluent: str) -> None:
    with trackgate.start_run(run_name="one", description="why", tags={"a": 1}) as run:
        assert trackgate.log_param("depth", 2) == 2
        trackgate.log_params({"p": 1, "q": "two"})
        trackgate.log_metric("loss", 0.5, step=3)
        trackgate.log_metrics({"accuracy": 0.9, "recall": 0.8}, step=1)
        trackgate.set_tag("t", "v")
        trackgate.set_tags({"u": 1, "w": 2})
        trackgate.delete_tag("w")

    found = trackgate.get_run(run.info.run_id)

    assert found.info.experiment_id == fluent
    assert (found.info.run_name, found.info.status) == ("one", "FINISHED")
    assert found.data.params == {"depth": "2", "p": "1", "q": "two"}
    assert found.data.metrics == {"loss": 0.5, "accuracy": 0.9, "recall": 0.8}
    own = {key: found.data.tags.get(key) for key in ("a", "t", "u", "w")}
    assert own == {"a": "1", "t": "v", "u": "1", "w": None}
    assert found.data.tags["mlflow.note.content"] == "why"
    assert found.data.tags["mlflow.source.type"] == "LOCAL"


def test_a_nested_run_knows_its_parent(fluent: str) -> None:
    with trackgate.start_run() as outer:
        with pytest.raises(RunAlreadyActive, match="nested=True"):
            trackgate.start_run()
        with trackgate.start_run(nested=True) as inner:
            assert trackgate.active_run() is inner
        assert trackgate.active_run() is outer

    parent = trackgate.get_parent_run(inner.info.run_id)
    assert parent is not None
    assert parent.info.run_id == outer.info.run_id


def test_a_parent_may_be_named_and_must_be_the_active_run(fluent: str) -> None:
    with trackgate.start_run() as first:
        pass
    with trackgate.start_run(parent_run_id=first.info.run_id) as second:
        pass
    with trackgate.start_run(), pytest.raises(InvalidParameterValue, match="parent"):
        trackgate.start_run(nested=True, parent_run_id=first.info.run_id)

    tags = trackgate.get_run(second.info.run_id).data.tags
    assert tags["mlflow.parentRunId"] == first.info.run_id


def test_a_run_is_taken_up_again(fluent: str) -> None:
    with trackgate.start_run() as first:
        pass

    with trackgate.start_run(run_id=first.info.run_id, tags={"again": "yes"}) as run:
        assert trackgate.get_run(run.info.run_id).info.status == "RUNNING"
        trackgate.log_param("p", 1)

    found = trackgate.get_run(first.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"p": "1"}
    assert found.data.tags["again"] == "yes"


def test_the_environment_may_name_the_run_to_take_up_once(
    fluent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trackgate.start_run() as first:
        pass
    monkeypatch.setenv("MLFLOW_RUN_ID", first.info.run_id)

    with trackgate.start_run() as again:
        pass
    with trackgate.start_run() as new:
        pass

    assert again.info.run_id == first.info.run_id
    assert new.info.run_id != first.info.run_id


def test_a_deleted_run_is_not_taken_up(fluent: str) -> None:
    with trackgate.start_run() as run:
        pass
    trackgate.delete_run(run.info.run_id)

    with pytest.raises(InvalidState, match="restore_run"):
        trackgate.start_run(run_id=run.info.run_id)
    trackgate.restore_run(run.info.run_id)
    with trackgate.start_run(run_id=run.info.run_id):
        pass


def test_logging_without_a_run_starts_one(fluent: str) -> None:
    trackgate.log_metric("loss", 1.0)

    active = trackgate.active_run()
    assert active is not None
    trackgate.end_run()
    assert trackgate.active_run() is None
    last = trackgate.last_active_run()
    assert last is not None
    assert last.info.run_id == active.info.run_id
    assert last.data.metrics == {"loss": 1.0}


def test_each_thread_has_its_own_active_run(fluent: str) -> None:
    seen: list[object] = []
    with trackgate.start_run():
        thread = threading.Thread(target=lambda: seen.append(trackgate.active_run()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_switching_background_sending_on_makes_calls_return_operations(
    fluent: str,
) -> None:
    trackgate.config.enable_async_logging()
    try:
        with trackgate.start_run() as run:
            for step in range(100):
                operations = trackgate.log_metric("loss", float(step), step=step)
            assert operations is not None
            operations.wait()
            trackgate.log_param("p", 1)
            trackgate.flush_async_logging()
            assert trackgate.get_run(run.info.run_id).data.params == {"p": "1"}
    finally:
        trackgate.config.enable_async_logging(False)

    assert trackgate.get_run(run.info.run_id).data.metrics == {"loss": 99.0}


def test_a_loop_that_outruns_its_queue_arrives_whole_and_in_order(
    fluent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_QUEUE_CAPACITY", "500")
    with trackgate.start_run() as run:
        for step in range(2_500):
            trackgate.log_metric("loss", 0.5, step, synchronous=False, timestamp=step)
            if step % 500 == 0:
                both = {"a": float(step), "b": 0.5}
                trackgate.log_metrics(both, step, synchronous=False)

    found = trackgate.MlflowClient()
    run_id = run.info.run_id
    points = found.get_metric_history(run_id, "loss")
    assert [point.step for point in points] == list(range(2_500))
    assert len(found.get_metric_history(run_id, "a")) == 5
    assert found.get_run(run_id).data.metrics == {"loss": 0.5, "a": 2000.0, "b": 0.5}


def test_setting_a_deleted_experiment_says_how_to_restore_it(fluent: str) -> None:
    name = trackgate.get_experiment(fluent).name
    trackgate.delete_experiment(fluent)

    with pytest.raises(InvalidParameterValue, match=f"restore_experiment.'{fluent}'"):
        trackgate.set_experiment(name)
    trackgate.restore_experiment(fluent)
    assert trackgate.set_experiment(name).experiment_id == fluent


def test_an_experiment_is_chosen_by_its_id(fluent: str) -> None:
    other = trackgate.create_experiment(f"other {uuid.uuid4()}")

    trackgate.set_experiment(experiment_id=other)
    with trackgate.start_run() as run:
        trackgate.set_experiment_tags({"a": 1, "b": 2})
        trackgate.delete_experiment_tag("b")

    assert run.info.experiment_id == other
    assert trackgate.get_experiment(other).tags == {"a": "1"}


def test_runs_are_found_as_a_data_frame(fluent: str) -> None:
    for depth in (1, 2):
        with trackgate.start_run():
            trackgate.log_param("depth", depth)
            trackgate.log_metric("accuracy", depth / 10)
    with trackgate.start_run():
        trackgate.log_param("other", "x")

    found = trackgate.search_runs(order_by=["metrics.accuracy DESC"])

    assert list(found["metrics.accuracy"])[:2] == [0.2, 0.1]
    assert list(found["params.depth"])[:2] == ["2", "1"]
    assert found["metrics.accuracy"].isna().tolist() == [False, False, True]
    assert str(found["start_time"].dtype).endswith("UTC]")
    assert set(found.columns) >= {"run_id", "experiment_id", "status", "end_time"}


def test_runs_are_found_as_a_list_by_the_names_of_experiments(fluent: str) -> None:
    with trackgate.start_run() as run:
        pass
    name = trackgate.get_experiment(fluent).name

    found = trackgate.search_runs(experiment_names=[name], output_format="list")

    assert [one.info.run_id for one in found] == [run.info.run_id]
    everywhere = trackgate.search_runs(
        filter_string=f"run_id = '{run.info.run_id}'",
        search_all_experiments=True,
        output_format="list",
    )
    assert everywhere == found


def test_no_run_is_an_empty_data_frame(fluent: str) -> None:
    assert len(trackgate.search_runs()) == 0


def test_experiments_are_found_over_all_pages(fluent: str) -> None:
    name = trackgate.get_experiment(fluent).name

    found = trackgate.search_experiments(filter_string=f"name = '{name}'")

    assert [one.experiment_id for one in found] == [fluent]
    assert len(trackgate.search_experiments(max_results=1)) == 1


def test_a_dataset_is_noted_with_its_use(fluent: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    dataset = trackgate.data.from_pandas(frame, "cells.csv", name="cells", targets="y")

    with trackgate.start_run() as run:
        trackgate.log_input(dataset, context="training")
        trackgate.log_metric("loss", 0.5, dataset=dataset)

    (noted,) = trackgate.get_run(run.info.run_id).inputs.dataset_inputs
    assert noted.dataset.name == "cells"
    assert noted.dataset.digest == dataset.digest
    assert noted.dataset.source == '{"uri": "cells.csv"}'
    assert noted.tags[0].value == "training"


def test_arrays_have_a_fingerprint_of_their_own() -> None:
    numpy = pytest.importorskip("numpy")
    ones, twos = numpy.ones((3, 2)), numpy.full((3, 2), 2.0)

    first = trackgate.data.from_numpy(ones, targets=numpy.zeros(3))

    assert (
        first.digest == trackgate.data.from_numpy(ones, targets=numpy.zeros(3)).digest
    )
    assert (
        first.digest != trackgate.data.from_numpy(twos, targets=numpy.zeros(3)).digest
    )
    assert '"features_shape": [3, 2]' in (first.profile or "")


def test_the_address_set_in_code_wins_over_the_environment(
    fluent: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", "http://nowhere.example")

    assert trackgate.get_tracking_uri() == server.address
    trackgate.set_tracking_uri(None)
    assert trackgate.get_tracking_uri() == "http://nowhere.example"


def test_the_environment_may_name_the_experiment(programs: Programs) -> None:
    name = f"of the environment {uuid.uuid4()}"
    program = """
        import trackgate
        with trackgate.start_run() as run:
            print(trackgate.get_experiment(run.info.experiment_id).name)
    """

    done = programs.run(program, MLFLOW_EXPERIMENT_NAME=name)

    assert done.stdout.strip() == name, done.stderr


def test_a_program_started_from_a_run_logs_to_the_same_experiment(
    programs: Programs,
) -> None:
    program = f"""
        import subprocess, sys, trackgate
        chosen = trackgate.set_experiment("{uuid.uuid4()}").experiment_id
        child = "import trackgate; print(trackgate.start_run().info.experiment_id)"
        out = subprocess.run([sys.executable, "-c", child], stdout=subprocess.PIPE)
        print(int(out.stdout) == int(chosen))
    """

    assert programs.run(program).stdout.strip() == "True"
