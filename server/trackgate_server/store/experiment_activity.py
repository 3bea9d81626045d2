"""How much there is in experiments, and when something last happened in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

COUNTED_AT_MOST = 10_000
"""Runs of one experiment that are counted: a list must not cost what it leaves out."""

_HEAD = (
    "SELECT id, (SELECT count(*) FROM (SELECT 1 FROM runs WHERE experiment ="
    " experiments.id AND lifecycle = experiments.lifecycle LIMIT ?) AS counted),"
    " (SELECT CASE WHEN ended_ms > started_ms THEN ended_ms ELSE started_ms END"
    " FROM runs WHERE experiment = experiments.id AND lifecycle ="
    " experiments.lifecycle ORDER BY started_ms DESC, uuid LIMIT 1)"
    " FROM experiments WHERE id"
)
_ACTIVITY = Sql(f"{_HEAD} = ANY(?)")


class Activity(NamedTuple):
    """What happened in an experiment.

    runs     how many it has, those left out that were deleted while it was not;
             more than COUNTED_AT_MOST stand for any number above it
    last_ms  when its newest run began, or ended; None without runs
    """

    runs: int
    last_ms: int | None


def of_experiments(db: Transaction, ids: Sequence[int]) -> dict[int, Activity]:
    """Activity by experiment. One statement, in the order of an index."""
    if not ids:
        return {}
    found = db.all(_ACTIVITY, COUNTED_AT_MOST + 1, db.array(ids))
    return {row[0]: Activity(row[1], row[2]) for row in found}
