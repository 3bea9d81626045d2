"""What a version is made from: which texts are taken, and what they stand for."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import InvalidParameterValue, NotFound

from tests.fixtures.api import Api
from tests.fixtures.databases import KINDS
from tests.fixtures.sites import Sites
from tests.scenarios.acts import get_run
from tests.scenarios.registry_acts import (
    download_uri,
    get_model,
    get_version,
    log_model,
    new_model,
    new_version,
)


@pytest.fixture(scope="module", params=KINDS)
def api(request: pytest.FixtureRequest, sites: Sites) -> Api:
    """In this process only: the way to the server makes no difference here."""
    return sites.app(request.param).client()


@pytest.mark.parametrize(
    ("suffix", "error"),
    [
        ("/7", NotFound),
        ("/Staging", NotFound),
        ("/nowhere", InvalidParameterValue),
        ("@nobody", InvalidParameterValue),
        ("@", InvalidParameterValue),
        ("/1/2", InvalidParameterValue),
        ("/", InvalidParameterValue),
        ("", InvalidParameterValue),
    ],
)
def test_a_version_is_not_made_from_one_that_is_not_there(
    api: Api, suffix: str, error: type[Exception]
) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(error):
        new_version(api, name, f"models:/{name}{suffix}")

    assert len(get_model(api, name).latest_versions) == 1


@pytest.mark.parametrize(
    "source",
    [
        "s3://bucket/path/model",
        "s3://bucket//path",
        "S3://Bucket/x",
        "gs://bucket/x y",
        "hdfs://host/x",
        "wasbs://container@account/x",
        "dbfs:/x",
        "s3://bucket/a+b?version=1",
    ],
)
def test_a_remote_source_is_kept_as_text(api: Api, source: str) -> None:
    name = new_model(api)

    version = new_version(api, name, source)

    assert get_version(api, name, version).source == source
    assert download_uri(api, name, version) == source


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd",
        "relative/path",
        "file:///etc",
        "file:/etc",
        "FILE:///etc",
        "file://host/etc",
        "C:\\temp",
        "C:/temp",
        "\\\\host\\share",
        "http://127.0.0.1/x",
        "https://host/api/2.0/mlflow-artifacts/artifacts/x",
        "ftp://host/x",
        "s3://bucket",
        "s3://bucket/",
        "s3:relative",
        "s3://bucket/../x",
        "s3://bucket/./x",
        "s3://bucket/%2e%2e/x",
        "s3://bucket/%252e%252e/x",
        "s3://bucket/..;/x",
        "s3://bucket/x#/../y",
        "s3://bucket/x?/../y",
        "s3://bucket/a\\..\\b",
        "s3://bucket/%5c..%5cb",
        "s3://bucket/x\n",
        "s3://bucket/x%00",
        "mlflow-artifacts:/0/unknown/artifacts",
        "mlflow-artifacts://host/0/unknown/artifacts",
        "runs:/unknown/model",
        "models://host/name/1",
        "models:/m-00000000000000000000000000000000",
        "models:/",
        "models:name",
        "dummy-source",
        "x" * 501,
    ],
)
def test_a_source_that_is_no_place_for_a_model_is_refused(
    api: Api, source: str
) -> None:
    name = new_model(api)

    with pytest.raises(InvalidParameterValue):
        new_version(api, name, source)

    assert new_version(api, name) == "1"


def test_a_source_in_the_store_must_be_the_runs_that_is_named(
    api: Api, experiment: str, run: str
) -> None:
    name = new_model(api)
    root = get_run(api, run).info.artifact_uri
    logged = log_model(api, experiment)

    for source, given in (
        (f"{root}/model", {}),
        (f"{root}x", {"run_id": run}),
        (f"{root}/../x", {"run_id": run}),
        (f"{root}/%2e%2e/x", {"run_id": run}),
        (root.replace(":/", "://host/"), {"run_id": run}),
        (root, {"model_id": logged.model_id}),
        (logged.artifact_uri, {"run_id": run}),
        (logged.artifact_uri + "x", {"model_id": logged.model_id}),
        (f"models:/{logged.model_id}", {"run_id": run}),
        (f"runs:/{run}/model", {"model_id": logged.model_id}),
        (f"runs:/{run}x/model", {"run_id": run}),
    ):
        with pytest.raises(InvalidParameterValue, match="source"):
            new_version(api, name, source, **given)
    with pytest.raises(NotFound, match="m-unknown"):
        new_version(api, name, "models:/m-unknown", model_id="m-unknown")

    assert new_version(api, name, f"runs:/{run}/model", run_id=run) == "1"


def test_a_copy_cannot_claim_another_run(api: Api, run: str) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(InvalidParameterValue, match="run_id"):
        new_version(api, name, f"models:/{name}/1", run_id=run)


def test_a_source_names_no_model_that_cannot_be(api: Api) -> None:
    name = new_model(api)

    for odd in ("a%00b", "%2E%2E", "a%2Fb"):
        with pytest.raises(InvalidParameterValue, match=r"Model name|model name"):
            new_version(api, name, f"models:/{odd}/1")
