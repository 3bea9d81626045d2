"""Several runs beside each other: what differs between them, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import NOTE_TAG, RUN_NAME_TAG
from trackgate_server.store import experiments, run_cells, run_spread, runs
from trackgate_server.store.run_cells import CellKeys, Cells
from trackgate_server.store.run_spread import Kind, Spread
from trackgate_server.store.runs import RunRow

MOST_RUNS = 500

KINDS: tuple[Kind, ...] = ("params", "metrics", "tags")

# The name stands above each run; the others are long, and never alike.
_NOT_COMPARED = frozenset(
    {RUN_NAME_TAG, NOTE_TAG, "mlflow.log-model.history", "mlflow.user"}
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The runs, and what they log.

    rows         in the order that was asked for
    experiments  names by the experiments' numbers
    heard        when runs measured something last, by their number
    spreads      of each kind, in the order of the names
    """

    rows: list[RunRow]
    experiments: dict[int, str]
    heard: dict[int, int]
    spreads: dict[Kind, list[Spread]]


def named(scope: Scope, run_ids: Sequence[str]) -> list[RunRow]:
    """The runs of these ids, in their order. One statement.

    Raises InvalidParameterValue for none or more than 500, NotFound for a run that
    does not exist.
    """
    if not run_ids:
        raise InvalidParameterValue(
            "No run was chosen. Choose some in a table of runs."
        )
    rules.check_count("runs", len(run_ids), MOST_RUNS)
    found = {row.uuid: row for row in runs.find_all(scope.db, run_ids)}
    for run_id in run_ids:
        if run_id not in found:
            raise NotFound(f"Run with id={rules.shown(run_id)} not found.")
    return [found[run_id] for run_id in run_ids]


def compare(scope: Scope, rows: list[RunRow]) -> Compared:
    """What the runs log. Five statements, and one for names that are not known yet."""
    keys = [row.id for row in rows]
    return Compared(
        rows,
        experiments.names_of(scope.db, sorted({row.experiment for row in rows})),
        run_cells.news_of(scope.db, keys),
        {kind: _spreads(scope, keys, kind) for kind in KINDS},
    )


def values(scope: Scope, rows: Sequence[RunRow], wanted: CellKeys) -> Cells:
    """What the runs have under some names. One statement for each kind of them."""
    return run_cells.of_runs(scope.db, scope.names, [row.id for row in rows], wanted)


def _spreads(scope: Scope, keys: Sequence[int], kind: Kind) -> list[Spread]:
    found = run_spread.of_runs(scope.db, scope.names, keys, kind)
    if kind != "tags":
        return found
    return [one for one in found if one.name not in _NOT_COMPARED]
