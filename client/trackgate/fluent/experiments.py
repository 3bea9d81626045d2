"""Experiments: choose, create, find, change, delete."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from trackgate_wire import limits

from trackgate.entities import Experiment, LifecycleStage, ViewType
from trackgate.errors import AlreadyExists, InvalidParameterValue, NotFound
from trackgate.fluent import session, stack
from trackgate.fluent.paging import all_pages

_logger = logging.getLogger("trackgate")


def set_experiment(
    experiment_name: str | None = None, experiment_id: str | None = None
) -> Experiment:
    """Make new runs belong to an experiment, and return it.

    One that is named and does not exist is created. Raises InvalidParameterValue
    where it is deleted, NotFound for an unknown id.
    """
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidParameterValue(
            "Give either `experiment_name` or `experiment_id`, and not both."
        )
    if experiment_name is not None:
        experiment = _ensure(experiment_name)
    else:
        experiment = session.client().get_experiment(str(experiment_id))
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(
            f"The experiment {experiment.name!r} is deleted. Restore it with"
            f" restore_experiment({experiment.experiment_id!r}), or have an admin purge"
            " it, to use its name again."
        )
    session.remember_experiment(experiment.experiment_id)
    return experiment


def create_experiment(
    name: str,
    artifact_location: str | None = None,
    tags: Mapping[str, object] | None = None,
) -> str:
    """Create an experiment and return its id; raises AlreadyExists."""
    return session.client().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """The experiment of that id, deleted or not; raises NotFound."""
    return session.client().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """The experiment of that name, deleted or not; None where there is none."""
    return session.client().get_experiment_by_name(name)


def search_experiments(
    view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """All experiments that match, or the first `max_results` of them."""
    client = session.client()
    return all_pages(
        lambda size, token: client.search_experiments(
            view_type, size, filter_string, order_by, token
        ),
        max_results,
        limits.EXPERIMENTS_PER_PAGE_DEFAULT,
    )


def delete_experiment(experiment_id: str) -> None:
    """Hide an experiment and its runs; it can be restored."""
    session.client().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """Bring back a deleted experiment and the runs that went with it."""
    session.client().restore_experiment(experiment_id)


def set_experiment_tag(key: str, value: object) -> None:
    """Set a tag of the experiment that runs belong to."""
    session.client().set_experiment_tag(_current_id(), key, value)


def set_experiment_tags(tags: Mapping[str, object]) -> None:
    """Set several tags of the experiment that runs belong to."""
    for key, value in tags.items():
        set_experiment_tag(key, value)


def delete_experiment_tag(key: str) -> None:
    """Remove a tag of the experiment that runs belong to."""
    session.client().delete_experiment_tag(_current_id(), key)


def _current_id() -> str:
    active = stack.top()
    return active.info.experiment_id if active else session.experiment_id()


def _ensure(name: str) -> Experiment:
    """The experiment of that name, which another program may be creating just now."""
    client = session.client()
    found = client.get_experiment_by_name(name)
    if found is not None:
        return found
    try:
        experiment_id = client.create_experiment(name)
    except AlreadyExists:
        found = client.get_experiment_by_name(name)
        if found is None:
            raise NotFound(f"There is no experiment named {name!r}.") from None
        return found
    _logger.info("The experiment %r is new.", name)
    return client.get_experiment(experiment_id)
