"""A batch is stored whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from trackgate_wire import limits
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import LOG_BATCH, LogBatch, Param, RunTag

from tests.fixtures.api import Api
from tests.scenarios.acts import (
    get_run,
    history,
    latest_of,
    log_param,
    new_experiment,
    new_run,
    params_of,
    tags_of,
)


@dataclass
class Batch:
    """A batch as JSON, to be spoilt in one place."""

    metrics: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    params: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tags: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def json(self, run: str) -> dict[str, Any]:
        return {
            "run_id": run,
            "metrics": self.metrics,
            "params": self.params,
            "tags": self.tags,
        }


def good_batch() -> Batch:
    return Batch(
        [{"key": f"m{n}", "value": n, "timestamp": n, "step": n} for n in range(20)],
        [{"key": f"p{n}", "value": str(n)} for n in range(20)],
        [{"key": f"t{n}", "value": str(n)} for n in range(20)],
    )


def send(api: Api, run: str, batch: Batch) -> tuple[int, str]:
    path = "/api/2.0/mlflow/runs/log-batch"
    answer = api.raw("POST", path, json=batch.json(run))
    return answer.status, answer.json.get("error_code", "")


def test_a_batch_is_stored_whole(api: Api, run: str) -> None:
    assert send(api, run, good_batch()) == (200, "")

    found = get_run(api, run)
    assert latest_of(found) == {f"m{n}": float(n) for n in range(20)}
    assert params_of(found) == {f"p{n}": str(n) for n in range(20)}
    assert tags_of(found).items() >= {f"t{n}": str(n) for n in range(20)}.items()


BAD_ENTRIES: dict[str, Callable[[Batch, int], None]] = {
    "metric key": lambda b, at: b.metrics[at].update(key="../up"),
    "metric without key": lambda b, at: b.metrics[at].pop("key"),
    "metric value": lambda b, at: b.metrics[at].update(value="much"),
    "metric timestamp": lambda b, at: b.metrics[at].update(timestamp=-1),
    "metric step": lambda b, at: b.metrics[at].update(step=2**63),
    "param key": lambda b, at: b.params[at].update(key=""),
    "param value": lambda b, at: b.params[at].update(value=["list"]),
    "param changed": lambda b, at: b.params[at].update(key="fixed", value="new"),
    "param twice": lambda b, at: b.params[at].update(key="p7" if at != 7 else "p8"),
    "tag key": lambda b, at: b.tags[at].update(key="a//b"),
    "tag value": lambda b, at: b.tags[at].update(value="nul\x00"),
    "tag without key": lambda b, at: b.tags[at].pop("key"),
    "name too long": lambda b, at: b.tags[at].update(
        key="mlflow.runName", value="x" * 251
    ),
}


@pytest.mark.parametrize("at", [0, 10, 19], ids=["first", "middle", "last"])
@pytest.mark.parametrize("bad", BAD_ENTRIES)
def test_one_bad_entry_spoils_the_whole_batch(
    api: Api, run: str, bad: str, at: int
) -> None:
    log_param(api, run, "fixed", "old")
    before = get_run(api, run)
    batch = good_batch()
    BAD_ENTRIES[bad](batch, at)

    assert send(api, run, batch) == (400, "INVALID_PARAMETER_VALUE")

    assert get_run(api, run) == before
    assert history(api, run, "m1") == []


def test_names_of_a_refused_batch_can_be_used_afterwards(api: Api, run: str) -> None:
    """What was learnt of names inside a transaction that did not happen."""
    fresh = new_experiment(api)
    other = new_run(api, fresh)
    metrics = [Metric(f"only here {fresh}", 1.0, 0)]
    spoilt = [Param("p", "1"), Param("p", "2")]
    with pytest.raises(InvalidParameterValue):
        api.call(LOG_BATCH, LogBatch(run_id=run, metrics=metrics, params=spoilt))

    api.call(LOG_BATCH, LogBatch(run_id=other, metrics=metrics, params=spoilt[:1]))

    assert latest_of(get_run(api, other)) == {f"only here {fresh}": 1.0}
    assert latest_of(get_run(api, run)) == {}


def test_an_empty_batch_is_no_change(api: Api, run: str) -> None:
    before = get_run(api, run)

    api.call(LOG_BATCH, LogBatch(run_id=run))

    assert get_run(api, run) == before


def test_the_last_tag_of_a_key_counts(api: Api, run: str) -> None:
    tags = [RunTag("stage", "a"), RunTag("stage", "b")]

    api.call(LOG_BATCH, LogBatch(run_id=run, tags=tags))

    assert tags_of(get_run(api, run))["stage"] == "b"


def full(run: str, metrics: int = 0, params: int = 0, tags: int = 0) -> LogBatch:
    return LogBatch(
        run_id=run,
        metrics=[Metric("loss", 0.5, step, step) for step in range(metrics)],
        params=[Param(f"p{n}", "1") for n in range(params)],
        tags=[RunTag(f"t{n}", "1") for n in range(tags)],
    )


@pytest.mark.parametrize(
    "sizes", [(1_000, 0, 0), (0, 100, 0), (0, 0, 100), (800, 100, 100)], ids=repr
)
def test_a_batch_may_be_as_large_as_this(
    api: Api, run: str, sizes: tuple[int, int, int]
) -> None:
    api.call(LOG_BATCH, full(run, *sizes))

    found = get_run(api, run)
    assert len(history(api, run, "loss")) == sizes[0]
    assert len(params_of(found)) == sizes[1]
    assert len([key for key in tags_of(found) if key[0] == "t"]) == sizes[2]


@pytest.mark.parametrize(
    ("sizes", "limit"),
    [
        ((1_001, 0, 0), "1000"),
        ((0, 101, 0), "100"),
        ((0, 0, 101), "100"),
        ((900, 100, 1), "1000"),
    ],
    ids=repr,
)
def test_a_larger_batch_is_refused_naming_the_limit(
    api: Api, run: str, sizes: tuple[int, int, int], limit: str
) -> None:
    with pytest.raises(InvalidParameterValue, match=limit):
        api.call(LOG_BATCH, full(run, *sizes))

    assert history(api, run, "loss") == []


def test_a_batch_of_the_longest_values_is_taken(api: Api, run: str) -> None:
    """More than the megabyte that the protocol's text names and nobody ever held."""
    value = "x" * limits.PARAM_VALUE_LENGTH
    params = [Param(f"p{n}", value) for n in range(limits.PARAMS_PER_BATCH)]
    value = "x" * limits.RUN_TAG_VALUE_LENGTH
    tags = [RunTag(f"t{n}", value) for n in range(limits.TAGS_PER_BATCH)]

    api.call(LOG_BATCH, LogBatch(run_id=run, params=params, tags=tags))

    found = get_run(api, run)
    assert params_of(found) == {param.key: param.value for param in params}
    assert len(tags_of(found)) >= limits.TAGS_PER_BATCH
