"""Writing parameters: once and for all."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.rules import shown
from trackgate_wire.runs import Param

from trackgate_server.store import pairs
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert
from trackgate_server.store.transaction import Transaction

_INSERT = BulkInsert(
    "params",
    ("run", "key", "value"),
    ("int8", "int8", "text"),
    "ON CONFLICT (run, key) DO NOTHING",
)
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
        stored = {key: value for _, key, value in db.all(_OF_RUNS, db.array([run]))}
        for key, param in zip(keys, given, strict=True):
            if stored[key] != param.value:
                raise _changed(param, stored[key])


def _changed(param: Param, stored: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        "Changing param values is not allowed. Param with key="
        f"{shown(param.key)} was already logged with value={shown(stored)};"
        f" attempted logging new value {shown(param.value)}."
    )
