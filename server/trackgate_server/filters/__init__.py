"""Search expressions: the text of a filter or an order becomes a small tree.

Text in, tree out; no database here. The store turns the tree into SQL, the edge
turns a `FilterError` into INVALID_PARAMETER_VALUE. The grammar is the peer's (MLflow
REST API, "Search Runs" and its likes) with OR, parentheses and the min/max of a metric
on top; `docs/search.md` tells it to users.
"""

from collections.abc import Sequence

from trackgate_server.filters import expression, order
from trackgate_server.filters.refusal import FilterError
from trackgate_server.filters.tree import (
    Aggregate,
    And,
    Comparison,
    Kind,
    Node,
    Operator,
    Or,
    OrderTerm,
    Value,
    also_named,
)
from trackgate_server.filters.vocabulary import (
    EXPERIMENTS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
)

__all__ = [
    "Aggregate",
    "And",
    "Comparison",
    "FilterError",
    "Kind",
    "Node",
    "Operator",
    "Or",
    "OrderTerm",
    "Value",
    "also_named",
    "parse_experiments_filter",
    "parse_experiments_order",
    "parse_model_versions_filter",
    "parse_model_versions_order",
    "parse_registered_models_filter",
    "parse_registered_models_order",
    "parse_runs_filter",
    "parse_runs_order",
]


def parse_runs_filter(text: str | None) -> Node | None:
    """Read a filter of runs; None when there is nothing to filter by.

    Raises `FilterError`, also for a text of blanks only, as the peer does.
    """
    return expression.parse(text, RUNS)


def parse_experiments_filter(text: str | None) -> Node | None:
    """Read a filter of experiments; otherwise as `parse_runs_filter`."""
    return expression.parse(text, EXPERIMENTS)


def parse_runs_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read the `order_by` of runs; empty when the default order holds.

    Raises `FilterError` naming the clause, also when two clauses name one thing.
    """
    return order.parse(clauses, RUNS)


def parse_experiments_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read the `order_by` of experiments; a repeated name is allowed here."""
    return order.parse(clauses, EXPERIMENTS)


def parse_registered_models_filter(text: str | None) -> Node | None:
    """Read a filter of registered models; otherwise as `parse_runs_filter`."""
    return expression.parse(text, REGISTERED_MODELS)


def parse_registered_models_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read the `order_by` of registered models; otherwise as `parse_runs_order`."""
    return order.parse(clauses, REGISTERED_MODELS)


def parse_model_versions_filter(text: str | None) -> Node | None:
    """Read a filter of model versions; otherwise as `parse_runs_filter`."""
    return expression.parse(text, MODEL_VERSIONS)


def parse_model_versions_order(clauses: Sequence[str]) -> tuple[OrderTerm, ...]:
    """Read the `order_by` of model versions; otherwise as `parse_runs_order`."""
    return order.parse(clauses, MODEL_VERSIONS)
