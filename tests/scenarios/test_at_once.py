"""Many who write at the same moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from trackgate_wire.errors import (
    AlreadyExists,
    InvalidParameterValue,
    TrackgateError,
)
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import (
    LOG_BATCH,
    LOG_MODEL,
    LogBatch,
    LogModel,
    Param,
    RunTag,
)

from tests.fixtures.api import Api
from tests.scenarios.acts import (
    get_run,
    history,
    latest_of,
    log_metric,
    log_param,
    new_experiment,
    new_name,
    new_run,
    params_of,
    set_tag,
    tags_of,
)

WRITERS = 8
MODEL_JSON = json.dumps(
    {"run_id": "r", "artifact_path": "m", "utc_time_created": "", "flavors": {}}
)
ResultT = TypeVar("ResultT")


def at_once(work: Callable[[int], ResultT], times: int = WRITERS) -> list[ResultT]:
    """What each of the calls returned; any error that came is raised."""
    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(work, range(times)))


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except TrackgateError as error:
        return type(error).__name__
    return "done"


def test_points_of_many_writers_are_all_kept(api: Api, run: str) -> None:
    at_once(lambda step: log_metric(api, run, "loss", step / 2, step, step), 64)

    assert [point.step for point in history(api, run, "loss")] == list(range(64))
    assert latest_of(get_run(api, run)) == {"loss": 31.5}


def test_batches_of_many_writers_are_all_kept(api: Api, experiment: str) -> None:
    runs = [new_run(api, experiment) for _ in range(2)]
    fresh = new_name("metric")

    def write(writer: int) -> None:
        # The same new names in another order each time, to both runs.
        keys = [f"{fresh}/{number}" for number in range(20)]
        keys = keys[writer:] + keys[:writer]
        metrics = [Metric(key, float(writer), writer, writer) for key in keys]
        tags = [RunTag(key, str(writer)) for key in keys]
        batch = LogBatch(run_id=runs[writer % 2], metrics=metrics, tags=tags)
        api.call(LOG_BATCH, batch)

    at_once(write)

    for odd, run in enumerate(runs):
        found = get_run(api, run)
        assert set(latest_of(found).values()) == {float(WRITERS - 2 + odd)}
        assert len(found.data.metrics) == 20
        points = history(api, run, f"{fresh}/7")
        assert [point.step for point in points] == list(range(odd, WRITERS, 2))


def test_a_refused_write_does_not_take_its_neighbours_along(api: Api, run: str) -> None:
    """Writes that wait together share a commit, not their fate."""
    log_param(api, run, "fixed", "old")

    def write(writer: int) -> str:
        value = "new" if writer % 2 else "old"
        params = [Param("fixed", value), Param(f"p{writer}", "1")]
        metrics = [Metric("loss", 0.0, writer, writer)]
        batch = LogBatch(run_id=run, params=params, metrics=metrics)
        return outcome(lambda: api.call(LOG_BATCH, batch))

    outcomes = at_once(write, 32)

    assert outcomes == ["done", InvalidParameterValue.__name__] * 16
    kept = range(0, 32, 2)
    assert params_of(get_run(api, run)) == {
        "fixed": "old",
        **{f"p{writer}": "1" for writer in kept},
    }
    assert [point.step for point in history(api, run, "loss")] == list(kept)


def test_one_of_many_values_becomes_the_param(api: Api, run: str) -> None:
    def write(writer: int) -> str:
        return outcome(lambda: log_param(api, run, "depth", str(writer)))

    outcomes = at_once(write)

    assert outcomes.count("done") == 1
    assert outcomes.count(InvalidParameterValue.__name__) == WRITERS - 1
    winner = str(outcomes.index("done"))
    assert params_of(get_run(api, run)) == {"depth": winner}


def test_one_of_many_gets_the_experiments_name(api: Api) -> None:
    name = new_name()

    outcomes = at_once(lambda _: outcome(lambda: new_experiment(api, name)))

    assert sorted(outcomes) == [AlreadyExists.__name__] * (WRITERS - 1) + ["done"]


def test_one_of_many_tags_is_the_last(api: Api, run: str) -> None:
    at_once(lambda writer: set_tag(api, run, "stage", str(writer)))

    assert tags_of(get_run(api, run))["stage"] in map(str, range(WRITERS))


def test_models_that_old_clients_log_at_once_are_all_in_the_runs_tag(
    api: Api, run: str
) -> None:
    asked = LogModel(run_id=run, model_json=MODEL_JSON)

    at_once(lambda _: api.call(LOG_MODEL, asked), 2 * WRITERS)

    logged = tags_of(get_run(api, run))["mlflow.log-model.history"]
    assert logged.count('"artifact_path"') == 2 * WRITERS
