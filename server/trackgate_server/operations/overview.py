"""What the first page shows: the caller's runs, and what the team does."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_wire import limits

from trackgate_server.operations.scope import Scope
from trackgate_server.store import overview, people
from trackgate_server.store.overview import NewestRun, UsedExperiment
from trackgate_server.store.people import ChangeRow

_RUNS = 10
_EXPERIMENTS = 8
_CHANGES = 12


class Overview(NamedTuple):
    """Newest things first.

    mine    the caller's runs; none on a bare server, where nobody has a name
    newest  everybody's runs
    """

    mine: list[NewestRun]
    newest: list[NewestRun]
    experiments: list[UsedExperiment]
    changes: list[ChangeRow]


def read(scope: Scope) -> Overview:
    """Four statements, whose cost does not grow with what is kept."""
    db, user = scope.db, scope.caller.user
    return Overview(
        overview.newest_runs_of(db, user, _RUNS) if user else [],
        overview.newest_runs(db, _RUNS),
        overview.used_experiments(db, _EXPERIMENTS),
        people.changes(db, None, limits.INT64_MAX, _CHANGES),
    )
