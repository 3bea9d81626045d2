"""Datasets that runs used, and logged models that they read or made."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.datasets import (
    Dataset,
    DatasetInput,
    DatasetSummary,
    InputTag,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
)

from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Row, Transaction

_USED, _READ, _MADE = -1, 0, 1
_RUN = itemgetter(0)

_ENSURE_DATASET = Sql(
    "INSERT INTO datasets"
    " (experiment, name, digest, source_type, source, schema, profile)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment, name, digest) DO NOTHING"
)
_DATASET_ID = Sql(
    "SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?"
)
_INSERT_INPUT = Sql(
    "INSERT INTO inputs (run, dataset) VALUES (?, ?) ON CONFLICT DO NOTHING"
)
_INSERT_TAGS = BulkInsert(
    "input_tags",
    ("run", "dataset", "key", "value"),
    ("int8", "int8", "text", "text"),
    "ON CONFLICT DO NOTHING",
)
_INSERT_MODELS = BulkInsert(
    "run_models",
    ("run", "direction", "model_id", "step"),
    ("int8", "int2", "text", "int8"),
    "ON CONFLICT (run, direction, model_id) DO UPDATE SET step = excluded.step",
)
_INPUTS = Sql(
    "SELECT i.run, i.dataset, d.name, d.digest, d.source_type, d.source,"
    " d.schema, d.profile FROM inputs i JOIN datasets d ON d.id = i.dataset"
    " WHERE i.run = ANY(?) ORDER BY i.run, i.dataset"
)
_TAGS = Sql(
    "SELECT run, dataset, key, value FROM input_tags"
    " WHERE run = ANY(?) ORDER BY run, dataset, key"
)
# Most runs have nothing of the kind, which this alone tells.
_LINKS = Sql(
    f"SELECT run, {_USED} AS direction, NULL AS model_id, dataset AS step"
    " FROM inputs WHERE run = ANY(?) UNION ALL"
    " SELECT run, direction, model_id, step FROM run_models"
    " WHERE run = ANY(?) ORDER BY run, direction, model_id"
)
_SUMMARIES = Sql(
    "SELECT DISTINCT d.experiment, d.name, d.digest, t.value"
    " FROM datasets d JOIN inputs i ON i.dataset = d.id"
    " LEFT JOIN input_tags t ON t.run = i.run"
    " AND t.dataset = i.dataset AND t.key = 'mlflow.data.context'"
    " WHERE d.experiment = ANY(?) ORDER BY 1, 2, 3, 4 NULLS FIRST"
    f" LIMIT {limits.DATASET_SUMMARIES}"
)


class Links(NamedTuple):
    """What a run used and what it made."""

    inputs: RunInputs
    outputs: RunOutputs


NO_LINKS = Links(RunInputs(), RunOutputs())


def log_input(
    db: Transaction, run: RunKey, experiment: int, given: DatasetInput
) -> None:
    """Note that a run used a dataset; again changes nothing. Up to 4 statements."""
    data = given.dataset
    identity = (experiment, data.name, data.digest)
    described = (data.source_type, data.source, data.schema, data.profile)
    db.execute(_ENSURE_DATASET, *identity, *described)
    row = db.one(_DATASET_ID, *identity)
    dataset: int = row[0] if row else 0
    if db.execute(_INSERT_INPUT, run, dataset).rowcount > 0:
        tags = {tag.key: tag.value for tag in given.tags}
        size = len(tags)
        ids = ([run] * size, [dataset] * size)
        db.bulk(_INSERT_TAGS, [*ids, list(tags), list(tags.values())])


def log_model_inputs(
    db: Transaction, run: RunKey, models: Sequence[ModelInput]
) -> None:
    """Note which logged models a run read."""
    _log_models(db, run, _READ, {model.model_id: 0 for model in models})


def log_model_outputs(
    db: Transaction, run: RunKey, models: Sequence[ModelOutput]
) -> None:
    """Note which logged models a run made, and at which step."""
    _log_models(db, run, _MADE, {model.model_id: model.step for model in models})


def links_of(db: Transaction, run_keys: Sequence[int]) -> dict[int, Links]:
    """What the runs used and made, by run; runs without any are left out.

    One statement, and two more where there are datasets.
    """
    wanted = db.array(run_keys)
    rows = db.all(_LINKS, wanted, wanted)
    with_datasets = {row[0] for row in rows if row[1] == _USED}
    used = _datasets_of(db, sorted(with_datasets)) if with_datasets else {}
    return {
        run: _links(used.get(run, []), list(its)) for run, its in groupby(rows, _RUN)
    }


def summaries(db: Transaction, experiments: Sequence[int]) -> list[DatasetSummary]:
    """Datasets that runs of the experiments used, at most 1,000. One statement."""
    return [
        DatasetSummary(str(experiment), name, digest, context)
        for experiment, name, digest, context in db.all(
            _SUMMARIES, db.array(experiments)
        )
    ]


def _log_models(
    db: Transaction, run: RunKey, direction: int, steps: dict[str, int]
) -> None:
    size = len(steps)
    ids = ([run] * size, [direction] * size)
    db.bulk(_INSERT_MODELS, [*ids, list(steps), list(steps.values())])


def _datasets_of(
    db: Transaction, run_keys: Sequence[int]
) -> dict[int, list[DatasetInput]]:
    tags: dict[tuple[int, int], list[InputTag]] = {}
    for run, dataset, key, value in db.all(_TAGS, db.array(run_keys)):
        tags.setdefault((run, dataset), []).append(InputTag(key, value))
    found: dict[int, list[DatasetInput]] = {}
    for run, dataset, *described in db.all(_INPUTS, db.array(run_keys)):
        used = DatasetInput(Dataset(*described), tags.get((run, dataset), []))
        found.setdefault(run, []).append(used)
    return found


def _links(used: list[DatasetInput], rows: Sequence[Row]) -> Links:
    read = [ModelInput(model) for _, direction, model, _ in rows if direction == _READ]
    made = [
        ModelOutput(model, step)
        for _, direction, model, step in rows
        if direction == _MADE
    ]
    return Links(RunInputs(used, read), RunOutputs(made))
