"""Versions of registered models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.rules import shown

from trackgate_server.store import registered_models
from trackgate_server.store.model_stages import ARCHIVED, NONE
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction


class VersionRow(NamedTuple):
    """A row of the table with its model's name, in the order of `COLUMNS`."""

    model: int
    name: str
    version: int
    user: str
    description: str | None
    source: str
    location: str
    run_id: str
    run_link: str
    model_id: str
    stage: int
    created_ms: int
    updated_ms: int


class NewVersion(NamedTuple):
    """What a version is made from; `location` is what `source` stands for."""

    source: str
    location: str
    run_id: str
    run_link: str
    model_id: str
    description: str


COLUMNS = (
    'v.model, m.name, v.version, v."user", v.description, v.source, v.location,'
    " v.run_id, v.run_link, v.model_id, v.stage, v.created_ms, v.updated_ms"
)
_JOINED = "model_versions v JOIN registered_models m ON m.id = v.model"
_FIND = Sql(f"SELECT {COLUMNS} FROM {_JOINED} WHERE m.name = ? AND v.version = ?")
_BY_ALIAS = Sql(
    f"SELECT {COLUMNS} FROM model_aliases a JOIN model_versions v"
    " ON v.model = a.model AND v.version = a.version"
    " JOIN registered_models m ON m.id = v.model WHERE a.model = ? AND a.alias = ?"
)
_OF_LOCKED = Sql(f"SELECT {COLUMNS} FROM {_JOINED} WHERE m.id = ? AND v.version = ?")
_PAGE = Sql(
    f"SELECT {COLUMNS} FROM {_JOINED} WHERE v.model = ? AND v.version < ?"
    " ORDER BY v.version DESC LIMIT ?"
)
_COUNT = Sql("SELECT count(*) FROM model_versions WHERE model = ?")
_NEXT_NUMBER = Sql(
    "UPDATE registered_models SET last_version = last_version + 1, updated_ms = ?"
    " WHERE name = ? RETURNING id, last_version"
)
_INSERT = Sql(
    'INSERT INTO model_versions (model, version, "user", description, source, location,'
    " run_id, run_link, model_id, stage, created_ms, updated_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DESCRIBE = Sql(
    "UPDATE model_versions SET description = ?, updated_ms = ?"
    " WHERE model = ? AND version = ?"
)
_SET_STAGE = Sql(
    "UPDATE model_versions SET stage = ?, updated_ms = ?"
    " WHERE model = ? AND version = ?"
)
_ARCHIVE_OTHERS = Sql(
    "UPDATE model_versions SET stage = ?, updated_ms = ?"
    " WHERE model = ? AND stage = ? AND version <> ? RETURNING version"
)
_REMOVE = (
    Sql("DELETE FROM model_version_tags WHERE model = ? AND version = ?"),
    Sql("DELETE FROM model_versions WHERE model = ? AND version = ?"),
)
# The newest of each stage is the last entry of an index: one look for each, however
# many versions there are.
_LATEST = Sql(
    f"SELECT {COLUMNS} FROM json_each(?) w CROSS JOIN json_each(?) s"
    " CROSS JOIN model_versions v JOIN registered_models m ON m.id = v.model"
    " WHERE v.model = w.value AND v.version = (SELECT max(o.version)"
    " FROM model_versions o WHERE o.model = w.value AND o.stage = s.value)"
    " ORDER BY v.model, v.stage",
    postgresql=f"SELECT {COLUMNS} FROM unnest(?::int8[]) w(model)"
    " CROSS JOIN unnest(?::int2[]) s(stage) CROSS JOIN LATERAL"
    " (SELECT * FROM model_versions o WHERE o.model = w.model AND o.stage = s.stage"
    " ORDER BY o.version DESC LIMIT 1) v"
    " JOIN registered_models m ON m.id = v.model ORDER BY v.model, v.stage",
)

_NUMBER = re.compile(r"\s*[+-]?\d+\s*")
_LONGEST_NUMBER = 20
_LARGEST = 2**31 - 1
_NOBODYS_NUMBER = 0


