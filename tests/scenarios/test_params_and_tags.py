"""Parameters are written once, tags replace each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trackgate_wire import limits
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import DELETE_TAG, LOG_BATCH, DeleteTag, LogBatch, Param

from tests.fixtures.api import Api
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import running_app
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    log_points,
    new_experiment,
    new_run,
    params_of,
    set_tag,
    tags_of,
)

TEXTS = (
    "",
    " ",
    "2",
    "ümläut 日本 🎉",
    "a\nb\tc",
    "'; DROP TABLE runs; --",
    "\\ % _ $1",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_as_it_was(api: Api, run: str, text: str) -> None:
    log_param(api, run, "param", text)
    set_tag(api, run, "tag", text)

    found = get_run(api, run)

    assert params_of(found) == {"param": text}
    assert tags_of(found)["tag"] == text


def test_the_same_value_again_is_no_change(api: Api, run: str) -> None:
    log_param(api, run, "depth", "2")

    log_param(api, run, "depth", "2")
    twice = [Param("depth", "2"), Param("other", "x")]
    api.call(LOG_BATCH, LogBatch(run_id=run, params=twice))

    assert params_of(get_run(api, run)) == {"depth": "2", "other": "x"}


def test_another_value_is_refused_with_both_values_named(api: Api, run: str) -> None:
    log_param(api, run, "depth", "two")

    with pytest.raises(InvalidParameterValue) as refusal:
        log_param(api, run, "depth", "three")

    for said in ("'depth'", "'two'", "'three'"):
        assert said in refusal.value.message
    assert params_of(get_run(api, run)) == {"depth": "two"}


def test_a_batch_does_not_contradict_itself(api: Api, run: str) -> None:
    params = [Param("depth", "2"), Param("depth", "3")]

    with pytest.raises(InvalidParameterValue, match="depth"):
        api.call(LOG_BATCH, LogBatch(run_id=run, params=params))

    assert params_of(get_run(api, run)) == {}


def test_the_same_key_in_two_runs_is_two_params(api: Api, experiment: str) -> None:
    runs = [new_run(api, experiment) for _ in range(2)]

    for number, run in enumerate(runs):
        log_param(api, run, "depth", str(number))

    assert [params_of(get_run(api, run)) for run in runs] == [
        {"depth": "0"},
        {"depth": "1"},
    ]


def test_a_tag_replaces_the_one_before(api: Api, run: str) -> None:
    for value in ("old", "new"):
        set_tag(api, run, "stage", value)

    assert tags_of(get_run(api, run))["stage"] == "new"


def test_a_tag_is_removed_once(api: Api, run: str) -> None:
    set_tag(api, run, "stage", "a")

    api.call(DELETE_TAG, DeleteTag(run_id=run, key="stage"))

    assert "stage" not in tags_of(get_run(api, run))
    with pytest.raises(NotFound, match="stage"):
        api.call(DELETE_TAG, DeleteTag(run_id=run, key="stage"))


def test_long_values_are_cut_as_the_stock_server_does(api: Api, run: str) -> None:
    log_param(api, run, "param", "p" * (limits.PARAM_VALUE_LENGTH + 1))
    set_tag(api, run, "tag", "ü" * (limits.RUN_TAG_VALUE_LENGTH + 1))

    found = get_run(api, run)

    assert params_of(found)["param"] == "p" * limits.PARAM_VALUE_LENGTH
    assert tags_of(found)["tag"] == "ü" * limits.RUN_TAG_VALUE_LENGTH


@pytest.fixture
def strict(tmp_path: Path, new_store: NewStore) -> Iterator[Api]:
    """A server that refuses what is too long."""
    with running_app(
        tmp_path, new_store("sqlite"), truncate_long_values=False
    ) as running:
        yield running.client()


def test_long_values_can_be_refused_instead(strict: Api) -> None:
    run = new_run(strict, new_experiment(strict))

    with pytest.raises(InvalidParameterValue, match=r"6001 .*6000"):
        log_param(strict, run, "param", "p" * 6_001)
    with pytest.raises(InvalidParameterValue, match=r"8001 .*8000"):
        set_tag(strict, run, "tag", "t" * 8_001)


LOG: dict[str, Callable[[Api, str, str], object]] = {
    "metric": lambda api, run, key: log_metric(api, run, key, 1.0),
    "metric in a batch": lambda api, run, key: log_points(
        api, run, [Metric(key, 1.0, 0)]
    ),
    "param": lambda api, run, key: log_param(api, run, key, "1"),
    "param in a batch": lambda api, run, key: api.call(
        LOG_BATCH, LogBatch(run_id=run, params=[Param(key, "1")])
    ),
    "tag": lambda api, run, key: set_tag(api, run, key, "1"),
}


@pytest.mark.parametrize("what", LOG)
def test_a_key_has_letters_digits_and_some_signs(api: Api, run: str, what: str) -> None:
    keys = ["a", "A9_-. :/b", "val/loss", "größe", "日本", "a..b", "x" * 250]

    for key in keys:
        LOG[what](api, run, key)

    found = get_run(api, run)
    stored = [metric.key for metric in found.data.metrics]
    stored += [*params_of(found), *tags_of(found)]
    assert set(stored) >= set(keys)


BAD_KEYS = (
    *("", "x" * 251, "a&b", "a\nb"),
    *("..", "../a", "a/../b", "/a", "a/", "a//b", "./a"),
)


@pytest.mark.parametrize("what", LOG)
def test_a_key_that_could_be_another_path_is_refused(
    api: Api, run: str, what: str
) -> None:
    before = get_run(api, run)

    for key in BAD_KEYS:
        with pytest.raises(InvalidParameterValue, match="key"):
            LOG[what](api, run, key)

    assert get_run(api, run) == before
