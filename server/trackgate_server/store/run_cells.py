"""What a table of runs shows of them: values of chosen keys only, and what hangs on.

A run may hold thousands of values; a table has a dozen columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_server.store.names import Names
from trackgate_server.store.schema import INDEXED_LENGTH, from_sqlite
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_METRICS = Sql(
    "SELECT run, key, value, min, max FROM latest_metrics"
    " WHERE run = ANY(?) AND key = ANY(?)"
)
_NEWS = Sql(
    "SELECT run, max(timestamp) FROM latest_metrics WHERE run = ANY(?) GROUP BY run"
)
_DATASETS = Sql(
    "SELECT i.run, d.name, d.digest, t.value FROM inputs i"
    " JOIN datasets d ON d.id = i.dataset LEFT JOIN input_tags t ON t.run = i.run"
    " AND t.dataset = i.dataset AND t.key = 'mlflow.data.context'"
    " WHERE i.run = ANY(?) ORDER BY i.run, d.name, d.digest"
)
_MODELS = Sql(
    "SELECT l.run, l.model_id, m.name FROM run_models l"
    " LEFT JOIN logged_models m ON m.uuid = l.model_id"
    " WHERE l.run = ANY(?) AND l.direction = 1 ORDER BY l.run, l.step, l.model_id"
)
# Both databases begin with the tags: few runs have a parent among those shown.
_CHILDREN = Sql(
    "SELECT t.value, count(*) FROM tags AS t CROSS JOIN runs ON runs.id = t.run"
    " WHERE t.key = ? AND t.value = ANY(?)"
    " AND runs.lifecycle = ? AND runs.experiment = ANY(?)"
    " AND runs.uuid <> t.value GROUP BY t.value",
    postgresql="SELECT t.value, count(*) FROM tags AS t CROSS JOIN LATERAL"
    " (SELECT * FROM runs WHERE runs.id = t.run OFFSET 0) AS runs"
    f" WHERE t.key = ? AND left(t.value, {INDEXED_LENGTH}) = ANY(?)"
    " AND runs.lifecycle = ? AND runs.experiment = ANY(?)"
    " AND runs.uuid <> t.value GROUP BY t.value",
)


class MetricSummary(NamedTuple):
    """A metric's last, least and greatest value; the latter leave NaN out."""

    last: float
    min: float | None
    max: float | None


class DatasetUsed(NamedTuple):
    """A dataset that a run read, and what for."""

    name: str
    digest: str
    context: str | None


class ModelMade(NamedTuple):
    """A logged model that a run made; no name where it was purged."""

    model_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class CellKeys:
    """Names of the values wanted, and whether links are."""

    metrics: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    datasets: bool = False
    models: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """Values by a run's number and their name; links by the run's number."""

    metrics: Mapping[tuple[int, str], MetricSummary]
    params: Mapping[tuple[int, str], str]
    tags: Mapping[tuple[int, str], str]
    datasets: Mapping[int, list[DatasetUsed]]
    models: Mapping[int, list[ModelMade]]


def of_runs(
    db: Transaction, names: Names, runs: Sequence[int], wanted: CellKeys
) -> Cells:
    """What is wanted of the runs.

    At most five statements, one for each kind of thing wanted, and one for names that
    are not known yet.
    """
    keys = names.find_all(db, {*wanted.metrics, *wanted.params, *wanted.tags})
    return Cells(
        _metrics(db, runs, _chosen(keys, wanted.metrics)),
        _texts(db, "params", runs, _chosen(keys, wanted.params)),
        _texts(db, "tags", runs, _chosen(keys, wanted.tags)),
        _datasets(db, runs) if wanted.datasets and runs else {},
        _models(db, runs) if wanted.models and runs else {},
    )


def news_of(db: Transaction, runs: Sequence[int]) -> dict[int, int]:
    """When each run measured something last, as its client says: milliseconds.

    Runs that measured nothing are left out. One statement.
    """
    return dict(db.all(_NEWS, db.array(runs))) if runs else {}


def count_children(
    db: Transaction,
    names: Names,
    parent_tag: str,
    run_ids: Sequence[str],
    experiments: Sequence[int],
    lifecycle: int,
) -> dict[str, int]:
    """How many runs of the experiments name each of these as their parent.

    Runs without any are left out. One statement, and one for the tag's name.
    """
    key = names.find(db, parent_tag)
    if key is None or not run_ids:
        return {}
    given = (db.array(run_ids), lifecycle, db.array(experiments))
    return dict(db.all(_CHILDREN, key, *given))


def _chosen(keys: Mapping[str, int], names: Iterable[str]) -> dict[int, str]:
    return {keys[name]: name for name in names if name in keys}


def _metrics(
    db: Transaction, runs: Sequence[int], keys: Mapping[int, str]
) -> dict[tuple[int, str], MetricSummary]:
    if not keys or not runs:
        return {}
    rows = db.all(_METRICS, db.array(runs), db.array(list(keys)))
    return {
        (run, keys[key]): MetricSummary(from_sqlite(last), least, greatest)
        for run, key, last, least, greatest in rows
    }


def _texts(
    db: Transaction, table: str, runs: Sequence[int], keys: Mapping[int, str]
) -> dict[tuple[int, str], str]:
    if not keys or not runs:
        return {}
    rows = db.all(_TEXTS[table], db.array(runs), db.array(list(keys)))
    return {(run, keys[key]): value for run, key, value in rows}


def _texts_of(table: str) -> Sql:
    head = f"SELECT run, key, value FROM {table} WHERE run"
    return Sql(f"{head} = ANY(?) AND key = ANY(?)")


_TEXTS = {table: _texts_of(table) for table in ("params", "tags")}


def _datasets(db: Transaction, runs: Sequence[int]) -> dict[int, list[DatasetUsed]]:
    found: dict[int, list[DatasetUsed]] = {}
    for run, *described in db.all(_DATASETS, db.array(runs)):
        found.setdefault(run, []).append(DatasetUsed(*described))
    return found


def _models(db: Transaction, runs: Sequence[int]) -> dict[int, list[ModelMade]]:
    found: dict[int, list[ModelMade]] = {}
    for run, *described in db.all(_MODELS, db.array(runs)):
        found.setdefault(run, []).append(ModelMade(*described))
    return found
