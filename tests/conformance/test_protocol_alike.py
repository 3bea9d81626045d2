"""Bodies, content types, methods and paths: the stock server's answers and ours."""

from __future__ import annotations

import pytest

from tests.conformance.sides import Sides

TAG = "experiments/set-experiment-tag"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"{", b"not json", b"\xff\xfe", b'{"name": "\xff"}'),
        *(b'{"name": "Default", "name": "Default"}', b'{"name": "Default"} x'),
        *(b'  {"name":\n"Default"}\n', b'{"name": "Def\\u0061ult"}'),
    ],
)
def test_a_body_is_read_or_refused_alike(sides: Sides, body: bytes) -> None:
    assert sides.same("POST", "experiments/create", data=body).status == 400


@pytest.mark.parametrize(
    "kind",
    [
        *("application/json", "application/json; charset=utf-8"),
        *("application/json;charset=UTF-8", "text/plain", ""),
        *("application/x-www-form-urlencoded", "application/vnd.api+json", None),
    ],
)
def test_a_content_type_is_taken_or_refused_alike(
    sides: Sides, kind: str | None
) -> None:
    tag = {"experiment_id": "0", "key": "kind", "value": kind or "none"}
    headers = {"Content-Type": kind} if kind is not None else {}

    sides.same("POST", TAG, tag, headers=headers)

    sides.same("GET", "experiments/get", {"experiment_id": "0"})


@pytest.mark.parametrize("headers", [JSON, {}])
def test_a_get_may_have_a_body_alike(sides: Sides, headers: dict[str, str]) -> None:
    body = b'{"experiment_id": "0"}'
    sides.same("GET", "experiments/get", data=body, headers=headers)


def test_the_query_of_a_post_is_passed_over_alike(sides: Sides) -> None:
    given = {"key": "a", "value": "b"}
    sides.same("POST", f"{TAG}?experiment_id=0", given)


@pytest.mark.parametrize("root", ["/api/2.0", "/ajax-api/2.0"])
def test_both_roots_answer_alike(sides: Sides, root: str) -> None:
    path = f"{root}/mlflow/experiments/get"
    assert sides.same("GET", path, {"experiment_id": "0"}).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "experiments/create"), ("PUT", "experiments/create")),
        *(("DELETE", "experiments/create"), ("POST", "experiments/get")),
        *(("GET", "runs/search"), ("GET", "runs/log-metric")),
        *(("GET", "no/such/path"), ("POST", "/api/2.0/mlflow")),
        *(("GET", "/api/9.0/mlflow/experiments/get"), ("GET", "/api")),
        ("GET", "/api/2.0/preview/mlflow/experiments/get"),
    ],
)
def test_no_endpoint_has_the_same_status(sides: Sides, method: str, path: str) -> None:
    """The stock server says so in HTML, we in the protocol's JSON."""
    theirs, ours = sides.apart(method, path, {})

    assert theirs.status == ours.status
    assert ours.code == "ENDPOINT_NOT_FOUND"


def test_health_is_answered_alike(sides: Sides) -> None:
    assert sides.same("GET", "/health").body == "OK"


def test_we_say_that_we_speak_the_version_we_are_held_against(sides: Sides) -> None:
    theirs, ours = sides.apart("GET", "/version")
    assert theirs.body.split(".")[0] == ours.body.split(".")[0]
