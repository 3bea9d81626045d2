"""Searches of logged models: the names they know, and orders by single fields.

Facts from the MLflow REST API ("Search Logged Models") as MLflow 3.17 answers it; what
is more here is marked in `docs/search.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trackgate_wire.logged_models import LoggedModelOrder

from trackgate_server.filters import expression, limits
from trackgate_server.filters.refusal import FilterError
from trackgate_server.filters.tree import Kind, Node
from trackgate_server.filters.vocabulary import Family, Holds, Rule, Vocabulary

_TEXT = Rule(Holds.TEXT, ("=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"))
_OPTIONAL_TEXT = Rule(Holds.TEXT, (*_TEXT.operators, "IS NULL", "IS NOT NULL"))
_ORDERED = ("=", "!=", ">", ">=", "<", "<=")
_MILLISECONDS = Rule(Holds.MILLISECONDS, _ORDERED)

_ATTRIBUTES = Family(
    Kind.ATTRIBUTE,
    ("attributes",),
    {
        "name": _TEXT,
        "model_id": _TEXT,
        "model_type": _TEXT,
        "source_run_id": _TEXT,
        "status": _TEXT,
        "artifact_location": _TEXT,
        "creation_timestamp": _MILLISECONDS,
        "last_updated_timestamp": _MILLISECONDS,
    },
    aliases={
        "creation_time": "creation_timestamp",
        "creation_timestamp_ms": "creation_timestamp",
        "last_updated_timestamp_ms": "last_updated_timestamp",
    },
)
_METRICS = "metrics."
_VOCABULARY = Vocabulary(
    filters=(
        _ATTRIBUTES,
        Family(Kind.METRIC, ("metrics",), Rule(Holds.NUMBER, _ORDERED)),
        Family(Kind.PARAM, ("params",), _OPTIONAL_TEXT),
        Family(Kind.TAG, ("tags",), _OPTIONAL_TEXT),
    ),
    orders=(),
)


@dataclass(frozen=True, slots=True)
class ModelOrderTerm:
    """One thing to sort by.

    key                           canonical for attributes, free text for metrics
    dataset_name, dataset_digest  which points of the metric count; "" for any
    """

    kind: Kind
    key: str
    ascending: bool
    dataset_name: str = ""
    dataset_digest: str = ""


def parse_filter(text: str | None) -> Node | None:
    """Read a filter; None when there is nothing to filter by.

    Raises `FilterError`.
    """
    return expression.parse(text, _VOCABULARY)


def parse_order(clauses: Sequence[LoggedModelOrder]) -> tuple[ModelOrderTerm, ...]:
    """Read an order, the most important clause first.

    A field's name stands as it is: no quotes, no direction. Raises `FilterError`
    naming the clause, counted from 1.
    """
    if len(clauses) > limits.ORDER_CLAUSES:
        raise FilterError(
            f"{len(clauses)} order clauses; "
            f"at most {limits.ORDER_CLAUSES} are allowed.",
            position=1,
        )
    # What was named before orders nothing the second time.
    first: dict[ModelOrderTerm, ModelOrderTerm] = {}
    for number, clause in enumerate(clauses, start=1):
        term = _term(number, clause)
        first.setdefault(replace(term, ascending=True), term)
    return tuple(first.values())


def _term(number: int, clause: LoggedModelOrder) -> ModelOrderTerm:
    field = clause.field_name
    metric = field.removeprefix(_METRICS)
    if metric not in ("", field):
        return ModelOrderTerm(
            Kind.METRIC,
            metric,
            clause.ascending,
            clause.dataset_name or "",
            clause.dataset_digest or "",
        )
    found = _ATTRIBUTES.find(field)
    if found is None:
        raise FilterError(
            f"Order clause {number} names {field[:40]!r}; "
            f"allowed here: metrics.NAME, {', '.join(_ATTRIBUTES.choices)}.",
            position=1,
        )
    return ModelOrderTerm(Kind.ATTRIBUTE, found[0], clause.ascending)
