"""Runs: start, end, find, delete."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from trackgate_wire import rules

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.entities import LifecycleStage, Run, RunStatus
from trackgate.errors import InvalidParameterValue, InvalidState, RunAlreadyActive
from trackgate.fluent import endings, session, stack
from trackgate.fluent.active_run import ActiveRun
from trackgate.run_calls import PARENT_TAG
from trackgate.run_context import context_tags

_logger = logging.getLogger("trackgate")
_NOTE_TAG = "mlflow.note.content"
_NAME_TAG = "mlflow.runName"


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Start a run, or take one up again, and make it the active one of this thread.

    run_id              the run to take up again; else MLFLOW_RUN_ID's; else a new one
    experiment_id       else the one of set_experiment, else the environment's, else "0"
    run_name            the server makes one up where it is missing
    nested              start it inside the active run
    parent_run_id       start it inside that run
    log_system_metrics  accepted; nothing is measured yet

    Raises RunAlreadyActive where a run is active and `nested` is not said.
    """
    active = stack.top()
    if active is not None and not nested:
        raise RunAlreadyActive(
            f"The run {active.info.run_id} is active already. End it first with"
            " end_run(), or start this one inside it with nested=True."
        )
    if log_system_metrics:
        _logger.warning("log_system_metrics: system metrics are not measured yet.")
    client = session.client()
    wanted = run_id or _run_of_environment()
    given = _with_description(tags, description)
    if wanted:
        run = _resume(client, wanted, run_name, given)
    else:
        parent_id = _parent_id(client, active, parent_run_id)
        experiment = session.experiment_id() if experiment_id is None else experiment_id
        run = _create(client, str(experiment), run_name, parent_id, given)
    started = ActiveRun(run, client)
    stack.push(started)
    endings.watch()
    client.send_waiting()
    return started


def end_run(status: str = RunStatus.FINISHED) -> None:
    """End the active run, after all that waits in the background has been sent."""
    endings.end_current(status)


def active_run() -> ActiveRun | None:
    """The active run of this thread; its data are those of its start."""
    return stack.top()


def last_active_run() -> Run | None:
    """The active run, or else the one that this thread ended last, read anew."""
    active = stack.top()
    if active is not None:
        return active
    last_id = stack.last_id()
    return session.client().get_run(last_id) if last_id else None


def current_or_new() -> ActiveRun:
    """The active run; a new one is started where there is none."""
    return stack.top() or start_run()


def get_run(run_id: str) -> Run:
    """The run of that id, read anew; raises NotFound."""
    return session.client().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """The run that the run of that id is nested in; None where it is not."""
    return session.client().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """Hide a run; it can be restored."""
    session.client().delete_run(run_id)


def restore_run(run_id: str) -> None:
    """Bring back a deleted run."""
    session.client().restore_run(run_id)


def _run_of_environment() -> str | None:
    """The run that MLFLOW_RUN_ID names, for the first start only."""
    run_id = session.settings().run_id
    os.environ.pop("MLFLOW_RUN_ID", None)
    return run_id


def _with_description(
    tags: Mapping[str, object] | None, description: str | None
) -> dict[str, object]:
    given = dict(tags or {})
    if description:
        if _NOTE_TAG in given:
            raise InvalidParameterValue(
                f"The tags have {_NOTE_TAG} already; leave out it or the description."
            )
        given[_NOTE_TAG] = description
    return given


def _resume(
    client: TrackingClient,
    run_id: str,
    run_name: str | None,
    tags: Mapping[str, object],
) -> Run:
    run = client.get_run(run_id)
    chosen = session.chosen_experiment_id()
    if chosen is not None and chosen != run.info.experiment_id:
        raise InvalidParameterValue(
            f"The run {run_id} belongs to experiment {run.info.experiment_id}, but"
            f" set_experiment chose {chosen}."
        )
    _check_not_deleted(run)
    client.update_run(run_id, RunStatus.RUNNING, run_name)
    if tags:
        client.log_batch(run_id, tags=values.tags(tags), synchronous=True)
    return client.get_run(run_id)


def _create(
    client: TrackingClient,
    experiment_id: str,
    run_name: str | None,
    parent_id: str | None,
    tags: Mapping[str, object],
) -> Run:
    who = client.credentials.username if client.credentials else None
    all_tags: dict[str, object] = {**context_tags(who), **tags}
    if parent_id is not None:
        all_tags[PARENT_TAG] = parent_id
    if run_name:
        all_tags[_NAME_TAG] = run_name
    return client.create_run(experiment_id, tags=all_tags, run_name=run_name)


def _parent_id(
    client: TrackingClient, active: ActiveRun | None, parent_run_id: str | None
) -> str | None:
    if parent_run_id is None:
        return active.info.run_id if active else None
    rules.check_run_id(parent_run_id)
    if active is not None and active.info.run_id != parent_run_id:
        raise InvalidParameterValue(
            f"The active run is {active.info.run_id}, not the given parent"
            f" {parent_run_id}; end it first with end_run()."
        )
    _check_not_deleted(client.get_run(parent_run_id))
    return parent_run_id


def _check_not_deleted(run: Run) -> None:
    if run.info.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidState(
            f"The run {run.info.run_id} is deleted; restore it first with"
            f" restore_run({run.info.run_id!r})."
        )
