"""What runs hold: the latest of each metric, parameters, tags."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunTag

from trackgate_server.store import pairs
from trackgate_server.store.names import Names
from trackgate_server.store.points import on_wire
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_LATEST = Sql(
    "SELECT run, key, step, timestamp, value FROM latest_metrics"
    " WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, key",
    postgresql="SELECT run, key, step, timestamp, value FROM latest_metrics"
    " WHERE run = ANY(?) ORDER BY run, key",
)
_PARAMS = pairs.of_all("params", "run")
_TAGS = pairs.of_all("tags", "run")


def latest_metrics(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[Metric]]:
    """The latest point of every key of the runs, by run. One or two statements."""
    rows = db.all(_LATEST, db.array(run_keys))
    texts = names.texts(db, (row[1] for row in rows))
    found: dict[int, list[Metric]] = {run: [] for run in run_keys}
    for run, key, step, timestamp, value in rows:
        found[run].append(Metric(texts[key], on_wire(value), timestamp, step))
    return found


def params(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[Param]]:
    """All parameters of the runs, by run. One or two statements."""
    return pairs.read(db, names, _PARAMS, run_keys, Param)


def tags(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[RunTag]]:
    """All tags of the runs, by run. One or two statements."""
    return pairs.read(db, names, _TAGS, run_keys, RunTag)
