"""Runs: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, TemporarilyUnavailable
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    GET_RUN,
    RESTORE_RUN,
    SEARCH_RUNS,
    UPDATE_RUN,
    CreateRun,
    Run,
    RunData,
    RunFound,
    RunsPage,
    RunTag,
    RunUpdated,
    SearchRuns,
    UpdateRun,
)

from trackgate_server import filters
from trackgate_server.operations.attribution import first_tags, owner
from trackgate_server.operations.experiments import check_active
from trackgate_server.operations.run_names import made_up
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tags import RUN_NAME_TAG, checked_first_tags
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    experiments,
    new_runs,
    people,
    run_data,
    runs,
    search_runs,
    tags,
)
from trackgate_server.store.lifecycle import VIEWS
from trackgate_server.store.new_runs import NewRun
from trackgate_server.store.runs import RunRow
from trackgate_server.store.search_runs import RunQuery


@serves(CREATE_RUN, "none")
def create(scope: Scope, request: CreateRun) -> RunFound:
    experiment_id = request.experiment_id or "0"
    # The id is made once, so that a run that is sent twice is one run.
    new = _new_run(scope, request, uuid4().hex, experiments.parse_id(experiment_id))
    database = scope.services.database
    row = new_runs.begin(database, new)
    if row is None:
        check_active(database.read(lambda db: experiments.get(db, experiment_id)))
        raise TemporarilyUnavailable("The experiment was just restored. Try again.")
    shown = [RunTag(key, value) for key, value in sorted(new.tags.items())]
    return RunFound(Run(runs.info(row), RunData(tags=shown)))


@serves(GET_RUN)
def get(scope: Scope, request: RunRef) -> RunFound:
    return RunFound(described(scope, [runs.get(scope.db, request.run())])[0])


@serves(UPDATE_RUN, "write")
def update(scope: Scope, request: UpdateRun) -> RunUpdated:
    name = request.run_name or None
    if name is not None:
        rules.check_length("Run name", name, limits.RUN_NAME_LENGTH)
    row = runs.update(
        scope.db,
        request.run(),
        status=request.status,
        ended_ms=request.end_time,
        name=name,
    )
    if name is not None:
        tags.put(scope.db, scope.names, row.key, {RUN_NAME_TAG: name})
    _note_if_foreign(scope, row, "update")
    return RunUpdated(runs.info(row))


@serves(DELETE_RUN, "write")
def delete(scope: Scope, request: RunRef) -> Empty:
    row = runs.get(scope.db, request.run())
    runs.delete(scope.db, row.key, scope.now_ms)
    _note(scope, row, "delete")
    return Empty()


@serves(RESTORE_RUN, "write")
def restore(scope: Scope, request: RunRef) -> Empty:
    row = runs.get(scope.db, request.run())
    runs.restore(scope.db, row.key)
    _note(scope, row, "restore")
    return Empty()


@serves(SEARCH_RUNS)
def search(scope: Scope, request: SearchRuns) -> RunsPage:
    rules.check_page_size(request.max_results, limits.RUNS_PER_PAGE)
    where = sorted({experiments.parse_id(text) for text in request.experiment_ids})
    tree = filters.parse_runs_filter(request.filter)
    order = filters.parse_runs_order(request.order_by)
    what = ["runs", where, request.run_view_type, request.filter, request.order_by]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    after = bookmarks.read(request.page_token)
    if not where:
        return RunsPage()
    stages = VIEWS[request.run_view_type]
    query = RunQuery(where, stages, tree, order, request.max_results, after)
    found = search_runs.search(scope.db, scope.names, query)
    return RunsPage(described(scope, found.rows), bookmarks.make(found.next))


def described(scope: Scope, rows: Sequence[RunRow]) -> list[Run]:
    """Runs as the protocol shows them. Statements as `run_data.of_runs`."""
    held = run_data.of_runs(scope.db, scope.names, [row.id for row in rows])
    return [Run(runs.info(row), *its) for row, its in zip(rows, held, strict=True)]


def _new_run(scope: Scope, request: CreateRun, run_id: str, experiment: int) -> NewRun:
    given = checked_first_tags(scope, request.tags)
    name = _name(request.run_name, given.get(RUN_NAME_TAG))
    stored = first_tags(scope.caller, given, request.user_id)
    return NewRun(
        run_id=run_id,
        experiment=experiment,
        name=name,
        user=owner(scope.caller, request.user_id),
        started_ms=_started(scope, request.start_time),
        tags={**stored, RUN_NAME_TAG: name},
    )


def _name(given: str | None, tagged: str | None) -> str:
    if given and tagged and given != tagged:
        raise InvalidParameterValue(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with"
            f" different values (run_name={rules.shown(given)},"
            f" mlflow.runName={rules.shown(tagged)})."
        )
    name = given or tagged or made_up()
    rules.check_length("Run name", name, limits.RUN_NAME_LENGTH)
    return name


def _started(scope: Scope, given: int | None) -> int:
    if given is None:
        return scope.now_ms
    rules.check_timestamp("start_time", given)
    return given


def _note_if_foreign(scope: Scope, row: RunRow, action: str) -> None:
    if scope.caller.user is not None and scope.caller.user != row.user:
        _note(scope, row, action)


def _note(scope: Scope, row: RunRow, action: str) -> None:
    target = f"run/{row.uuid}"
    people.note(scope.db, scope.caller.name, action, target, row.name, scope.now_ms)
