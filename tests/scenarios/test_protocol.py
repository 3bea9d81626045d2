"""How requests may be written, and how the server says that one was not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_wire.endpoint import ROOTS
from trackgate_wire.experiments import SEARCH_EXPERIMENTS
from trackgate_wire.metrics import LOG_METRIC
from trackgate_wire.runs import CREATE_RUN, GET_RUN, LOG_BATCH, LOG_PARAM, UPDATE_RUN
from trackgate_wire.server import PROTOCOL_VERSION, WHOAMI

from tests.fixtures.api import Api
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import App, Stack, running_app, running_stack
from tests.scenarios.acts import get_run, history, new_experiment, new_name, new_run


@pytest.mark.parametrize(
    "body", ["{", "no JSON", '{"key": }', "\xff\xfe", "[" * 100_000], ids=range(5)
)
def test_a_body_that_is_not_json_is_refused(api: Api, body: str) -> None:
    answer = api.raw("POST", LOG_PARAM.url, body=body.encode("latin-1"))

    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "JSON" in answer.message


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(api: Api, run: str, kind: str) -> None:
    """A web page of somebody else's can send these without asking first."""
    answer = api.raw(
        "POST",
        LOG_PARAM.url,
        json={"run_id": run, "key": "a", "value": "1"},
        headers={"Content-Type": kind},
    )

    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "application/json" in answer.message
    assert get_run(api, run).data.params == []


def test_the_type_may_name_its_charset(api: Api, run: str) -> None:
    answer = api.raw(
        "POST",
        LOG_PARAM.url,
        json={"run_id": run, "key": "a", "value": "1"},
        headers={"Content-Type": "application/json; charset=utf-8"},
    )

    assert (answer.status, answer.json) == (200, {})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (LOG_PARAM.url, {"value": "1"}, "key"),
        (LOG_PARAM.url, {"key": ["a"], "value": "1"}, "key"),
        (LOG_METRIC.url, {"key": "a", "timestamp": 0}, "value"),
        (LOG_METRIC.url, {"key": "a", "timestamp": 0, "value": "high"}, "value"),
        (LOG_METRIC.url, {"key": "a", "timestamp": 0.5, "value": 1}, "timestamp"),
        (LOG_METRIC.url, {"key": "a", "timestamp": "now", "value": 1}, "timestamp"),
        (LOG_BATCH.url, {"metrics": {"a": 1}}, "metrics"),
        (LOG_BATCH.url, {"params": [{"key": "a"}, {"value": "b"}]}, "params[1].key"),
        (UPDATE_RUN.url, {"status": "DANCING"}, "status"),
    ],
)
def test_a_wrong_field_is_named(
    api: Api, run: str, path: str, body: dict[str, object], field: str
) -> None:
    answer = api.raw("POST", path, json={"run_id": run, **body})

    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert f"'{field}'" in answer.message


def test_json_that_is_no_object_is_refused(api: Api) -> None:
    for body in ("[]", "1", '"text"', "null"):
        answer = api.raw("POST", LOG_PARAM.url, body=body)
        assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")


def test_fields_that_nobody_knows_are_passed_over(api: Api, experiment: str) -> None:
    answer = api.raw(
        "POST",
        CREATE_RUN.url,
        json={"experiment_id": experiment, "from_the_future": {"deep": [1]}},
    )

    assert answer.status == 200


def test_null_is_as_good_as_nothing(api: Api, experiment: str) -> None:
    answer = api.raw(
        "POST",
        CREATE_RUN.url,
        json={
            "experiment_id": experiment,
            "user_id": None,
            "run_name": None,
            "start_time": None,
            "tags": None,
        },
    )

    assert answer.status == 200
    assert answer.json["run"]["info"]["run_name"]


def test_64_bit_numbers_may_be_strings(api: Api, run: str) -> None:
    point = {"key": "loss", "value": "0.5", "timestamp": "12", "step": "-3"}

    assert api.raw("POST", LOG_METRIC.url, json={"run_id": run, **point}).status == 200

    [found] = history(api, run, "loss")
    assert (found.value, found.timestamp, found.step) == (0.5, 12, -3)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("NaN", math.nan),
        ('"NaN"', math.nan),
        ("Infinity", math.inf),
        ('"Infinity"', math.inf),
        ("-Infinity", -math.inf),
        ('"-Infinity"', -math.inf),
        ("1e400", math.inf),
        ("1", 1.0),
    ],
)
def test_numbers_that_json_lacks_may_be_words(
    api: Api, run: str, word: str, value: float
) -> None:
    body = f'{{"run_id": "{run}", "key": "loss", "timestamp": 0, "value": {word}}}'

    assert api.raw("POST", LOG_METRIC.url, body=body).status == 200

    [found] = history(api, run, "loss")
    assert repr(found.value) == repr(value)


