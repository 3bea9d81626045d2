"""Whose artifacts they are: a run's or a logged model's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.logged_models import ID_PREFIX

from trackgate_server.blobs.place import Place
from trackgate_server.store import logged_models, runs
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.logged_models import LoggedModelRow
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Transaction

FOLDER = "artifacts"
_MODELS = "models"


class OwnerRef(NamedTuple):
    """Names an owner; as text it is the target of changes."""

    kind: Literal["run", "logged-model"]
    id: str

    def __str__(self) -> str:
        """Such as "run/ID"."""
        return f"{self.kind}/{self.id}"

    @property
    def shown(self) -> str:
        """As messages say it."""
        return f"{self.kind.replace('-', ' ')} {self.id}"


class Owner(NamedTuple):
    """A run or a logged model, as far as its artifacts are concerned.

    user          who made it
    artifact_uri  where clients find its artifacts
    folder        where they lie, from the store's root down; chosen by the server
    active        whether artifacts may be changed
    """

    ref: OwnerRef
    user: str
    artifact_uri: str
    folder: tuple[str, ...]
    active: bool

    def place(self, path: str) -> Place:
        """The place that a path relative to the owner's artifacts names.

        Raises InvalidParameterValue for a path that is none, and for an owner whose
        artifacts are in a remote store.
        """
        if not self.artifact_uri.startswith(f"{SCHEME}:"):
            raise InvalidParameterValue(
                f"The artifacts of {self.ref.shown} are at {self.artifact_uri}, which"
                " the server does not open. Use a client that has access to that"
                " store."
            )
        return Place.within((*self.folder, FOLDER), path)

    def require_active(self) -> None:
        """Raises InvalidParameterValue where the owner is deleted."""
        if not self.active:
            raise InvalidParameterValue(
                f"The {self.ref.shown} is deleted; its artifacts can be read but not"
                " changed."
            )


def of_run(run: RunRow) -> Owner:
    """A run as an owner."""
    return Owner(
        OwnerRef("run", run.uuid),
        run.user,
        run.artifact_uri,
        run_folder(run.experiment, run.uuid),
        run.lifecycle == ACTIVE,
    )


def of_logged_model(model: LoggedModelRow) -> Owner:
    """A logged model as an owner."""
    return Owner(
        OwnerRef("logged-model", model.uuid),
        model.user,
        model.artifact_uri,
        logged_model_folder(model.experiment, model.uuid),
        model.lifecycle == ACTIVE,
    )


def run_folder(experiment: int, run_id: str) -> tuple[str, ...]:
    """Where all of a run's bytes lie, from the store's root down."""
    return str(experiment), run_id


def logged_model_folder(experiment: int, model_id: str) -> tuple[str, ...]:
    """Where all of a logged model's bytes lie, from the store's root down."""
    return str(experiment), _MODELS, model_id


def get(db: Transaction, ref: OwnerRef) -> Owner:
    """The owner of that name, deleted or not; raises NotFound. One statement."""
    if ref.kind == "run":
        return of_run(runs.get(db, ref.id))
    return of_logged_model(logged_models.get(db, ref.id))


def find_all(db: Transaction, ids: Sequence[str]) -> dict[str, Owner]:
    """Those of the runs and logged models that exist, by id. One or two statements."""
    found = {row.uuid: of_run(row) for row in runs.find_all(db, ids)}
    model_ids = [one for one in ids if one.startswith(ID_PREFIX)]
    if model_ids:
        rows = logged_models.find_all(db, model_ids)
        found |= {row.uuid: of_logged_model(row) for row in rows}
    return found
