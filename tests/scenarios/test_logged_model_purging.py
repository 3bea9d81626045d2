"""Purging logged models: rows, measurements and files, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_wire.errors import NotFound
from trackgate_wire.experiments import DELETE_EXPERIMENT, ExperimentRef
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import DELETE_RUN
from trackgate_wire.server import PURGE, Purge

from tests.fixtures.api import Api
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import DATABASES, running_app
from tests.scenarios.acts import get_run, latest_of, new_experiment, new_run
from tests.scenarios.logged_model_acts import (
    artifact_path,
    delete_model,
    get_file,
    get_model,
    measure,
    new_model,
    put_file,
)


@pytest.fixture(scope="module", params=DATABASES)
def home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_store: NewStore,
) -> Iterator[tuple[Api, Path]]:
    """An admin of a server of these tests' own, and where its files are."""
    folder = tmp_path_factory.mktemp("purging")
    with running_app(folder, new_store(request.param)) as app:
        yield app.client("adam"), folder / "artifacts"


def a_model(api: Api, experiment: str, run: str) -> str:
    """One with everything a model can have."""
    model = new_model(api, experiment, params={"a": "1"}, tags={"b": "2"})
    measure(api, run, model, "loss", 0.5)
    put_file(api, artifact_path(api, model, "MLmodel"), b"x")
    return model


def files_of(folder: Path, thing: str) -> list[Path]:
    return [one for one in folder.rglob("*") if thing in one.parts and one.is_file()]


def test_a_purged_model_is_gone_with_its_files(home: tuple[Api, Path]) -> None:
    adam, folder = home
    run = new_run(adam, "0")
    kept, model = a_model(adam, "0", run), a_model(adam, "0", run)
    path = artifact_path(adam, model, "MLmodel")
    delete_model(adam, model)

    purged = adam.call(PURGE, Purge(logged_model_ids=[model]))

    assert purged.logged_model_ids == [model]
    with pytest.raises(NotFound):
        get_model(adam, model, allow_deleted="true")
    assert get_file(adam, path).status == 404
    assert files_of(folder, model) == []
    assert latest_of(get_run(adam, run)) == {"loss": 0.5}
    assert len(get_model(adam, kept).data.metrics) == 1
    assert files_of(folder, kept) != []


def test_a_purge_without_names_takes_what_was_deleted(home: tuple[Api, Path]) -> None:
    adam, folder = home
    run = new_run(adam, "0")
    kept, model = a_model(adam, "0", run), a_model(adam, "0", run)
    delete_model(adam, model)

    late = adam.call(PURGE, Purge(older_than_s=3_600))
    purged = adam.call(PURGE, Purge())

    assert late.logged_model_ids == []
    assert purged.logged_model_ids == [model]
    assert (files_of(folder, model), len(files_of(folder, kept))) == ([], 1)


def test_a_purged_experiment_takes_its_models_along(home: tuple[Api, Path]) -> None:
    adam, folder = home
    experiment = new_experiment(adam)
    run, elsewhere = new_run(adam, experiment), new_run(adam, "0")
    model = a_model(adam, experiment, run)
    measure(adam, elsewhere, model, "loss", 0.1)
    adam.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    purged = adam.call(PURGE, Purge(experiment_ids=[experiment]))

    assert (purged.run_ids, purged.logged_model_ids) == ([run], [model])
    assert files_of(folder, model) == []
    assert latest_of(get_run(adam, elsewhere)) == {"loss": 0.1}


def test_a_purged_run_takes_its_measurements_of_models_along(
    home: tuple[Api, Path],
) -> None:
    adam, folder = home
    first, second = new_run(adam, "0"), new_run(adam, "0")
    model = a_model(adam, "0", first)
    measure(adam, second, model, "loss", 0.1)
    adam.call(DELETE_RUN, RunRef(run_id=first))

    adam.call(PURGE, Purge(run_ids=[first]))

    (point,) = get_model(adam, model).data.metrics
    assert (point.run_id, point.value) == (second, 0.1)
    assert files_of(folder, model) != []


def test_what_is_not_deleted_is_not_purged(home: tuple[Api, Path]) -> None:
    adam, _ = home
    model, deleted = new_model(adam, "0"), new_model(adam, "0")
    delete_model(adam, deleted)

    for wrong in (model, "m-none"):
        with pytest.raises(NotFound, match=wrong):
            adam.call(PURGE, Purge(logged_model_ids=[deleted, wrong]))

    assert get_model(adam, model).info.model_id == model
    assert get_model(adam, deleted, allow_deleted="true").info.model_id == deleted
