"""The history of registered models: who moved what where, kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_server.store.model_stages import STAGES
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

STAGE = "stage"
ALIAS = "alias"
DELETE = "delete"
RENAME = "rename"


class Mover(NamedTuple):
    """Who moves something, when, and what is said to it."""

    user: str
    comment: str
    at_ms: int


class Move(NamedTuple):
    """One entry; `before` and `after` as in the wire's `ModelMove`.

    version  0 where no version is meant
    """

    kind: str
    alias: str
    version: int
    before: str
    after: str


class MoveRow(NamedTuple):
    """A row of the table, in the order of `_COLUMNS`."""

    id: int
    name: str
    kind: str
    alias: str
    version: int
    before: str
    after: str
    user: str
    comment: str
    at_ms: int


_COLUMNS = 'id, name, kind, alias, version, before, after, "user", comment, at_ms'
_INSERT = BulkInsert(
    "model_moves",
    (
        *("model", "name", "kind", "alias", "version"),
        *("before", "after", "user", "comment", "at_ms"),
    ),
    (
        *("int8", "text", "text", "text", "int4"),
        *("text", "text", "text", "text", "int8"),
    ),
    "",
)
_LOSSES = (
    "INSERT INTO model_moves (model, name, kind, alias, version, before, after,"
    ' "user", comment, at_ms)'
)
_LOSE_ALIASES = Sql(
    f"{_LOSSES} SELECT model, CAST(? AS text), '{ALIAS}', alias, version,"
    " CAST(version AS text), '', CAST(? AS text), CAST(? AS text), CAST(? AS bigint)"
    " FROM model_aliases WHERE model = ? ORDER BY alias"
)
_STAGE_NAMES = " ".join(
    f"WHEN {number} THEN '{stage.value}'" for number, stage in enumerate(STAGES)
)
_LOSE_VERSIONS = Sql(
    f"{_LOSSES} SELECT model, CAST(? AS text), '{DELETE}', '', version,"
    f" CASE stage {_STAGE_NAMES} END, '',"
    " CAST(? AS text), CAST(? AS text), CAST(? AS bigint)"
    " FROM model_versions WHERE model = ? ORDER BY version"
)
_ONCE_CALLED = Sql("SELECT DISTINCT model FROM model_moves WHERE name = ?")
_PAGE = Sql(
    f"SELECT {_COLUMNS} FROM model_moves WHERE id < ?"
    " AND (name = ? OR model = ANY(?)) ORDER BY id DESC LIMIT ?"
)


def note(
    db: Transaction, model: int, name: str, moves: Sequence[Move], by: Mover
) -> None:
    """Keep moves of a locked model, the first as the oldest. One statement."""
    columns = zip(*((model, name, *move, *by) for move in moves), strict=True)
    db.bulk(_INSERT, [list(column) for column in columns])


def note_removal(db: Transaction, model: int, name: str, by: Mover) -> None:
    """Keep that all aliases and versions of a locked model go. Two statements."""
    for statement in (_LOSE_ALIASES, _LOSE_VERSIONS):
        db.execute(statement, name, *by, model)


def once_called(db: Transaction, name: str) -> list[int]:
    """Models that had this name when something moved. One statement."""
    return [model for (model,) in db.all(_ONCE_CALLED, name)]


def page(
    db: Transaction, name: str, models: Sequence[int], before: int, limit: int
) -> list[MoveRow]:
    """Moves under a name or of certain models, newest first. One statement.

    before  only moves with ids below it
    """
    rows = db.all(_PAGE, before, name, db.array(models), limit)
    return [MoveRow(*row) for row in rows]
