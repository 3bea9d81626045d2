"""Whose files a page shows: a run's, a logged model's or a registered version's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.registry_rules import check_model_name

from trackgate_server.blobs.place import Place
from trackgate_server.operations import artifact_owners
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.version_artifacts import place_in_version
from trackgate_server.store import (
    datasets,
    experiments,
    logged_models,
    model_versions,
    runs,
)
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.logged_models import LoggedModelRow
from trackgate_server.store.transaction import Transaction

Kind = Literal["run", "logged-model", "version"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Something that has files.

    id          of the run or logged model; the number of a version
    name        of the run or logged model, or of the registered model
    uri         by which clients load what is below, such as "runs:/ID"
    run_id      the run it is, or that made it; "" where none is known
    experiment  where it is; None for versions
    root        where its files lie; None where the server does not open them
    elsewhere   says so then
    """

    kind: Kind
    id: str
    name: str
    uri: str
    run_id: str
    experiment: ExperimentRow | None
    root: Found | None
    elsewhere: str = ""

    def below(self, path: str) -> Found:
        """What a path below its files names; InvalidParameterValue for no path."""
        if self.root is None:
            raise InvalidParameterValue(self.elsewhere)
        place = self.root.place
        names = rules.artifact_segments(path)
        return Found(self.root.owner, Place(place.area, (*place.path, *names)))

    def uri_of(self, path: str) -> str:
        """By which clients load the folder at `path`."""
        return f"{self.uri}/{path}" if path else self.uri


def of_run(scope: Scope, run_id: str) -> Holder:
    """A run, deleted or not; raises NotFound. Two statements."""

    def find(db: Transaction) -> Holder:
        run = runs.get(db, run_id)
        owner = artifact_owners.of_run(run)
        root, elsewhere = _opened(lambda: Found(owner, owner.place("")))
        return Holder(
            kind="run",
            id=run.uuid,
            name=run.name,
            uri=f"runs:/{run.uuid}",
            run_id=run.uuid,
            experiment=experiments.get(db, str(run.experiment)),
            root=root,
            elsewhere=elsewhere,
        )

    return scope.services.database.read(find)


def of_logged_model(scope: Scope, model_id: str) -> Holder:
    """A logged model; raises NotFound, also for a deleted one. Two statements."""

    def find(db: Transaction) -> Holder:
        model = logged_models.get_active(db, model_id)
        owner = artifact_owners.of_logged_model(model)
        root, elsewhere = _opened(lambda: Found(owner, owner.place("")))
        return Holder(
            kind="logged-model",
            id=model.uuid,
            name=model.name,
            uri=f"models:/{model.uuid}",
            run_id=model.source_run,
            experiment=experiments.get(db, str(model.experiment)),
            root=root,
            elsewhere=elsewhere,
        )

    return scope.services.database.read(find)


def of_version(scope: Scope, name: str, number: str) -> Holder:
    """A version of a registered model; raises NotFound. Two or three statements."""

    def find(db: Transaction) -> Holder:
        check_model_name(name)
        row = model_versions.get(db, name, number)
        root, elsewhere = _opened(lambda: place_in_version(db, row.location, ""))
        return Holder(
            kind="version",
            id=str(row.version),
            name=row.name,
            uri=f"models:/{row.name}/{row.version}",
            run_id=row.run_id,
            experiment=None,
            root=root,
            elsewhere=elsewhere,
        )

    return scope.services.database.read(find)


def models_made(scope: Scope, run_id: str) -> list[LoggedModelRow]:
    """The logged models that a run made, of those that there are. Three statements."""

    def find(db: Transaction) -> list[LoggedModelRow]:
        key = runs.get(db, run_id).key
        links = datasets.links_of(db, [key]).get(key, datasets.NO_LINKS)
        ids = [one.model_id for one in links.outputs.model_outputs]
        found = logged_models.find_all(db, ids) if ids else []
        return [one for one in found if one.lifecycle == ACTIVE]

    return scope.services.database.read(find)


def _opened(find: Callable[[], Found]) -> tuple[Found | None, str]:
    """Where files lie, or why they cannot be shown."""
    try:
        return find(), ""
    except (InvalidParameterValue, NotFound) as error:
        return None, error.message
