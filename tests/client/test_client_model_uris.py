"""URIs of models: what each means, what is fetched, what helps where nothing is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.errors import (
    InvalidParameterValue,
    InvalidState,
    NotFound,
    NotImplementedHere,
)
from trackgate.models import Model, checksums
from trackgate.models.fetching import fetch
from trackgate.models.uris import resolve

from tests.client.broken_server import BrokenServer, Reply
from tests.client.small_models import (
    FILES,
    Registered,
    files,
    logged,
    new_name,
    registered_model,
    saved,
)
from tests.fixtures.sites import Server


@pytest.fixture(scope="module")
def registered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Registered:
    return registered_model(server.address, tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(
    ("uri", "version"),
    [
        ("models:/{name}/1", "1"),
        ("models:/{name}/2", "2"),
        ("models:/{quoted}/2", "2"),
        ("models:/{name}/Production", "1"),
        ("models:/{name}/production", "1"),
        ("models:/{name}/None", "2"),
        ("models:/{name}/latest", "2"),
        ("models:/{name}@champion", "2"),
    ],
)
def test_a_registered_models_uri_means_a_version(
    client: TrackingClient, registered: Registered, uri: str, version: str
) -> None:
    quoted = registered.name.replace(" ", "%20")
    written = uri.format(name=registered.name, quoted=quoted)

    found = resolve(written, client)

    assert (found.uri, found.kind) == (written, "version")
    assert (found.name, found.version) == (registered.name, version)
    assert found.run_id == registered.run_id
    assert found.model_id == (registered.model_id if version == "2" else None)
    assert found.artifact_uri is not None
    assert found.artifact_uri.startswith("mlflow-artifacts:/")


@pytest.mark.parametrize(
    "uri",
    [
        "models:/{name}/1",
        "models:/{name}/2",
        "models:/{name}@champion",
        "models:/{model_id}",
        "runs:/{run_id}/{artifact}",
        "runs:/{run_id}/{logged_name}",
        "{root}/{artifact}",
        "{local}",
        "file://{local}",
    ],
)
def test_every_uri_brings_the_models_files(
    client: TrackingClient, registered: Registered, uri: str
) -> None:
    root = client.get_run(registered.run_id).info.artifact_uri
    written = uri.format(**vars(registered), root=root)

    assert files(fetch(written, client=client)) == FILES


@pytest.mark.parametrize(
    "uri",
    [
        "models:/{name}/1/data/weights.bin",
        "models:/{name}@champion/data/weights.bin",
        "models:/{model_id}/data/weights.bin",
        "runs:/{run_id}/{artifact}/data/weights.bin",
        "runs:/{run_id}/{logged_name}/data/weights.bin",
    ],
)
def test_a_file_in_a_model_is_named_by_what_follows(
    server: Server, registered: Registered, tmp_path: Path, uri: str
) -> None:
    written = uri.format(**vars(registered))

    found = trackgate.artifacts.download_artifacts(
        written, dst_path=tmp_path, tracking_uri=server.address
    )

    assert Path(found) == tmp_path / "weights.bin"
    assert Path(found).read_bytes() == b"\x00\x01\x02"


def test_a_models_folder_is_listed_by_its_uri(
    server: Server, registered: Registered
) -> None:
    for uri in (
        f"models:/{registered.name}/1",
        f"runs:/{registered.run_id}/{registered.logged_name}",
    ):
        listed = trackgate.artifacts.list_artifacts(uri, tracking_uri=server.address)
        assert {Path(one.path).name for one in listed} == {"MLmodel", "data"}


def test_a_whole_model_fills_the_folder_it_goes_to(
    client: TrackingClient, registered: Registered, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "folder"

    assert fetch(f"models:/{registered.name}/latest", target, client) == target
    assert files(target) == FILES
    for name in (registered.artifact, registered.logged_name):
        found = fetch(f"runs:/{registered.run_id}/{name}", tmp_path, client)
        assert found == tmp_path / name
        assert files(found) == FILES


def test_a_local_model_needs_no_server(registered: Registered, tmp_path: Path) -> None:
    assert fetch(str(registered.local)) == registered.local
    with pytest.raises(NotFound, match="no local path"):
        fetch(str(tmp_path / "nothing"))


def test_the_newest_of_a_runs_models_counts(
    client: TrackingClient, experiment_id: str, run_id: str, tmp_path: Path
) -> None:
    local = saved(tmp_path / "m")
    logged(client, experiment_id, "tree", run_id, local)
    newer = logged(client, experiment_id, "tree", run_id, local)

    assert resolve(f"runs:/{run_id}/tree", client).model_id == newer.model_id


def test_a_version_may_be_a_copy_of_a_copy(
    client: TrackingClient, registered: Registered
) -> None:
    first, second = new_name(), new_name()
    client.copy_model_version(f"models:/{registered.name}@champion", first)
    client.copy_model_version(f"models:/{first}/1", second)

    found = resolve(f"models:/{second}/1", client)

    assert (found.name, found.model_id) == (second, registered.model_id)
    assert files(fetch(f"models:/{second}/1", client=client)) == FILES


@pytest.mark.parametrize(
    "uri",
    [
        *("models:", "models:/", "models:x/1", "models://host/name/1", "models:/ /1"),
        *("models:/name@", "models:/@champion", "models:/name//1"),
        *("models:/name/1/../../x", "models:/%2e%2e", "file://host/x"),
    ],
)
def test_a_text_that_is_no_uri_of_a_model_is_refused(
    client: TrackingClient, uri: str
) -> None:
    with pytest.raises(InvalidParameterValue):
        resolve(uri, client)


def test_a_place_elsewhere_is_not_opened(client: TrackingClient) -> None:
    name = client.create_registered_model(new_name()).name
    client.create_model_version(name, "s3://bucket/model")

    assert resolve(f"models:/{name}/1", client).artifact_uri == "s3://bucket/model"
    with pytest.raises(NotImplementedHere, match="s3://bucket/model"):
        fetch(f"models:/{name}/1", client=client)


def test_a_file_that_is_not_the_one_that_was_saved_is_noticed(
    client: TrackingClient, experiment_id: str, run_id: str, tmp_path: Path
) -> None:
    folder = saved(tmp_path / "m")
    described = Model.load(folder)
    checksums.note(described, folder)
    described.save(folder / "MLmodel")
    model = logged(client, experiment_id, "tree", run_id, folder)
    assert files(fetch(model.model_uri, client=client)) == FILES

    (folder / "data" / "weights.bin").write_bytes(b"\x00\x01\x03")
    client.log_model_artifact(model.model_id, folder / "data" / "weights.bin", "data")

    digests = [hashlib.sha256(one).hexdigest() for one in (b"\0\1\3", b"\0\1\2")]
    with pytest.raises(
        InvalidState, match=rf"weights.bin'.*{digests[0]}.*{digests[1]}"
    ):
        fetch(model.model_uri, client=client)


@pytest.mark.parametrize("place", ["/etc", "etc", "file:///etc", "models:/m/1"])
def test_a_server_cannot_name_a_place_on_this_machine_nor_lead_in_a_circle(
    broken: BrokenServer, to_broken: Callable[..., TrackingClient], place: str
) -> None:
    version = b'{"model_version": {"name": "m", "version": "1"}}'
    answers = (
        Reply(body=version),
        Reply(body=b'{"artifact_uri": "%s"}' % place.encode()),
    )
    broken.reply(*answers * 20)

    with pytest.raises(InvalidParameterValue, match=r"not opened|without end"):
        resolve("models:/m/1", to_broken())


def test_a_model_whose_files_never_came_is_not_found(
    client: TrackingClient, experiment_id: str
) -> None:
    made = client.create_logged_model(experiment_id)

    with pytest.raises(NotFound, match="none are"):
        fetch(made.model_uri, client=client)
