"""What logged models have: tags, parameters, metrics and versions made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from trackgate_wire.errors import BadRequest
from trackgate_wire.logged_models import (
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelRegistration,
    LoggedModelTag,
)
from trackgate_wire.rules import shown

from trackgate_server.store import logged_model_metrics, pairs
from trackgate_server.store.logged_models import (
    STATUSES,
    LoggedModelKey,
    LoggedModelRow,
)
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

PairT = TypeVar("PairT")

_COLUMNS = ("model", "key", "value")
_TYPES = ("int8", "text", "text")
_SET_TAGS = BulkInsert(
    "logged_model_tags",
    _COLUMNS,
    _TYPES,
    "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
)
_INSERT_PARAMS = BulkInsert(
    "logged_model_params", _COLUMNS, _TYPES, "ON CONFLICT (model, key) DO NOTHING"
)
_DELETE_TAG = Sql("DELETE FROM logged_model_tags WHERE model = ? AND key = ?")


_TAGS = pairs.of_all("logged_model_tags", "model")
_PARAMS = pairs.of_all("logged_model_params", "model")
_REGISTRATIONS = Sql(
    "SELECT v.model_id, m.name, v.version FROM model_versions v"
    " JOIN registered_models m ON m.id = v.model"
    " WHERE v.model_id = ANY(?) ORDER BY 1, 2, 3"
)


def set_tags(db: Transaction, model: LoggedModelKey, values: Mapping[str, str]) -> None:
    """Write tags, replacing those of the same key. One statement."""
    # By key, so that two writers to a model lock its rows in the same order.
    given = dict(sorted(values.items()))
    db.bulk(_SET_TAGS, [[model] * len(given), list(given), list(given.values())])


def delete_tag(db: Transaction, model: LoggedModelKey, key: str) -> bool:
    """Remove a tag; False where there is none."""
    return db.execute(_DELETE_TAG, model, key).rowcount > 0


def log_params(
    db: Transaction, model: LoggedModelKey, values: Mapping[str, str]
) -> None:
    """Write parameters; the same value again is fine, another is refused.

    Raises BadRequest naming both values. One statement, or two where some were there
    already.
    """
    # By key, for the same reason as tags.
    given = dict(sorted(values.items()))
    columns = [[model] * len(given), list(given), list(given.values())]
    if db.bulk(_INSERT_PARAMS, columns) == len(given):
        return
    stored = params_of(db, [model])[model]
    for param in stored:
        if values.get(param.key, param.value) != param.value:
            raise _changed(param, values[param.key])


def tags_of(db: Transaction, models: Sequence[int]) -> dict[int, list[LoggedModelTag]]:
    """All tags of the models, by model. One statement."""
    return _read(db, _TAGS, models, LoggedModelTag)


def params_of(
    db: Transaction, models: Sequence[int]
) -> dict[int, list[LoggedModelParam]]:
    """All parameters of the models, by model. One statement."""
    return _read(db, _PARAMS, models, LoggedModelParam)


def described(db: Transaction, rows: Sequence[LoggedModelRow]) -> list[LoggedModel]:
    """Models as the protocol shows them. Four statements, however many."""
    if not rows:
        return []
    keys = [row.id for row in rows]
    tags = tags_of(db, keys)
    params = params_of(db, keys)
    metrics = logged_model_metrics.of_models(db, {row.id: row.uuid for row in rows})
    registrations = registrations_of(db, [row.uuid for row in rows])
    return [
        LoggedModel(
            _info(row, tags[row.id], registrations[row.uuid]),
            LoggedModelData(params[row.id], metrics[row.id]),
        )
        for row in rows
    ]


def _info(
    row: LoggedModelRow,
    tags: list[LoggedModelTag],
    registrations: list[LoggedModelRegistration],
) -> LoggedModelInfo:
    return LoggedModelInfo(
        model_id=row.uuid,
        experiment_id=str(row.experiment),
        name=row.name,
        creation_timestamp_ms=row.created_ms,
        last_updated_timestamp_ms=row.updated_ms,
        artifact_uri=row.artifact_uri,
        status=STATUSES[row.status],
        model_type=row.type,
        source_run_id=row.source_run,
        status_message=row.status_message,
        tags=tags,
        registrations=registrations,
    )


def registrations_of(
    db: Transaction, model_ids: Sequence[str]
) -> dict[str, list[LoggedModelRegistration]]:
    """The versions made from the models, by the models' ids. One statement."""
    found: dict[str, list[LoggedModelRegistration]] = {one: [] for one in model_ids}
    for model_id, name, version in db.all(_REGISTRATIONS, db.array(model_ids)):
        found[model_id].append(LoggedModelRegistration(name, str(version)))
    return found


def _read(
    db: Transaction,
    statement: Sql,
    models: Sequence[int],
    pair: Callable[[str, str], PairT],
) -> dict[int, list[PairT]]:
    found: dict[int, list[PairT]] = {model: [] for model in models}
    for model, key, value in db.all(statement, db.array(models)):
        found[model].append(pair(key, value))
    return found


def _changed(param: LoggedModelParam, value: str) -> BadRequest:
    return BadRequest(
        f"Changing param values is not allowed. Param with key={shown(param.key)} was"
        f" already logged with value={shown(param.value)}; attempted logging new value"
        f" {shown(value)}."
    )