def test_numbers_that_json_lacks_are_answered_as_strings(api: Api, run: str) -> None:
    for key, value in (("n", "NaN"), ("p", "Infinity"), ("m", "-Infinity")):
        point = {"key": key, "value": value, "timestamp": 0}
        api.raw("POST", LOG_METRIC.url, json={"run_id": run, **point})

    found = api.raw("GET", GET_RUN.url, query={"run_id": run}).json

    values = {one["key"]: one["value"] for one in found["run"]["data"]["metrics"]}
    assert values == {"n": "NaN", "p": "Infinity", "m": "-Infinity"}


def test_experiments_are_searched_by_get_as_by_post(api: Api) -> None:
    stem = new_name()
    for letter in "abc":
        new_experiment(api, f"{stem}-{letter}")
    asked = {
        "filter": f"name LIKE '{stem}%'",
        "order_by": ["name DESC", "experiment_id"],
        "max_results": 2,
        "view_type": "ALL",
    }

    by_post = api.raw("POST", SEARCH_EXPERIMENTS.url, json=asked)
    by_get = api.raw("GET", SEARCH_EXPERIMENTS.url, query=asked)

    names = [one["name"] for one in by_post.json["experiments"]]
    assert names == [f"{stem}-c", f"{stem}-b"]
    assert by_get.json["experiments"] == by_post.json["experiments"]
    token = by_get.json["next_page_token"]
    rest = api.raw("GET", SEARCH_EXPERIMENTS.url, query={**asked, "page_token": token})
    assert [one["name"] for one in rest.json["experiments"]] == [f"{stem}-a"]


@pytest.mark.parametrize("root", ROOTS)
def test_a_call_is_answered_under_every_root(api: Api, run: str, root: str) -> None:
    found = api.raw("GET", root + GET_RUN.path, query={"run_id": run})

    assert found.json["run"]["info"]["run_id"] == run


UNKNOWN = ("mlflow/traces", "mlflow/runs/dance", "mlflow/", "", "nothing/at/all")


@pytest.mark.parametrize("root", ROOTS)
def test_an_unknown_path_is_answered_as_one(api: Api, root: str) -> None:
    for method in ("GET", "POST", "PUT"):
        for path in UNKNOWN:
            answer = api.raw(method, root + path)
            assert (answer.status, answer.error_code) == (404, "ENDPOINT_NOT_FOUND")


def test_a_known_path_with_another_method_is_answered_as_json(api: Api) -> None:
    answer = api.raw("DELETE", LOG_METRIC.url)

    assert (answer.status, answer.error_code) == (405, "ENDPOINT_NOT_FOUND")
    assert "POST" in answer.headers["Allow"]


def test_a_body_without_end_is_refused_as_json(site: App | Stack) -> None:
    """A bare server closes the connection while the client is still sending."""
    api = site.client()
    run = new_run(api, new_experiment(api))
    value = "x" * 5_000_000

    answer = api.raw(
        "POST", LOG_PARAM.url, json={"run_id": run, "key": "a", "value": value}
    )

    assert answer.status in (400, 413)
    assert "error_code" in answer.json
    assert get_run(api, run).data.params == []


def test_version_and_health_are_plain_text(api: Api) -> None:
    assert api.raw("GET", "/version").body.decode() == PROTOCOL_VERSION
    assert api.raw("GET", "/health").body == b"OK"


@pytest.fixture
def below(tmp_path: Path, new_store: NewStore) -> Iterator[Api]:
    """A server below a path prefix."""
    with running_app(
        tmp_path, new_store("sqlite"), static_prefix="/team/tracking"
    ) as running:
        yield running.client()


@pytest.mark.parametrize("root", ROOTS)
def test_below_a_prefix_everything_is_the_same(below: Api, root: str) -> None:
    run = new_run(below, new_experiment(below))

    found = below.raw("GET", root + GET_RUN.path, query={"run_id": run})

    assert found.json["run"]["info"]["run_id"] == run
    assert below.raw("GET", "/health").body == b"OK"
    assert below.raw("GET", root + "mlflow/dance").error_code == "ENDPOINT_NOT_FOUND"


def test_beside_a_prefix_there_is_nothing(below: Api) -> None:
    beside = Api(below.carrier, below.user, "", below.headers)

    answer = beside.raw("GET", WHOAMI.url)

    assert (answer.status, answer.error_code) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.nginx
def test_below_a_prefix_nginx_stands_too(stack: Stack) -> None:
    del stack  # which skips where there is no Nginx
    with running_stack(None, "--static-prefix", "/team/tracking") as prefixed:
        api = prefixed.client()
        run = new_run(api, new_experiment(api))
        assert prefixed.address.endswith("/team/tracking")
        assert get_run(api, run).info.user_id == "ada"
        for root in ROOTS:
            unknown = api.raw("GET", root + "mlflow/dance")
            assert (unknown.status, unknown.error_code) == (404, "ENDPOINT_NOT_FOUND")
            assert prefixed.client(None).raw("GET", root + WHOAMI.path).status == 401
