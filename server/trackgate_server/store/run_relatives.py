"""Runs above and below a run, and models that were registered from it."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.schema import INDEXED_LENGTH
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_CHILD = (
    "SELECT r.uuid, r.name, r.status, r.started_ms, r.ended_ms FROM tags t"
    " JOIN runs r ON r.id = t.run WHERE t.key = ?"
)
_ACTIVE = "AND r.lifecycle = 0 ORDER BY t.run LIMIT ?"
# Both by the index of tags by value, which has a text's beginning in PostgreSQL.
_CHILDREN = Sql(
    f"{_CHILD} AND t.value = ? {_ACTIVE}",
    postgresql=f"{_CHILD} AND left(t.value, {INDEXED_LENGTH}) = ? {_ACTIVE}",
)
_VERSIONS = Sql(
    "SELECT m.name, v.version, v.stage FROM model_versions v"
    " JOIN registered_models m ON m.id = v.model WHERE v.run_id = ?"
    " ORDER BY v.updated_ms DESC, m.name, v.version LIMIT ?"
)


class Child(NamedTuple):
    """A run that names another as its parent."""

    uuid: str
    name: str
    status: int
    started_ms: int
    ended_ms: int | None


class RegisteredVersion(NamedTuple):
    """A version of a registered model."""

    name: str
    version: int
    stage: int


def children(db: Transaction, key: int, run_id: str, limit: int) -> list[Child]:
    """Active runs below a run, the oldest first. One statement.

    key  of the tag that names a run's parent
    """
    return [Child(*row) for row in db.all(_CHILDREN, key, run_id, limit)]


def versions(db: Transaction, run_id: str, limit: int) -> list[RegisteredVersion]:
    """Versions registered from a run, the last changed first. One statement."""
    return [RegisteredVersion(*row) for row in db.all(_VERSIONS, run_id, limit)]
