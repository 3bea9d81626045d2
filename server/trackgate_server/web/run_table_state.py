"""What a table of runs shows, as it stands in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlencode

from trackgate_wire.errors import InvalidParameterValue
from werkzeug.datastructures import MultiDict

from trackgate_server import filters
from trackgate_server.filters import Comparison, FilterError, Kind
from trackgate_server.operations.run_table import MOST_OPENED, Selection
from trackgate_server.web import run_columns
from trackgate_server.web.run_columns import Column

Nested = Literal["", "fold", "flat"]


@dataclass(frozen=True, slots=True)
class TableState:
    """Everything that a link to the table says.

    experiments  ids of the experiments whose runs are shown
    alone        the page is that of one experiment, whose id is in the path
    filter       a filter of runs
    order        order clauses, the most important first
    columns      texts of `run_columns`; empty for what is shown by default
    deleted      deleted runs are shown, not the active ones
    nested       whether runs with a parent are folded; "" folds without a filter
    opened       ids of runs whose nested runs are shown
    group        the parameter or tag that runs are grouped by, as a column's text
    view         the number of the saved view that was opened
    """

    experiments: tuple[str, ...]
    alone: bool
    filter: str = ""
    order: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    deleted: bool = False
    nested: Nested = ""
    opened: tuple[str, ...] = ()
    group: str = ""
    view: str = ""

    @property
    def folded(self) -> bool:
        """Whether nested runs are folded under their parents."""
        return not self.filter if self.nested == "" else self.nested == "fold"

    @property
    def newest_first(self) -> bool:
        """Whether a run that starts now would stand at the top."""
        return not (self.filter or self.order or self.deleted)

    @property
    def segments(self) -> tuple[object, ...]:
        """The page's path."""
        return ("experiments", self.experiments[0]) if self.alone else ("runs",)

    @property
    def group_column(self) -> Column | None:
        """What runs are grouped by; raises InvalidParameterValue."""
        if not self.group:
            return None
        column = run_columns.parse(self.group)
        if column.kind not in (Kind.PARAM, Kind.TAG):
            raise InvalidParameterValue(
                f"Runs are grouped by params.NAME or tags.NAME, not by {self.group!r}."
            )
        return column

    @property
    def selection(self) -> Selection:
        """The runs shown."""
        return Selection(
            self.experiments, self.deleted, self.filter, self.order, self.folded
        )

    def query(self, **changes: Any) -> dict[str, object]:
        """What stands behind the question mark, with some of it changed.

        Names of `given`; `page` is the token of a further page.
        """
        return {**self.given(), **changes}

    def given(self) -> dict[str, object]:
        """The state by the names that addresses have for it; the path's id left out."""
        return {
            "experiment": [] if self.alone else list(self.experiments),
            **self.view_query(),
            "view": self.view,
        }

    def view_query(self) -> dict[str, object]:
        """What a saved view keeps: all but the experiments and what is unfolded."""
        return {
            "filter": self.filter,
            "order": list(self.order),
            "column": list(self.columns),
            "stage": "deleted" if self.deleted else "",
            "nested": self.nested,
            "group": self.group,
            "open": list(self.opened),
        }

    def search(self) -> dict[str, object]:
        """Which runs are found and in which order, whatever the page shows of them."""
        names = ("filter", "order", "stage", "nested")
        query = self.view_query()
        found = {name: query[name] for name in names}
        return {"experiment": list(self.experiments), **found}

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """The state as hidden fields of a form that is sent by GET."""
        return hidden({k: v for k, v in self.given().items() if k not in without})

    def everywhere(self) -> dict[str, object]:
        """As `given`, for addresses that have no experiment in their path."""
        alone = "1" if self.alone else ""
        return {**self.given(), "experiment": list(self.experiments), "alone": alone}

    def sorted_by(self, column: Column) -> dict[str, object]:
        """The query for a click at a column's head: one way, the other, neither."""
        first, second = ("DESC", "ASC") if column.down_first else ("ASC", "DESC")
        following = {"": first, first: second, second: ""}[self.direction(column)]
        order = [f"{column.text} {following}"] if following else []
        return self.query(order=order)

    def direction(self, column: Column) -> Literal["", "ASC", "DESC"]:
        """Which way the table is sorted by a column first; "" if it is not."""
        try:
            terms = filters.parse_runs_order(self.order[:1])
        except FilterError:
            return ""
        if not terms:
            return "DESC" if column.text == "start_time" else ""
        (term,) = terms
        if (term.kind, term.key, term.aggregate) != _subject(column):
            return ""
        return "ASC" if term.ascending else "DESC"

    def toggled(self, run_id: str) -> dict[str, object]:
        """The query that shows a run's nested runs, or hides them."""
        others = [one for one in self.opened if one != run_id]
        opened = others if run_id in self.opened else [*others, run_id]
        return self.query(open=opened[-MOST_OPENED:])

    def narrowed(self, column: Column, value: str | None) -> dict[str, object]:
        """The query for the runs of one group, no longer grouped."""
        sign = "IS NULL" if value is None else "="
        own = str(Comparison(column.kind, column.key, sign, value))
        text = f"({self.filter}) AND {own}" if self.filter else own
        return self.query(filter=text, group="", nested="flat")

    def with_columns(self, columns: Sequence[Column]) -> TableState:
        """The same, its columns written down."""
        return replace(self, columns=tuple(column.text for column in columns))


def of_query(query: MultiDict[str, str], experiment: str | None) -> TableState:
    """The state that an address says; `experiment` is the id in its path.

    What is no such state becomes the usual one, and texts are read later.
    """
    nested = query.get("nested", "")
    return TableState(
        experiments=(experiment,) if experiment else _several(query, "experiment"),
        alone=experiment is not None,
        filter=query.get("filter", "").strip(),
        order=_several(query, "order"),
        columns=_several(query, "column"),
        deleted=query.get("stage") == "deleted",
        nested=cast(Nested, nested) if nested in ("fold", "flat") else "",
        opened=_several(query, "open")[:MOST_OPENED],
        group=query.get("group", ""),
        view=query.get("view", ""),
    )


def packed(state: TableState) -> str:
    """A state as one text, for a form to say where it was."""
    return urlencode(hidden(state.everywhere()))


def kept(state: TableState) -> str:
    """What a saved view keeps of a state."""
    return urlencode(hidden(state.view_query()))


def of_text(text: str, experiment: str | None) -> TableState:
    """The state of a query written as text; `experiment` as in `of_query`."""
    return of_query(MultiDict(parse_qsl(text)), experiment)


def unpacked(text: str) -> TableState:
    """The state that `packed` wrote; of any other text the usual one."""
    return of_packed(MultiDict(parse_qsl(text)))


def of_packed(query: MultiDict[str, str]) -> TableState:
    """As `unpacked`, where the text is an address's own query."""
    experiment = query.get("experiment") if "alone" in query else None
    return of_query(query, experiment)


def hidden(query: Mapping[str, object]) -> list[tuple[str, str]]:
    """A query as the hidden fields of a form that is sent by GET."""
    fields: list[tuple[str, str]] = []
    for name, value in query.items():
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        fields += [(name, str(one)) for one in values if one not in ("", None)]
    return fields


def _several(query: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in query.getlist(name) if text))


def _subject(column: Column) -> tuple[Kind, str, str]:
    return column.kind, column.key, column.aggregate
