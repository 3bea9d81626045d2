"""Aliases: names of a model's own for one of its versions each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction


class AliasRow(NamedTuple):
    """A row of the table."""

    model: int
    alias: str
    version: int


_FIND = Sql("SELECT version FROM model_aliases WHERE model = ? AND alias = ?")
_SET = Sql(
    "INSERT INTO model_aliases (model, alias, version) VALUES (?, ?, ?)"
    " ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version"
)
_DELETE = Sql("DELETE FROM model_aliases WHERE model = ? AND alias = ?")
_DELETE_OF_VERSION = Sql(
    "DELETE FROM model_aliases WHERE model = ? AND version = ? RETURNING alias"
)
_OF_MODELS = Sql(
    "SELECT model, alias, version FROM model_aliases"
    " WHERE model = ANY(?) ORDER BY model, alias"
)


def find(db: Transaction, model: int, alias: str) -> int | None:
    """The version an alias points at. One statement."""
    row = db.one(_FIND, model, alias)
    return None if row is None else row[0]


def set_to(db: Transaction, model: int, alias: str, version: int) -> None:
    """Point an alias of a locked model at a version. One statement."""
    db.execute(_SET, model, alias, version)


def delete(db: Transaction, model: int, alias: str) -> None:
    """Remove an alias of a locked model. One statement."""
    db.execute(_DELETE, model, alias)


def delete_of_version(db: Transaction, model: int, version: int) -> list[str]:
    """Remove the aliases of a version; what they were called. One statement."""
    rows = db.all(_DELETE_OF_VERSION, model, version)
    return sorted(alias for (alias,) in rows)


def of_models(db: Transaction, models: Iterable[int]) -> list[AliasRow]:
    """All aliases of the models, by model and name. One statement."""
    wanted = sorted(set(models))
    rows = db.all(_OF_MODELS, db.array(wanted)) if wanted else []
    return [AliasRow(*row) for row in rows]
