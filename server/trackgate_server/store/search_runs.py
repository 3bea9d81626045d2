"""Search of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trackgate_server.filters import Node, OrderTerm
from trackgate_server.store.keyset import Page, Place
from trackgate_server.store.names import Names
from trackgate_server.store.run_conditions import Conditions
from trackgate_server.store.run_finding import ROW_LENGTH, Finder, place_of
from trackgate_server.store.run_order import terms_of
from trackgate_server.store.run_statements import Scope, Wanted
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What is searched for, in what order, from where on.

    parent_tag  names a run's parent: runs whose parent is searched too are left out;
                None leaves none out
    """

    experiments: Sequence[int]
    stages: tuple[int, ...]
    filter: Node | None
    order: tuple[OrderTerm, ...]
    limit: int
    after: Place | None
    parent_tag: str | None = None


def search(db: Transaction, names: Names, query: RunQuery) -> Page[RunRow]:
    """Find runs by one or two statements, mostly, and one for each name not yet known.

    Where the order has to be followed far there are more: their number grows with
    the logarithm of the runs visited.
    """
    makers = Conditions(db, names)
    scope = Scope(query.experiments, query.stages)
    conditions = makers.of(query.filter)
    for one in conditions:
        if one.started is not None:
            scope = scope.starting(*one.started)
    if query.parent_tag is not None:
        searched = (query.experiments, query.stages)
        conditions.append(makers.outermost(query.parent_tag, *searched))
    terms = terms_of(db, names, query.order)
    wanted = Wanted(
        [one for one in conditions if one.started is None],
        terms,
        # As tuples, which a signed token does not keep.
        [(rank, value) for rank, value in query.after] if query.after else None,
        query.limit + 1,
    )
    rows = Finder(db, makers, scope).find(wanted)
    shown = [RunRow(*row[:ROW_LENGTH]) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(shown, place_of(rows[query.limit - 1], terms) if more else None)
