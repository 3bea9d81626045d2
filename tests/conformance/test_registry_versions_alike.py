"""Versions, stages and aliases: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.registry import (
    new_model,
    new_version,
    seen,
    seen_version,
    try_version,
)
from tests.conformance.sides import Answer, Sides

TAG = {"key": "a", "value": "1"}
# What each call on one version is sent, beside the model's name and the number.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "model-versions/get": ("GET", {}),
    "model-versions/get-download-uri": ("GET", {}),
    "model-versions/update": ("PATCH", {"description": "d"}),
    "model-versions/transition-stage": ("POST", {"stage": "Staging"}),
    "model-versions/delete": ("DELETE", {}),
    "model-versions/set-tag": ("POST", {"key": "k", "value": "v"}),
    "model-versions/delete-tag": ("DELETE", {"key": "k"}),
    "registered-models/alias": ("POST", {"alias": "best"}),
}


def move(sides: Sides, name: str, version: str, stage: Any, **given: Any) -> Answer:
    sent = {"name": name, "version": version, "stage": stage, **given}
    return sides.same("POST", "model-versions/transition-stage", sent)


def set_alias(sides: Sides, name: str, alias: Any, version: Any) -> Answer:
    sent = {"name": name, "alias": alias, "version": version}
    return sides.same("POST", "registered-models/alias", sent)


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        *({"description": text} for text in (None, "", "d", "é ☃", 5)),
        *({"run_link": link} for link in (None, "", "https://host/run", 5)),
        *({"run_id": run} for run in (None, "", "nobodys", "f" * 32, 5)),
        *({"tags": tags} for tags in (None, [], [TAG], [TAG, TAG], [{"key": "a"}])),
        {"tags": "x"},
        {"tags": [{"key": "../x"}]},
        {"tags": [{"key": "k" * 251}]},
        {"tags": [{"key": "k", "value": "v" * 100_001}]},
        {"model_id": ""},
        {"unknown": 5},
    ),
)
def test_a_version_is_made_alike(sides: Sides, given: dict[str, Any]) -> None:
    name = new_model(sides)

    if try_version(sides, name, **given).status == 200:
        seen_version(sides, name, "1")
        assert new_version(sides, name)["version"] == "2"


@pytest.mark.parametrize(
    "source",
    cases(
        *(None, "", 5, "s3://b/a//c", "s3:/b/x", "dbfs:/x", "wasbs://c@h/x"),
        *("gs://b/x", "S3://B/x", "s3://b/a b", "s3://b/a+b", "s3://b/a;x"),
        *("s3://b/a?x=..", "foo:/bar", "/etc", "etc", "file:///etc", "file:/etc"),
        *("FILE:///x", "s3://b", "s3://b/", "s3://b/a/../c", "s3://b/a/./c"),
        *("s3://b/%2e%2e/c", "s3://b/%252e%252e/c", "s3://b/a%00", "http://h/x"),
        *("https://h/x", "ftp://h/x", "sftp://h/x", "mlflow-artifacts:/x"),
        *("mlflow-artifacts://h/x", "models:/nobody/1", "models:/m-00", "models:/"),
        *("models://h/a/1", "models:/ /1", "runs:/abc/x", "runs:/", "foo:bar", "a:b:c"),
        *("C:\\x", "s3://b/a?x=/../", "s3://b/a#/../", "dummy-source", "://x"),
    ),
)
def test_a_source_is_taken_or_refused_alike(sides: Sides, source: Any) -> None:
    name = new_model(sides)

    if try_version(sides, name, source=source).status == 200:
        asked = {"name": name, "version": "1"}
        told = sides.same("GET", "model-versions/get-download-uri", asked)
        assert told.body == {"artifact_uri": source}


@pytest.mark.parametrize(
    "suffix", cases("", "/", "/model", "x", "/../x", "/%2e%2e/x", "/a/../..")
)
def test_a_runs_artifacts_are_a_source_alike(
    sides: Sides, run: str, suffix: str
) -> None:
    name = new_model(sides)
    experiment = sides.seen(run)["info"]["experiment_id"]
    place = f"mlflow-artifacts:/{experiment}/{run}/artifacts{suffix}"

    for source in (place, f"runs:/{run}{suffix}"):
        try_version(sides, name, source=source)
        try_version(sides, name, source=source, run_id=run)
        try_version(sides, name, source=source, run_id="nobodys")


def test_a_logged_model_is_a_source_alike(sides: Sides, experiment: str) -> None:
    run = sides.run(experiment)
    name, model = new_model(sides), sides.model(experiment, source_run_id=run)
    other = sides.model(experiment)
    place = f"mlflow-artifacts:/{experiment}/models/{model}/artifacts"

    for source in (f"models:/{model}", place, f"{place}/x", f"{place}x", "s3://b/x"):
        try_version(sides, name, source=source)
        try_version(sides, name, source=source, run_id=run)
        for given in (model, other):
            try_version(sides, name, source=source, model_id=given)
    try_version(sides, name, source=f"runs:/{run}/x", model_id=model, run_id=run)
    try_version(sides, name, model_id="m-nobodys")

    told = seen(sides, name)["latest_versions"][0]
    asked = {"name": name, "version": told["version"]}
    sides.same("GET", "model-versions/get-download-uri", asked)
    theirs, ours = sides.apart("GET", f"logged-models/{model}", {})
    # The tag says it on both; the list is filled by ours only.
    assert ours.body["model"]["info"]["tags"] == theirs.body["model"]["info"]["tags"]


@pytest.mark.parametrize(
    "suffix",
    cases("/1", "/2", "/9", "/latest", "/LATEST", "/staging", "@best", "@nobody", "/x"),
)
def test_a_version_is_made_from_another_alike(sides: Sides, suffix: str) -> None:
    name, copy = new_model(sides), new_model(sides)
    new_version(sides, name, run_id="nobodys")
    new_version(sides, name)
    move(sides, name, "1", "Staging")
    set_alias(sides, name, "best", "1")

    for given in ({}, {"run_id": "nobodys"}, {"run_id": "else"}):
        if suffix != "/x":
            try_version(sides, copy, source=f"models:/{name}{suffix}", **given)


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_number_is_refused_alike(sides: Sides, call: str) -> None:
    method, fields = CALLS[call]
    name = new_model(sides, versions=2)

    for version in (None, "", "x", "1.5", "-1", "0", "99"):
        sent = {**fields, "name": name, "version": version}
        assert sides.same(method, call, sent).status in (400, 404)


@pytest.mark.parametrize("version", cases(" 2 ", "+2", "02", "٢"))
def test_a_number_is_read_alike(sides: Sides, version: str) -> None:
    name = new_model(sides, versions=2)

    assert seen_version(sides, name, version)["version"] == "2"
    sides.do("model-versions/set-tag", name=name, version=version, key="k")


@pytest.mark.parametrize("call", CALLS)
def test_a_call_on_no_model_is_refused_alike(sides: Sides, call: str) -> None:
    method, fields = CALLS[call]

    for name in (None, "", "a/b", "nobody"):
        answer = sides.same(method, call, {**fields, "name": name, "version": "1"})
        assert answer.status in (400, 404)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_answers_alike(sides: Sides, call: str) -> None:
    method, fields = CALLS[call]
    name = new_model(sides, versions=2)

    sent = {**fields, "name": name, "version": "1"}
    assert sides.same(method, call, sent).status == 200

    sides.same("GET", "model-versions/get", {"name": name, "version": "1"})
    seen(sides, name)


@pytest.mark.parametrize("description", cases(None, "", "d", "é ☃", 5, ["d"]))
def test_a_description_changes_alike(sides: Sides, description: Any) -> None:
    name = new_model(sides)
    new_version(sides, name, description="old")

    sent = {"name": name, "version": "1", "description": description}
    sides.same("PATCH", "model-versions/update", sent)

    seen_version(sides, name, "1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("k", value) for value in (None, "", "v", "v" * 100_001, 5)),
        *((key, "v") for key in (None, "", "a b/c", "a%", "../a", "é")),
    ],
    ids=lambda one: repr(one)[:20],
)
def test_a_tag_is_set_and_removed_alike(sides: Sides, key: Any, value: Any) -> None:
    name = new_model(sides, versions=1)
    sent = {"name": name, "version": "1", "key": key}

    sides.same("POST", "model-versions/set-tag", {**sent, "value": value})
    seen_version(sides, name, "1")
    for _ in range(2):
        sides.same("DELETE", "model-versions/delete-tag", sent)

    assert "tags" not in seen_version(sides, name, "1")


@pytest.mark.parametrize(
    "stage",
    cases(
        *("Staging", "pRODUCTION", "archived", "none", None, "", "x", 5, ["Staging"]),
        " Staging",
    ),
)
def test_a_stage_is_read_alike(sides: Sides, stage: Any) -> None:
    name = new_model(sides, versions=2)

    move(sides, name, "1", stage)

    assert seen_version(sides, name, "2")["current_stage"] == "None"
    seen(sides, name)


@pytest.mark.parametrize("archive", cases(None, True, False, "x", [], "yes"))
def test_a_stage_is_cleared_alike(sides: Sides, archive: Any) -> None:
    name = new_model(sides, versions=3)
    for version in "12":
        move(sides, name, version, "Production")

    move(sides, name, "3", "production", archive_existing_versions=archive)

    for version in "123":
        seen_version(sides, name, version)


@pytest.mark.parametrize(
    "stages",
    cases(
        *(None, [], ["None"], ["production", "Staging"], ["Staging", "STAGING"]),
        *(["Archived"], ["x"], [""], "x", [5]),
    ),
)
def test_the_latest_versions_are_told_alike(sides: Sides, stages: Any) -> None:
    name = new_model(sides, versions=5)
    for version, stage in (("2", "Staging"), ("3", "Production"), ("4", "Production")):
        move(sides, name, version, stage)
    sent = {"name": name, "stages": stages}

    sides.same("POST", "registered-models/get-latest-versions", sent)
    if stages not in ([""], [5], "x"):
        sides.same("GET", "registered-models/get-latest-versions", sent)


@pytest.mark.parametrize(
    "alias",
    cases(
        *("best", "BEST", "é", "a-b_c", "x" * 255, "v", "v1x", "1", "latest", "LATEST"),
        *("v1", "V22", "a b", "a.b", "a/b", "", None, 5, "x" * 256),
    ),
)
def test_an_alias_is_set_and_removed_alike(sides: Sides, alias: Any) -> None:
    name = new_model(sides, versions=2)
    asked = {"name": name, "alias": alias}

    for version in "12":
        set_alias(sides, name, alias, version)
        if not isinstance(alias, int):
            sides.same("GET", "registered-models/alias", asked)
        seen_version(sides, name, version)
    for _ in range(2):
        sides.same("DELETE", "registered-models/alias", asked)

    assert "aliases" not in seen(sides, name)


def test_an_alias_goes_with_its_version_alike(sides: Sides) -> None:
    name = new_model(sides, versions=2)
    for alias, version in (("best", "1"), ("b", "2"), ("c", "1")):
        set_alias(sides, name, alias, version)

    sent = {"name": name, "version": "1"}
    sides.same("DELETE", "model-versions/delete", sent)
    sides.same("DELETE", "model-versions/delete", sent)

    assert seen(sides, name)["aliases"] == [{"alias": "b", "version": "2"}]
    for alias in ("best", "b", "latest"):
        asked = {"name": name, "alias": alias}
        sides.same("GET", "registered-models/alias", asked)


def test_a_model_without_versions_has_no_latest_alike(sides: Sides) -> None:
    name = new_model(sides)

    for alias in ("latest", "best"):
        asked = {"name": name, "alias": alias}
        assert sides.same("GET", "registered-models/alias", asked).status in (400, 404)
    sides.same("POST", "registered-models/get-latest-versions", {"name": name})
