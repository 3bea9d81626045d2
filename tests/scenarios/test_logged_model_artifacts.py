"""Files of logged models: stored, listed, fetched, and by whom."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from trackgate_wire import artifacts
from trackgate_wire.artifacts import (
    COMPLETE_MULTIPART_UPLOAD,
    CREATE_MULTIPART_UPLOAD,
    CREATE_PRESIGNED_UPLOAD,
    GET_PRESIGNED_DOWNLOAD,
    LIST_STORE,
    CompleteMultipartUpload,
    CreateMultipartUpload,
    CreatePresignedUpload,
    ListStore,
    MultipartPart,
)
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, NotFound, PermissionDenied
from trackgate_wire.experiments import CREATE_EXPERIMENT, CreateExperiment
from trackgate_wire.logged_models import (
    LIST_LOGGED_MODEL_ARTIFACTS,
    ListLoggedModelArtifacts,
)
from trackgate_wire.model_versions import CREATE_MODEL_VERSION, CreateModelVersion
from trackgate_wire.registered_models import (
    CREATE_REGISTERED_MODEL,
    CreateRegisteredModel,
)
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.fixtures.api import Answer, Api, filled
from tests.fixtures.sites import App, Stack
from tests.scenarios.acts import new_name, new_run
from tests.scenarios.logged_model_acts import (
    artifact_path,
    delete_model,
    get_file,
    get_model,
    new_model,
    put_file,
)


@pytest.fixture
def model(api: Api, experiment: str) -> str:
    """A new logged model's id."""
    return new_model(api, experiment)


def get_model_file(api: Api, model: str, path: str) -> Answer:
    route = artifacts.GET_LOGGED_MODEL_ARTIFACT.urls[0]
    asked = {"artifact_file_path": path}
    return api.raw("GET", filled(route, model_id=model), query=asked)


def get_version_file(api: Api, name: str, path: str, version: str = "1") -> Answer:
    route = artifacts.GET_MODEL_VERSION_ARTIFACT.urls[0]
    asked = {"name": name, "version": version, "path": path}
    return api.raw("GET", route, query=asked)


def listed(api: Api, model: str, folder: str | None = None) -> list[str]:
    asked = ListLoggedModelArtifacts(artifact_directory_path=folder)
    found = api.call(LIST_LOGGED_MODEL_ARTIFACTS, asked, model_id=model)
    return [one.path for one in found.files]


def test_a_models_files_come_back(api: Api, model: str) -> None:
    for name in ("MLmodel", "data/weights é.bin"):
        stored = put_file(api, artifact_path(api, model, name), name.encode())
        assert stored.status == 200, stored.body

    assert listed(api, model) == ["MLmodel", "data"]
    assert listed(api, model, "data") == ["data/weights é.bin"]
    by_path = get_file(api, artifact_path(api, model, "data/weights é.bin"))
    assert by_path.body == "data/weights é.bin".encode()
    by_id = get_model_file(api, model, "MLmodel")
    assert by_id.body == b"MLmodel"
    assert by_id.headers["Content-Security-Policy"] == "sandbox"
    assert by_id.headers["Content-Disposition"].startswith("attachment")
    store = api.call(LIST_STORE, ListStore(artifact_path(api, model, "data")))
    assert [one.path for one in store.files] == ["weights é.bin"]


def test_a_file_is_fetched_and_stored_by_signed_urls(api: Api, model: str) -> None:
    asked = CreatePresignedUpload(model_id=model, path="x.bin")
    upload = api.call(CREATE_PRESIGNED_UPLOAD, asked).presigned_url
    stranger = Api(api.carrier)
    assert signed(stranger, "PUT", upload, b"content").status == 200

    path = artifact_path(api, model, "x.bin")
    given = api.call(GET_PRESIGNED_DOWNLOAD, Empty(), artifact_path=path)

    assert given.file_size == len(b"content")
    assert signed(stranger, "GET", given.url).body == b"content"
    assert signed(stranger, "PUT", given.url, b"other").status == 403


def signed(api: Api, method: str, url: str, body: bytes | None = None) -> Answer:
    kind = {"Content-Type": "application/octet-stream"}
    return api.raw(method, urlsplit(url).path, body=body, headers=kind)


def test_a_file_arrives_in_parts(api: Api, model: str) -> None:
    folder = artifact_path(api, model, "deep")
    asked = CreateMultipartUpload("big.bin", 2)
    upload = api.call(CREATE_MULTIPART_UPLOAD, asked, artifact_path=folder)
    parts = [
        MultipartPart(
            one.part_number, signed(api, "PUT", one.url, part).headers["ETag"]
        )
        for one, part in zip(upload.credentials, (b"one ", b"two"), strict=True)
    ]

    done = CompleteMultipartUpload("big.bin", upload.upload_id, parts)
    api.call(COMPLETE_MULTIPART_UPLOAD, done, artifact_path=folder)

    assert get_model_file(api, model, "deep/big.bin").body == b"one two"


