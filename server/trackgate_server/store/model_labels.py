"""Tags of registered models and of their versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from trackgate_wire.model_versions import ModelVersionTag
from trackgate_wire.registered_models import RegisteredModelTag

from trackgate_server.store import pairs
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

_SET_OF_MODEL = BulkInsert(
    "registered_model_tags",
    ("model", "key", "value"),
    ("int8", "text", "text"),
    "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
)
_SET_OF_VERSION = BulkInsert(
    "model_version_tags",
    ("model", "version", "key", "value"),
    ("int8", "int4", "text", "text"),
    "ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value",
)
_DELETE_OF_MODEL = Sql("DELETE FROM registered_model_tags WHERE model = ? AND key = ?")
_DELETE_OF_VERSION = Sql(
    "DELETE FROM model_version_tags WHERE model = ? AND version = ? AND key = ?"
)
_OF_MODELS = pairs.of_all("registered_model_tags", "model")
_OF_VERSIONS = Sql(
    "SELECT t.model, t.version, t.key, t.value FROM json_each(?) w"
    " CROSS JOIN model_version_tags t"
    " WHERE t.model = json_extract(w.value, '$[0]')"
    " AND t.version = json_extract(w.value, '$[1]')"
    " ORDER BY t.model, t.version, t.key",
    postgresql="SELECT t.model, t.version, t.key, t.value"
    " FROM unnest(?::int8[], ?::int4[]) w(model, version)"
    " JOIN model_version_tags t USING (model, version)"
    " ORDER BY t.model, t.version, t.key",
)

# A version, known by its model's number and its own.
VersionKey = tuple[int, int]


def put(db: Transaction, model: int, tags: Mapping[str, str]) -> None:
    """Write a model's tags, replacing those of the same key. One statement."""
    columns = [[model] * len(tags), list(tags), list(tags.values())]
    db.bulk(_SET_OF_MODEL, columns)


def put_on_version(db: Transaction, key: VersionKey, tags: Mapping[str, str]) -> None:
    """Write a version's tags, replacing those of the same key. One statement."""
    model, version = key
    count = len(tags)
    columns = [[model] * count, [version] * count, list(tags), list(tags.values())]
    db.bulk(_SET_OF_VERSION, columns)


def delete(db: Transaction, model: int, key: str) -> None:
    """Remove a model's tag, if it has it. One statement."""
    db.execute(_DELETE_OF_MODEL, model, key)


def delete_of_version(db: Transaction, version: VersionKey, key: str) -> None:
    """Remove a version's tag, if it has it. One statement."""
    db.execute(_DELETE_OF_VERSION, *version, key)


def of_models(
    db: Transaction, models: Sequence[int]
) -> dict[int, list[RegisteredModelTag]]:
    """The models' tags, by model. One statement."""
    found: dict[int, list[RegisteredModelTag]] = {model: [] for model in models}
    for model, key, value in db.all(_OF_MODELS, db.array(models)) if models else ():
        found[model].append(RegisteredModelTag(key, value))
    return found


def of_versions(
    db: Transaction, versions: Sequence[VersionKey]
) -> dict[VersionKey, list[ModelVersionTag]]:
    """The versions' tags, by version. One statement."""
    found: dict[VersionKey, list[ModelVersionTag]] = {key: [] for key in versions}
    rows = db.all(_OF_VERSIONS, *_wanted(db, versions)) if versions else ()
    for model, version, key, value in rows:
        found[model, version].append(ModelVersionTag(key, value))
    return found


def _wanted(db: Transaction, versions: Sequence[VersionKey]) -> list[object]:
    if db.kind == "sqlite":
        return [json.dumps(list(versions))]
    return [[model for model, _ in versions], [version for _, version in versions]]
