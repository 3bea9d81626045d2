"""Which runs are compared: those that an address names, or those that it searches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.errors import NotFound
from werkzeug.datastructures import MultiDict

from trackgate_server.operations import run_comparison, run_table
from trackgate_server.operations.run_comparison import MOST_RUNS
from trackgate_server.operations.scope import Scope
from trackgate_server.store.runs import RunRow
from trackgate_server.web import run_table_state
from trackgate_server.web.run_table_state import TableState

# Neither is part of a run's id. Browsers quote a comma, which makes three of it.
_BETWEEN = re.compile(r"[.,\s]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address says of the runs.

    named    their ids; empty where a search is to find them
    table    the table of runs whose first ones are compared
    most     how many of those at most
    without  ids of those that are left out
    """

    named: tuple[str, ...]
    table: TableState
    most: int
    without: tuple[str, ...]

    @property
    def is_search(self) -> bool:
        """Whether the runs are found anew each time the address is opened."""
        return bool(self.table.experiments) and not self.named

    def fields(self) -> list[tuple[str, str]]:
        """What says so in an address, and as hidden fields of a form."""
        if not self.is_search:
            return [("runs", ".".join(self.named))]
        most = self.most if self.most < MOST_RUNS else None
        rest: dict[str, object] = {"most": most, "without": list(self.without)}
        return run_table_state.hidden({**self.table.search(), **rest})


class Chosen(NamedTuple):
    """The runs, in their order; `more` where the search finds others behind them."""

    rows: list[RunRow]
    more: bool


def of_query(asked: MultiDict[str, str]) -> Choice:
    """What an address asks for: `run=` for each, all in `runs=`, or a table's search
    (`experiment=`, `filter=`, `order=`, …) with `most=`.

    without  those of them that are to be left out
    only     in place of all that, as `runs`
    """
    only = asked.get("only", "")
    listed = _BETWEEN.split(only or asked.get("runs", ""))
    listed = listed if only else [*asked.getlist("run"), *listed]
    without = tuple(dict.fromkeys(asked.getlist("without")))
    named = [one for one in dict.fromkeys(listed) if one and one not in without]
    most = asked.get("most", MOST_RUNS, type=int)
    experiments = asked.getlist("experiment")
    alone = experiments[0] if len(experiments) == 1 else None
    return Choice(
        named=tuple(named),
        table=run_table_state.of_query(asked, alone),
        most=min(max(most, 1), MOST_RUNS),
        without=without,
    )


def find(scope: Scope, choice: Choice) -> Chosen:
    """The runs asked for.

    Raises InvalidParameterValue for none or more than 500, NotFound for a run that
    does not exist and for a search that finds none. One statement, or a search's.
    """
    if not choice.is_search:
        return Chosen(run_comparison.named(scope, choice.named), more=False)
    found = run_table.find(scope, choice.table.selection, choice.most, None)
    rows = [row for row in found.rows if row.uuid not in choice.without]
    if not rows:
        raise NotFound("No run is found by this search any more.")
    return Chosen(rows, more=found.next is not None)
