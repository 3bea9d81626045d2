"""What runs hold: the latest of each metric, parameters, tags.

A page of 1,000 runs has some 35,000 of these, so what is done for each of them is what
a page costs: rows become the protocol's messages in one comprehension, in C for the
most part, and nothing is called for a single value.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunTag

from trackgate_server.store import pairs
from trackgate_server.store.names import Names
from trackgate_server.store.points import rows_on_wire
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
_RUN, _KEY = itemgetter(0), itemgetter(1)


def latest_metrics(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[Metric]]:
    """The latest point of every key, by run, of the runs that have any.

    One or two statements.
    """
    rows = rows_on_wire(db.all(_LATEST, db.array(run_keys)))
    texts = names.texts(db, map(_KEY, rows))
    return {
        run: [
            Metric(texts[key], value, timestamp, step)
            for _, key, step, timestamp, value in points
        ]
        for run, points in groupby(rows, _RUN)
    }


def params(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[Param]]:
    """All parameters, by run, of the runs that have any. One or two statements."""
    return pairs.read(db, names, _PARAMS, run_keys, Param)


def tags(
    db: Transaction, names: Names, run_keys: Sequence[int]
) -> dict[int, list[RunTag]]:
    """All tags, by run, of the runs that have any. One or two statements."""
    return pairs.read(db, names, _TAGS, run_keys, RunTag)
