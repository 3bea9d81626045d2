"""Writing parameters: once and for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.rules import shown
from trackgate_wire.runs import Param

from trackgate_server.store import pairs, runs
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert, array_literal
from trackgate_server.store.transaction import Transaction

_INSERT = BulkInsert(
    "params",
    ("run", "key", "value"),
    ("int8", "int8", "text"),
    "ON CONFLICT (run, key) DO NOTHING",
)
# A value that would change becomes NULL, which the column refuses, so that nothing of
# the statement is kept.
_INSERT_AT_ONCE = pairs.into_active(
    "params",
    "ON CONFLICT (run, key) DO UPDATE SET value = NULL"
    " WHERE params.value <> excluded.value",
)
_NOT_NULL_VIOLATION = "23502"
_OF_RUNS = pairs.of_all("params", "run")


def log(db: Transaction, names: Names, run: RunKey, given: Sequence[Param]) -> None:
    """Write parameters; the same value again is fine, another is refused.

    Raises InvalidParameterValue naming both values. One statement, or two where
    some were there already.
    """
    keys = names.ensure(db, [param.key for param in given])
    values = [param.value for param in given]
    inserted = db.bulk(_INSERT, [[run] * len(keys), keys, values])
    if inserted < len(keys):
        _check_same(db, run, dict(zip(keys, given, strict=True)))


def log_at_once(
    db: Transaction, names: Names, run_id: str, given: Sequence[Param]
) -> None:
    """Write an active run's parameters as `log`; errors also as `runs.get_active`.

    One statement on PostgreSQL, which needs no transaction around it.
    """
    if db.kind == "sqlite":
        log(db, names, runs.require_active(db, run_id), given)
        return
    keys = names.ensure(db, [param.key for param in given])
    # By key, so that two writers to a run lock its rows in the same order.
    by_key = dict(sorted(zip(keys, given, strict=True)))
    values = [param.value for param in by_key.values()]
    try:
        row = db.one(_INSERT_AT_ONCE, run_id, array_literal(list(by_key)), values)
    except Exception as error:
        if getattr(error, "sqlstate", None) == _NOT_NULL_VIOLATION:
            _check_same(db, runs.require_active(db, run_id), by_key)
        raise
    if row is None:
        runs.refuse(db, run_id)


def _check_same(db: Transaction, run: RunKey, given: Mapping[int, Param]) -> None:
    stored = {key: value for _, key, value in db.all(_OF_RUNS, db.array([run]))}
    for key, param in given.items():
        if stored[key] != param.value:
            raise _changed(param, stored[key])


def _changed(param: Param, stored: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        "Changing param values is not allowed. Param with key="
        f"{shown(param.key)} was already logged with value={shown(stored)};"
        f" attempted logging new value {shown(param.value)}."
    )