def test_a_deleted_models_files_can_be_read_but_not_changed(
    api: Api, model: str
) -> None:
    path = artifact_path(api, model, "x")
    put_file(api, path, b"x")

    delete_model(api, model)

    refused = put_file(api, path, b"y")
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "deleted" in refused.message
    assert get_file(api, path).body == b"x"
    assert get_model_file(api, model, "x").status == 404
    with pytest.raises(NotFound, match=model):
        listed(api, model)
    asked = CreatePresignedUpload(model_id=model, path="x")
    with pytest.raises(InvalidParameterValue, match="deleted"):
        api.call(CREATE_PRESIGNED_UPLOAD, asked)


@pytest.mark.parametrize(
    "path", ["", "../x", "a/../../x", "/etc/passwd", "a\\b", "a//b", "%2e%2e/\x00"]
)
def test_a_path_that_leads_elsewhere_is_refused(app: App, path: str) -> None:
    ada = app.client()
    model = new_model(ada, "0")

    assert get_model_file(ada, model, path).error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    "path",
    [
        "0/models/{model}",
        "0/models/{model}/x",
        "1/models/{model}/artifacts/x",
        "models/{model}/artifacts/x",
        "0/models/m-00000000000000000000000000000000/artifacts/x",
        "0/models/models/artifacts/x",
        "0/{model}/artifacts/x",
    ],
)
def test_a_path_that_is_nobodys_is_not_found(app: App, path: str) -> None:
    ada = app.client()
    model = new_model(ada, "0")

    answer = put_file(ada, path.format(model=model), b"x")

    assert (answer.status, answer.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_model_of_a_remote_store_is_left_to_clients(app: App) -> None:
    asked = CreateExperiment(new_name(), "s3://bucket/x")
    ada = app.client()
    model = new_model(ada, ada.call(CREATE_EXPERIMENT, asked).experiment_id)
    assert get_model(ada, model).info.artifact_uri.startswith("s3://bucket/x/models/")

    answer = get_model_file(ada, model, "MLmodel")

    assert (answer.status, "s3://bucket" in answer.message) == (400, True)


def test_who_touched_anothers_files_is_kept(site: App | Stack) -> None:
    ada, adam, vera = (site.client(name) for name in ("ada", "adam", "vera"))
    model = new_model(ada, "0")
    path = artifact_path(ada, model, "data/x")
    put_file(ada, path, b"x")
    put_file(adam, path, b"y")
    assert get_file(vera, path).body == b"y"
    assert put_file(vera, path, b"z").status == 403
    asked = CreatePresignedUpload(model_id=model, path="x")
    with pytest.raises(PermissionDenied):
        vera.call(CREATE_PRESIGNED_UPLOAD, asked)

    url = filled(artifacts.DELETE_ARTIFACT.urls[0], artifact_path=path)
    assert ada.raw("DELETE", url).status == 200

    changes = vera.call(GET_CHANGES, GetChanges(target=f"logged-model/{model}")).changes
    assert [(one.user, one.action, one.detail) for one in changes] == [
        ("ada", "delete artifact", "data/x"),
        ("adam", "store artifact", "data/x"),
    ]


def registered(api: Api, **fields: Any) -> str:
    """The name of a new registered model whose only version is made of `fields`."""
    name = new_name("registered")
    api.call(CREATE_REGISTERED_MODEL, CreateRegisteredModel(name=name))
    api.call(CREATE_MODEL_VERSION, CreateModelVersion(name=name, **fields))
    return name


def test_a_versions_files_are_served_where_they_are_ours(
    api: Api, experiment: str, run: str, model: str
) -> None:
    put_file(api, artifact_path(api, model, "MLmodel"), b"of the model")
    put_file(api, f"{experiment}/{run}/artifacts/my model/MLmodel", b"of the run")
    uri = get_model(api, model).info.artifact_uri
    of_run = f"mlflow-artifacts:/{experiment}/{run}/artifacts/my model"
    sources = {
        registered(api, source=uri, model_id=model): b"of the model",
        registered(api, source=f"models:/{model}", model_id=model): b"of the model",
        registered(api, source=of_run, run_id=run): b"of the run",
        registered(api, source=f"runs:/{run}/my model", run_id=run): b"of the run",
    }

    for name, content in sources.items():
        answer = get_version_file(api, name, "MLmodel")
        assert (answer.status, answer.body) == (200, content)
    registrations = get_model(api, model).info.registrations
    assert sorted(one.name for one in registrations) == sorted(list(sources)[:2])


def test_a_version_that_is_elsewhere_is_not_opened(app: App) -> None:
    ada = app.client()
    name = registered(ada, source="s3://bucket/model")

    answer = get_version_file(ada, name, "MLmodel")

    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "s3://bucket/model" in answer.message


def test_a_version_leads_to_no_other_file(app: App) -> None:
    ada = app.client()
    run, other = new_run(ada, "0"), new_run(ada, "0")
    put_file(ada, f"0/{other}/artifacts/secret", b"x")
    source = f"mlflow-artifacts:/0/{run}/artifacts/model"
    name = registered(ada, source=source, run_id=run)

    for path in ("../secret", f"../../../{other}/artifacts/secret", "/secret", ""):
        answer = get_version_file(ada, name, path)
        assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert get_version_file(ada, name, "MLmodel").status == 404
    assert get_version_file(ada, name, "MLmodel", "2").status == 404
    assert get_version_file(ada, name, "MLmodel", "x").status == 400
