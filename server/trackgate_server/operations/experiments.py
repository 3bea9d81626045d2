"""Experiments: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import (
    AlreadyExists,
    InvalidParameterValue,
    InvalidState,
    NotFound,
)
from trackgate_wire.experiments import (
    CREATE_EXPERIMENT,
    DELETE_EXPERIMENT,
    DELETE_EXPERIMENT_TAG,
    GET_EXPERIMENT,
    GET_EXPERIMENT_BY_NAME,
    RESTORE_EXPERIMENT,
    SEARCH_EXPERIMENTS,
    SET_EXPERIMENT_TAG,
    UPDATE_EXPERIMENT,
    CreateExperiment,
    DeleteExperimentTag,
    ExperimentCreated,
    ExperimentFound,
    ExperimentRef,
    ExperimentsPage,
    ExperimentTag,
    GetExperimentByName,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)

from trackgate_server import filters
from trackgate_server.operations.locations import checked_location
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import experiments, people, search_experiments
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.lifecycle import ACTIVE, DELETED, STAGES, VIEWS
from trackgate_server.store.search_experiments import ExperimentQuery


@serves(CREATE_EXPERIMENT, "write")
def create(scope: Scope, request: CreateExperiment) -> ExperimentCreated:
    rules.check_experiment_name(request.name)
    location = checked_location(request.artifact_location)
    for tag in request.tags:
        _check_tag(tag)
    experiment = experiments.insert(scope.db, request.name, location, scope.now_ms)
    if experiment is None:
        raise _name_taken(scope, request.name)
    if request.tags:
        experiments.set_tags(scope.db, experiment, request.tags)
    _note(scope, "create", experiment, request.name)
    return ExperimentCreated(str(experiment))


@serves(GET_EXPERIMENT)
def get(scope: Scope, request: ExperimentRef) -> ExperimentFound:
    row = experiments.get(scope.db, request.experiment_id)
    return ExperimentFound(experiments.described(scope.db, [row])[0])


@serves(GET_EXPERIMENT_BY_NAME)
def get_by_name(scope: Scope, request: GetExperimentByName) -> ExperimentFound:
    row = experiments.find_by_name(scope.db, request.experiment_name)
    if row is None:
        name = rules.shown(request.experiment_name)
        raise NotFound(f"Could not find experiment with name {name}.")
    return ExperimentFound(experiments.described(scope.db, [row])[0])


@serves(DELETE_EXPERIMENT, "write")
def delete(scope: Scope, request: ExperimentRef) -> Empty:
    row = experiments.get(scope.db, request.experiment_id)
    if row.lifecycle == DELETED:
        raise NotFound(
            f"No Experiment with id={row.id} exists: it is deleted already. It can be"
            " restored by experiments/restore."
        )
    experiments.delete(scope.db, row.id, scope.now_ms)
    _note(scope, "delete", row.id, row.name)
    return Empty()


@serves(RESTORE_EXPERIMENT, "write")
def restore(scope: Scope, request: ExperimentRef) -> Empty:
    row = experiments.get(scope.db, request.experiment_id)
    if row.lifecycle == ACTIVE:
        raise NotFound(f"No deleted Experiment with id={row.id} exists: it is active.")
    experiments.restore(scope.db, row.id, scope.now_ms)
    _note(scope, "restore", row.id, row.name)
    return Empty()


@serves(UPDATE_EXPERIMENT, "write")
def update(scope: Scope, request: UpdateExperiment) -> Empty:
    row = experiments.get(scope.db, request.experiment_id)
    rules.check_experiment_name(request.new_name)
    if row.lifecycle != ACTIVE:
        raise InvalidState("Cannot rename a non-active experiment; restore it first.")
    other = experiments.find_by_name(scope.db, request.new_name)
    if other is not None and other.id != row.id:
        raise _name_taken(scope, request.new_name)
    experiments.rename(scope.db, row.id, request.new_name, scope.now_ms)
    _note(scope, "rename", row.id, f"{row.name} -> {request.new_name}")
    return Empty()


@serves(SET_EXPERIMENT_TAG, "write")
def set_tag(scope: Scope, request: SetExperimentTag) -> Empty:
    tag = ExperimentTag(request.key, request.value)
    _check_tag(tag)
    row = _get_active(scope, request.experiment_id)
    experiments.set_tags(scope.db, row.id, [tag])
    _note(scope, "set tag", row.id, tag.key)
    return Empty()


@serves(DELETE_EXPERIMENT_TAG, "write")
def delete_tag(scope: Scope, request: DeleteExperimentTag) -> Empty:
    row = _get_active(scope, request.experiment_id)
    if not experiments.delete_tag(scope.db, row.id, request.key):
        key = rules.shown(request.key)
        raise NotFound(f"No tag with name: {key} in experiment with id {row.id}.")
    _note(scope, "delete tag", row.id, request.key)
    return Empty()


@serves(SEARCH_EXPERIMENTS)
def search(scope: Scope, request: SearchExperiments) -> ExperimentsPage:
    rules.check_page_size(request.max_results, limits.EXPERIMENTS_PER_PAGE)
    what = ["experiments", request.view_type, request.filter, request.order_by]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    query = ExperimentQuery(
        stages=VIEWS[request.view_type],
        filter=filters.parse_experiments_filter(request.filter),
        order=filters.parse_experiments_order(request.order_by),
        limit=request.max_results,
        after=bookmarks.read(request.page_token),
    )
    found = search_experiments.search(scope.db, query)
    return ExperimentsPage(
        experiments.described(scope.db, found.rows),
        bookmarks.make(found.next),
    )


def _get_active(scope: Scope, experiment_id: str) -> ExperimentRow:
    row = experiments.get(scope.db, experiment_id)
    check_active(row)
    return row


def check_active(row: ExperimentRow) -> None:
    """Raises InvalidParameterValue for a deleted experiment."""
    if row.lifecycle != ACTIVE:
        raise InvalidParameterValue(
            f"The experiment {row.id} must be in the 'active' state. Current state is"
            f" {STAGES[row.lifecycle].value}. Restore it first (experiments/restore)."
        )


def _check_tag(tag: ExperimentTag) -> None:
    rules.check_key("Experiment tag", tag.key)
    what = f"Value of experiment tag {rules.shown(tag.key)}"
    rules.check_length(what, tag.value, limits.EXPERIMENT_TAG_VALUE_LENGTH)


def _name_taken(scope: Scope, name: str) -> AlreadyExists:
    row = experiments.find_by_name(scope.db, name)
    taken = f"Experiment(name={name}) already exists"
    if row is None or row.lifecycle == ACTIVE:
        return AlreadyExists(f"{taken}.")
    return AlreadyExists(
        f"{taken} in deleted state. Restore it (experiments/restore with"
        f" experiment_id={row.id}), choose another name, or have an admin purge it."
    )


def _note(scope: Scope, action: str, experiment: int, detail: str) -> None:
    target = f"experiment/{experiment}"
    people.note(scope.db, scope.caller.name, action, target, detail, scope.now_ms)
