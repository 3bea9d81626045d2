"""The logged models of an experiment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from trackgate_wire.logged_models import LoggedModelOrder
from werkzeug.datastructures import MultiDict

from trackgate_server.filters import FilterError
from trackgate_server.operations.logged_model_lists import (
    ListLoggedModels,
    LoggedModelLine,
    LoggedModelLines,
    experiment_of,
    listed,
)
from trackgate_server.web.filter_problem import FilterProblem
from trackgate_server.web.list_query import ListQuery
from trackgate_server.web.natural_order import natural
from trackgate_server.web.page import View, Visit, page

_SHOWN = 50
_METRICS_SHOWN, _PARAMS_SHOWN = 5, 4
_FIELDS = {
    "name": "name",
    "status": "status",
    "created": "creation_timestamp",
}
_ORDERS = frozenset({*_FIELDS, *(f"-{column}" for column in _FIELDS)})
_NEWEST_FIRST = "-created"
_METRICS, _PARAMS = "metrics.", "params."


@dataclass(frozen=True, slots=True)
class ModelsQuery(ListQuery):
    """The address of a list of logged models; `column` are those that were chosen."""

    column: tuple[str, ...] = ()


class Column(NamedTuple):
    """A metric or a parameter; `text` is what filters call it."""

    text: str

    @property
    def is_metric(self) -> bool:
        return self.text.startswith(_METRICS)

    @property
    def name(self) -> str:
        return self.text.partition(".")[2]

    def of(self, line: LoggedModelLine) -> float | str | None:
        """What a model has there."""
        values = line.metrics if self.is_metric else line.params
        return values.get(self.name)


@page("/experiments/<experiment_id>/models")
def logged_models(visit: Visit, experiment_id: str) -> View:
    experiment = experiment_of(visit.scope, experiment_id)
    asked = _asked(visit.query)
    refused, found = None, LoggedModelLines([], None)
    try:
        found = listed(visit.scope, _search(asked, experiment_id))
    except FilterError as error:
        refused = FilterProblem.of(asked.filter, error)
    columns = _columns(found.lines, asked)
    return View(
        "logged_models.html",
        {
            "experiment": experiment,
            "asked": asked,
            "refused": refused,
            "lines": found.lines,
            "columns": columns,
            "offered": _offered(found.lines, columns),
            # Further rows are put below these, so they have the same columns.
            "texts": [column.text for column in columns],
            "next_token": found.token,
        },
    )


def _asked(query: MultiDict[str, str]) -> ModelsQuery:
    order = query.get("order", "")
    by_metric = order.removeprefix("-").startswith(_METRICS)
    known = {order} if by_metric else _ORDERS
    asked = ModelsQuery.of(query, known, _NEWEST_FIRST)
    return replace(asked, column=tuple(query.getlist("column")))


def _search(asked: ListQuery, experiment: str) -> ListLoggedModels:
    column = asked.order.removeprefix("-")
    order = LoggedModelOrder(
        field_name=_FIELDS.get(column, column), ascending=column == asked.order
    )
    return ListLoggedModels(
        experiment=experiment,
        name=asked.name,
        filter=asked.filter,
        order=[order],
        token=asked.after,
        limit=_SHOWN,
    )


def _columns(lines: Sequence[LoggedModelLine], asked: ModelsQuery) -> list[Column]:
    """Those asked for, else what most of the models have; what they are sorted by."""
    named = [one for one in asked.column if one.startswith((_METRICS, _PARAMS))]
    texts = named or [
        *_most_had(_METRICS, (line.metrics for line in lines), _METRICS_SHOWN),
        *_most_had(_PARAMS, (line.params for line in lines), _PARAMS_SHOWN),
    ]
    by = asked.order.removeprefix("-")
    if by.startswith(_METRICS) and by not in texts:
        texts = [by, *texts]
    return [Column(text) for text in texts]


def _offered(
    lines: Sequence[LoggedModelLine], columns: Sequence[Column]
) -> dict[str, list[Column]]:
    """What the models of this page have, and what is shown, under its headings."""
    texts = {
        *(_METRICS + name for line in lines for name in line.metrics),
        *(_PARAMS + name for line in lines for name in line.params),
        *(column.text for column in columns),
    }
    found = [Column(text) for text in sorted(texts, key=natural)]
    return {
        "Metrics": [column for column in found if column.is_metric],
        "Parameters": [column for column in found if not column.is_metric],
    }


def _most_had(prefix: str, had: Iterable[Iterable[str]], most: int) -> list[str]:
    counted = Counter(name for names in had for name in names)
    usual = sorted(counted, key=lambda name: (-counted[name], name))[:most]
    return [prefix + name for name in sorted(usual)]
