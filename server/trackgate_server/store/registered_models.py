"""Registered models themselves; versions, tags and aliases are beside this one."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_wire.errors import AlreadyExists, NotFound

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction


class ModelRow(NamedTuple):
    """A row of the table, in the order of `COLUMNS`."""

    id: int
    name: str
    user: str
    description: str | None
    created_ms: int
    updated_ms: int


COLUMNS = 'id, name, "user", description, created_ms, updated_ms'

_BY_NAME = f"SELECT {COLUMNS} FROM registered_models WHERE name = ?"
_FIND = Sql(_BY_NAME)
# SQLite has one writer at a time anyway.
_LOCK = Sql(_BY_NAME, postgresql=f"{_BY_NAME} FOR UPDATE")
_INSERT = Sql(
    'INSERT INTO registered_models (name, "user", description, created_ms, updated_ms,'
    " last_version) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (name) DO NOTHING"
    " RETURNING id"
)
_DESCRIBE = Sql(
    "UPDATE registered_models SET description = ?, updated_ms = ? WHERE id = ?"
)
_TOUCH = Sql("UPDATE registered_models SET updated_ms = ? WHERE id = ?")
_RENAME = Sql("UPDATE registered_models SET name = ?, updated_ms = ? WHERE id = ?")
_TOUCH_VERSIONS = Sql("UPDATE model_versions SET updated_ms = ? WHERE model = ?")
_REMOVE = (
    Sql("DELETE FROM model_aliases WHERE model = ?"),
    Sql("DELETE FROM model_version_tags WHERE model = ?"),
    Sql("DELETE FROM model_versions WHERE model = ?"),
    Sql("DELETE FROM registered_model_tags WHERE model = ?"),
    Sql("DELETE FROM registered_models WHERE id = ?"),
)
_UNIQUE_VIOLATION = "23505"


def find(db: Transaction, name: str) -> ModelRow | None:
    """The model of that name. One statement."""
    row = db.one(_FIND, name)
    return None if row is None else ModelRow(*row)


def get(db: Transaction, name: str) -> ModelRow:
    """The model of that name; raises NotFound. One statement."""
    row = find(db, name)
    if row is None:
        raise not_found(name)
    return row


def lock(db: Transaction, name: str) -> ModelRow:
    """As `get`, and until this transaction ends nobody else changes the model.

    Whoever changes a model or its versions begins with this, so that what two people
    do at once happens one after the other.
    """
    row = db.one(_LOCK, name)
    if row is None:
        raise not_found(name)
    return ModelRow(*row)


def insert(
    db: Transaction, name: str, user: str, description: str | None, now_ms: int
) -> ModelRow | None:
    """Create a model, or return None where the name is taken. One statement."""
    row = db.one(_INSERT, name, user, description, now_ms, now_ms)
    if row is None:
        return None
    return ModelRow(row[0], name, user, description, now_ms, now_ms)


def describe(
    db: Transaction, row: ModelRow, description: str | None, now_ms: int
) -> ModelRow:
    """Replace the description and return the row as it is then. One statement."""
    db.execute(_DESCRIBE, description, now_ms, row.id)
    return row._replace(description=description, updated_ms=now_ms)


def touch(db: Transaction, model: int, now_ms: int) -> None:
    """Something of the model changed. One statement."""
    db.execute(_TOUCH, now_ms, model)


def rename(db: Transaction, row: ModelRow, name: str, now_ms: int) -> ModelRow:
    """Give a locked model and its versions another name. Three statements.

    Raises AlreadyExists where another model has it.
    """
    other = find(db, name)
    if other is not None and other.id != row.id:
        raise taken(name)
    try:
        db.execute(_RENAME, name, now_ms, row.id)
    except Exception as error:
        # Somebody else took it in between, which PostgreSQL alone lets happen.
        if getattr(error, "sqlstate", None) != _UNIQUE_VIOLATION:
            raise
        raise taken(name) from error
    db.execute(_TOUCH_VERSIONS, now_ms, row.id)
    return row._replace(name=name, updated_ms=now_ms)


def delete(db: Transaction, model: int) -> None:
    """Remove a locked model with all it has but its history. Five statements."""
    for statement in _REMOVE:
        db.execute(statement, model)


def taken(name: str) -> AlreadyExists:
    """The error for a name that another model has."""
    return AlreadyExists(f"Registered Model (name={name}) already exists.")


def not_found(name: str) -> NotFound:
    """The error for a name that no model has."""
    return NotFound(f"Registered Model with name={name} not found")
