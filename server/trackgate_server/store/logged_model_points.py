"""What logged models measure now: of each metric the newest point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap
from typing import NamedTuple

from trackgate_server.store.points import on_wire
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

# A model may have a million points. The primary key leads from metric to metric, from
# run to run and to the last steps of each; what is before them is not read.
_LAST_STEPS = 20
_FIRST_STEP = -(2**63)
_OF = "FROM logged_model_metrics p WHERE p.model ="
_METRICS = (
    f"metrics (model, key) AS (SELECT l.id, (SELECT MIN(p.key) {_OF} l.id)"
    " FROM logged_models l WHERE l.id = ANY(?)"
    f" UNION ALL SELECT m.model, (SELECT MIN(p.key) {_OF} m.model AND p.key > m.key)"
    " FROM metrics m WHERE m.key IS NOT NULL)"
)
_HISTORIES = (
    "histories (model, key, run) AS (SELECT m.model, m.key,"
    f" (SELECT MIN(p.run) {_OF} m.model AND p.key = m.key)"
    " FROM metrics m WHERE m.key IS NOT NULL"
    f" UNION ALL SELECT h.model, h.key, (SELECT MIN(p.run) {_OF} h.model"
    " AND p.key = h.key AND p.run > h.run) FROM histories h WHERE h.run IS NOT NULL)"
)
_SINCE = (
    f"coalesce((SELECT p.step {_OF} h.model AND p.key = h.key AND p.run = h.run"
    f" ORDER BY p.step DESC LIMIT 1 OFFSET {_LAST_STEPS - 1}), {_FIRST_STEP})"
)
# Points of a metric follow each other by their time, as in searches that sort by it.
_PLACED = (
    "placed AS (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.model, p.key,"
    " p.dataset_name, p.dataset_digest"
    " ORDER BY p.timestamp DESC, p.step DESC, p.run, p.value DESC) AS place"
    " FROM histories h JOIN logged_model_metrics p ON p.model = h.model"
    f" AND p.key = h.key AND p.run = h.run AND p.step >= {_SINCE})"
)
_NEWEST = Sql(
    f"WITH RECURSIVE {_METRICS}, {_HISTORIES}, {_PLACED}"
    " SELECT p.model, n.name, p.dataset_name, p.dataset_digest, p.step, p.timestamp,"
    " r.uuid, p.value FROM placed p JOIN names n ON n.id = p.key"
    " JOIN runs r ON r.id = p.run WHERE p.place = 1"
    " ORDER BY p.model, n.name, p.dataset_name, p.dataset_digest"
)


class NewestPoint(NamedTuple):
    """The newest point of a metric on a dataset; "" where it names none.

    timestamp  milliseconds since the Unix epoch, UTC
    run_id     which measured it
    """

    model: int
    metric: str
    dataset_name: str
    dataset_digest: str
    step: int
    timestamp: int
    run_id: str
    value: float


def newest(db: Transaction, models: Sequence[int]) -> list[NewestPoint]:
    """What was measured with the models last, by model, metric and dataset.

    Looks at the last 20 points of each metric in each run. One statement.
    """
    rows = starmap(NewestPoint, db.all(_NEWEST, db.array(models)))
    return [row._replace(value=on_wire(row.value)) for row in rows]
