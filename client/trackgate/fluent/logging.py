"""Parameters, metrics, tags and datasets of the active run.

Where a call takes `synchronous`, False sends in the background and returns at once.
Where no run is active, one is started.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.data.datasets import DatasetLike, as_entity, dataset_input
from trackgate.entities import (
    Dataset,
    DatasetInput,
    LoggedModelInput,
    LoggedModelOutput,
)
from trackgate.errors import InvalidParameterValue
from trackgate.fluent import session, stack, thread_models
from trackgate.fluent.runs import current_or_new
from trackgate.parcels import RunOperations

ValueT = TypeVar("ValueT")


def log_param(
    key: str, value: ValueT, synchronous: bool | None = None
) -> ValueT | RunOperations:
    """Log a parameter, once for each key, and return its value."""
    run = current_or_new()
    return run.client.log_param(run.info.run_id, key, value, synchronous)


def log_params(
    params: Mapping[str, object],
    synchronous: bool | None = None,
    run_id: str | None = None,
) -> RunOperations | None:
    """Log several parameters."""
    client, run_id = _meant(run_id)
    checked = [values.param(key, value) for key, value in params.items()]
    return client.log_checked(run_id, checked, synchronous)


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: DatasetLike | Dataset | None = None,
) -> RunOperations | None:
    """Log one point of a metric.

    value      any number, also NaN or infinite
    step       training step; 0, where it is missing
    timestamp  milliseconds since the Unix epoch; now, where it is missing
    model_id   the logged model it is of; else the active model, if any
    dataset    what it was measured on; the run gets it as an input too
    """
    client, run_id = _meant(run_id)
    measured_on = _note_dataset(client, run_id, dataset)
    return client.log_metric(
        run_id,
        key,
        value,
        timestamp,
        step,
        synchronous,
        dataset_name=measured_on.name if measured_on else None,
        dataset_digest=measured_on.digest if measured_on else None,
        model_id=model_id or thread_models.get_active_model_id(),
    )


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: DatasetLike | Dataset | None = None,
) -> RunOperations | None:
    """Log one point of several metrics, all of the same step and time."""
    client, run_id = _meant(run_id)
    measured_on = _note_dataset(client, run_id, dataset)
    now = values.now_ms() if timestamp is None else timestamp
    model_id = model_id or thread_models.get_active_model_id()
    points = [
        values.metric(
            key,
            value,
            now,
            step,
            model_id=model_id,
            dataset_name=measured_on.name if measured_on else None,
            dataset_digest=measured_on.digest if measured_on else None,
        )
        for key, value in metrics.items()
    ]
    return client.log_checked(run_id, points, synchronous)


def set_tag(
    key: str, value: object, synchronous: bool | None = None
) -> RunOperations | None:
    """Set a tag, replacing the one of that key."""
    run = current_or_new()
    return run.client.set_tag(run.info.run_id, key, value, synchronous)


def set_tags(
    tags: Mapping[str, object], synchronous: bool | None = None
) -> RunOperations | None:
    """Set several tags."""
    run = current_or_new()
    return run.client.log_checked(run.info.run_id, values.tags(tags), synchronous)


def delete_tag(key: str) -> None:
    """Remove a tag; raises NotFound where there is none of that key."""
    run = current_or_new()
    run.client.delete_tag(run.info.run_id, key)


def log_input(
    dataset: DatasetLike | None = None,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    model: LoggedModelInput | None = None,
) -> None:
    """Note a dataset that the run uses.

    context  what for, such as "training"
    """
    run = current_or_new()
    if dataset is None and (context or tags):
        raise InvalidParameterValue("A context and tags need a dataset.")
    inputs = [dataset_input(dataset, context, tags)] if dataset is not None else []
    run.client.log_inputs(run.info.run_id, inputs, [model] if model else [])


def log_inputs(
    datasets: Sequence[DatasetLike] | None = None,
    contexts: Sequence[str | None] | None = None,
    tags_list: Sequence[Mapping[str, str] | None] | None = None,
    models: Sequence[LoggedModelInput] | None = None,
) -> None:
    """Note several datasets; the three lists belong together, item by item."""
    run = current_or_new()
    given = datasets or [], contexts or [], tags_list or []
    if len({len(items) for items in given}) != 1:
        raise InvalidParameterValue(
            "`datasets`, `contexts` and `tags_list` must have the same length, not"
            f" {', '.join(str(len(items)) for items in given)}."
        )
    inputs = [dataset_input(*one) for one in zip(*given, strict=True)]
    run.client.log_inputs(run.info.run_id, inputs, models)


def log_outputs(models: Sequence[LoggedModelOutput] | None = None) -> None:
    """Note models that the run made."""
    run = current_or_new()
    run.client.log_outputs(run.info.run_id, models or [])


def flush_async_logging() -> None:
    """Wait until all that waits in the background has been sent."""
    active = stack.top()
    (active.client if active else session.client()).flush_async_logging()


def _meant(run_id: str | None) -> tuple[TrackingClient, str]:
    """The run that a call is about, and the client to reach it with."""
    if run_id is not None:
        active = stack.top()
        return active.client if active else session.client(), run_id
    run = stack.top() or current_or_new()
    return run.client, run.info.run_id


def _note_dataset(
    client: TrackingClient, run_id: str, dataset: DatasetLike | Dataset | None
) -> Dataset | None:
    if dataset is None:
        return None
    entity = as_entity(dataset)
    client.log_inputs(run_id, [DatasetInput(entity)])
    return entity
