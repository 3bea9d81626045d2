"""What runs hold: the latest of each metric, parameters, tags, links to other things.

A page of 1,000 runs has some 35,000 of these, so what is done for each of them is what
a page costs: rows become the protocol's messages in one comprehension, in C for the
most part, and nothing is called for a single value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar

from trackgate_wire.datasets import RunInputs, RunOutputs
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunData, RunTag

from trackgate_server.store import datasets, pairs
from trackgate_server.store.names import Names
from trackgate_server.store.points import rows_on_wire
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction

PairT = TypeVar("PairT")

_LATEST = Sql(
    "SELECT run, key, step, timestamp, value FROM latest_metrics"
    " WHERE run = ANY(?) ORDER BY run, key"
)
_PARAMS = pairs.of_all("params", "run")
_TAGS = pairs.of_all("tags", "run")
_RUN, _KEY = itemgetter(0), itemgetter(1)


class Held(NamedTuple):
    """What a run holds."""

    data: RunData
    inputs: RunInputs
    outputs: RunOutputs


def of_runs(db: Transaction, names: Names, run_keys: Sequence[int]) -> list[Held]:
    """What each of the runs holds, in their order.

    Four statements; one more where a name is not known yet, and two where there are
    datasets.
    """
    if not run_keys:
        return []
    wanted = db.array(run_keys)
    keyed = [db.all(sql, wanted) for sql in (_LATEST, _PARAMS, _TAGS)]
    texts = names.texts(db, map(_KEY, chain.from_iterable(keyed)))
    metrics = _metrics(texts, keyed[0])
    params = _pairs(texts, keyed[1], Param)
    tags = _pairs(texts, keyed[2], RunTag)
    links = datasets.links_of(db, run_keys)
    return [
        Held(
            RunData(metrics.get(run, []), params.get(run, []), tags.get(run, [])),
            *links.get(run, datasets.NO_LINKS),
        )
        for run in run_keys
    ]


def _metrics(texts: Mapping[int, str], rows: list[Row]) -> dict[int, list[Metric]]:
    return {
        run: [
            Metric(texts[key], value, timestamp, step)
            for _, key, step, timestamp, value in points
        ]
        for run, points in groupby(rows_on_wire(rows), _RUN)
    }


def _pairs(
    texts: Mapping[int, str], rows: Iterable[Row], pair: Callable[[str, str], PairT]
) -> dict[int, list[PairT]]:
    return {
        run: [pair(texts[key], value) for _, key, value in found]
        for run, found in groupby(rows, _RUN)
    }
