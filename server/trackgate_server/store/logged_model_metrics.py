"""Points of runs' metrics that were measured with a logged model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trackgate_wire.errors import BadRequest
from trackgate_wire.metrics import Metric
from trackgate_wire.rules import shown

from trackgate_server.store import logged_models
from trackgate_server.store.names import Names
from trackgate_server.store.points import on_wire
from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import to_sqlite
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

_INSERT = BulkInsert(
    "logged_model_metrics",
    (
        *("model", "key", "run", "step", "timestamp", "value"),
        *("dataset_name", "dataset_digest"),
    ),
    ("int8", "int8", "int8", "int8", "int8", "float8", "text", "text"),
    "ON CONFLICT DO NOTHING",
)
_POINTS = (
    "SELECT m.model, n.name, m.value, m.timestamp, m.step, r.uuid, m.dataset_name,"
    " m.dataset_digest FROM logged_model_metrics m JOIN runs r ON r.id = m.run"
    " JOIN names n ON n.id = m.key WHERE m.model"
)
_ORDER = (
    "ORDER BY m.model, n.name, m.timestamp, m.step, r.uuid, m.dataset_name,"
    " m.dataset_digest, m.value"
)
_OF_MODELS = Sql(f"{_POINTS} = ANY(?) {_ORDER}")


def log(db: Transaction, names: Names, run: RunKey, points: Sequence[Metric]) -> None:
    """Keep those of a run's points that name a logged model with their models.

    A point already stored is left alone. Raises BadRequest naming a model that does
    not exist. Two statements, however many points; one more for new names.
    """
    measured = [point for point in points if point.model_id]
    keys = names.ensure(db, [point.key for point in measured])
    models = _keys(db, [point.model_id or "" for point in measured])
    values: list[Any] = [point.value for point in measured]
    if db.kind == "sqlite":
        values = [to_sqlite(value) for value in values]
    columns: list[list[Any]] = [
        models,
        keys,
        [run] * len(measured),
        [point.step for point in measured],
        [point.timestamp for point in measured],
        values,
        [point.dataset_name or "" for point in measured],
        [point.dataset_digest or "" for point in measured],
    ]
    db.bulk(_INSERT, columns)


def of_models(db: Transaction, models: Mapping[int, str]) -> dict[int, list[Metric]]:
    """All points measured with the models, by model; by name, the oldest first.

    models  their ids by their keys

    One statement.
    """
    rows = db.all(_OF_MODELS, db.array(list(models)))
    found: dict[int, list[Metric]] = {model: [] for model in models}
    for model, name, value, timestamp, step, run_id, dataset, digest in rows:
        found[model].append(
            Metric(
                key=name,
                value=on_wire(value),
                timestamp=timestamp,
                step=step,
                run_id=run_id,
                model_id=models[model],
                dataset_name=dataset or None,
                dataset_digest=digest or None,
            )
        )
    return found


def _keys(db: Transaction, model_ids: Sequence[str]) -> list[int]:
    rows = logged_models.find_all(db, sorted(set(model_ids)))
    known = {row.uuid: row.id for row in rows}
    for model_id in model_ids:
        if model_id not in known:
            raise BadRequest(
                f"No logged model with ID {shown(model_id)}, so no metric can be"
                " logged with it."
            )
    return [known[model_id] for model_id in model_ids]