def parse_number(version: str) -> int:
    """The number of a version, whether there is such a one or not.

    Raises InvalidParameterValue for any other text.
    """
    if not _NUMBER.fullmatch(version):
        raise InvalidParameterValue(
            f"Parameter 'version' must be an integer, got {shown(version)}."
        )
    digits = version.strip()
    number = int(digits) if len(digits) <= _LONGEST_NUMBER else _NOBODYS_NUMBER
    return number if 0 < number <= _LARGEST else _NOBODYS_NUMBER


def get(db: Transaction, name: str, version: str) -> VersionRow:
    """One version; raises NotFound. One statement."""
    row = db.one(_FIND, name, parse_number(version))
    if row is None:
        raise _not_found(name, version)
    return VersionRow(*row)


def find_by_alias(db: Transaction, model: int, alias: str) -> VersionRow | None:
    """The version that a model's alias points at; None without one. One statement."""
    row = db.one(_BY_ALIAS, model, alias)
    return None if row is None else VersionRow(*row)


def page(db: Transaction, model: int, below: int, limit: int) -> list[VersionRow]:
    """A model's versions with smaller numbers, the newest first. One statement."""
    return [VersionRow(*row) for row in db.all(_PAGE, model, below, limit)]


def count(db: Transaction, model: int) -> int:
    """How many versions a model has. One statement."""
    row = db.one(_COUNT, model)
    return 0 if row is None else int(row[0])


def lock(db: Transaction, name: str, version: str) -> VersionRow:
    """As `get`, with the model locked as by `registered_models.lock`. Two statements.

    Raises NotFound also where there is no such model.
    """
    number = parse_number(version)
    model = registered_models.lock(db, name)
    row = db.one(_OF_LOCKED, model.id, number)
    if row is None:
        raise _not_found(name, version)
    return VersionRow(*row)


def insert(
    db: Transaction, name: str, user: str, new: NewVersion, now_ms: int
) -> VersionRow:
    """Create a version with the next number, which nobody ever had. Two statements.

    Raises NotFound where there is no model of that name.
    """
    numbered = db.one(_NEXT_NUMBER, now_ms, name)
    if numbered is None:
        raise registered_models.not_found(name)
    row = VersionRow(
        numbered[0],
        name,
        numbered[1],
        user,
        new.description,
        new.source,
        new.location,
        new.run_id,
        new.run_link,
        new.model_id,
        NONE,
        now_ms,
        now_ms,
    )
    db.execute(_INSERT, row.model, *row[2:])
    return row


def describe(
    db: Transaction, row: VersionRow, description: str | None, now_ms: int
) -> VersionRow:
    """Replace the description and return the row as it is then. One statement."""
    db.execute(_DESCRIBE, description, now_ms, row.model, row.version)
    return row._replace(description=description, updated_ms=now_ms)


def set_stage(db: Transaction, row: VersionRow, stage: int, now_ms: int) -> VersionRow:
    """Move a locked version and return the row as it is then. Two statements."""
    db.execute(_SET_STAGE, stage, now_ms, row.model, row.version)
    registered_models.touch(db, row.model, now_ms)
    return row._replace(stage=stage, updated_ms=now_ms)


def archive_others(
    db: Transaction, row: VersionRow, stage: int, now_ms: int
) -> list[int]:
    """Archive what else a locked model has in a stage; the versions. One statement."""
    found = db.all(_ARCHIVE_OTHERS, ARCHIVED, now_ms, row.model, stage, row.version)
    return sorted(version for (version,) in found)


def delete(db: Transaction, row: VersionRow, now_ms: int) -> None:
    """Remove a locked version with its tags. Three statements."""
    for statement in _REMOVE:
        db.execute(statement, row.model, row.version)
    registered_models.touch(db, row.model, now_ms)


def latest(
    db: Transaction, models: Sequence[int], stages: Sequence[int]
) -> list[VersionRow]:
    """The newest version of each of the stages, by model and stage. One statement."""
    if not models or not stages:
        return []
    rows = db.all(_LATEST, db.array(models), db.array(sorted(set(stages))))
    return [VersionRow(*row) for row in rows]


def _not_found(name: str, version: str) -> NotFound:
    return NotFound(f"Model Version (name={name}, version={version}) not found")
