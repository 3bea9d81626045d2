"""Columns of the table of runs, by the texts that stand for them in addresses.

A column is named as filters name things: `metrics.loss`, `` max(metrics.`val loss`) ``,
`params.lr`, `tags.team`; or by a word of `PLAIN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.rules import shown

from trackgate_server import filters
from trackgate_server.filters import Aggregate, FilterError, Kind, OrderTerm
from trackgate_server.operations.tags import PARENT_TAG
from trackgate_server.store.run_cells import CellKeys
from trackgate_server.store.run_keys import Keys

PLAIN = {
    "status": "Status",
    "start_time": "Started",
    "end_time": "Ended",
    "duration": "Duration",
    "user_id": "User",
    "dataset": "Dataset",
    "models": "Models",
    "experiment": "Experiment",
    "run_id": "Run id",
}
_UNSORTED = {"dataset", "models", "experiment"}
_NUMBERS = {"duration"}
# First the largest: what is newest, what took longest.
_DOWN_FIRST = {"start_time", "end_time", "duration"}
_ALWAYS = ("status", "start_time", "duration", "user_id")
_DEFAULT_METRICS = 4
_DEFAULT_PARAMS = 4
MOST = 200
# Names that need no backticks.
_BARE = re.compile(r"\w+(?:\.\w+)*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    text       as addresses have it
    kind       what it is about; attributes are the words of `PLAIN`
    key        its name, or its word
    aggregate  which of a metric's values
    """

    text: str
    kind: Kind
    key: str
    aggregate: Aggregate = "last"

    @property
    def title(self) -> str:
        """What stands at its head."""
        if self.kind is Kind.ATTRIBUTE:
            return PLAIN.get(self.key, "Run")
        return self.key if self.aggregate == "last" else f"{self.aggregate} {self.key}"

    @property
    def number(self) -> bool:
        """Whether its cells are aligned as numbers."""
        return self.kind is Kind.METRIC or self.key in _NUMBERS

    @property
    def sortable(self) -> bool:
        """Whether runs can be sorted by it."""
        return self.kind is not Kind.ATTRIBUTE or self.key not in _UNSORTED

    @property
    def down_first(self) -> bool:
        """Whether one sorts by it downwards, mostly."""
        return self.kind is Kind.ATTRIBUTE and self.key in _DOWN_FIRST


NAME = Column("run_name", Kind.ATTRIBUTE, "run_name")
"""The first column, which is always there."""


def parse(text: str) -> Column:
    """The column a text stands for; raises InvalidParameterValue."""
    if text in PLAIN:
        return Column(text, Kind.ATTRIBUTE, text)
    try:
        (term,) = filters.parse_runs_order([text])
    except FilterError:
        term = None
    if term is None or term.kind is Kind.ATTRIBUTE:
        raise InvalidParameterValue(
            f"There is no column {shown(text)}; a column is one of {', '.join(PLAIN)},"
            " params.NAME, tags.NAME, metrics.NAME, min(metrics.NAME) or"
            " max(metrics.NAME)."
        )
    return _of(term)


def parse_all(texts: Iterable[str]) -> list[Column]:
    """The columns in their order, each once; errors as `parse`."""
    found = {column.text: column for column in map(parse, texts)}
    if len(found) > MOST:
        raise InvalidParameterValue(
            f"{len(found)} columns were chosen; at most {MOST} can be shown."
        )
    return list(found.values())


def named(kind: Kind, key: str, aggregate: Aggregate = "last") -> Column:
    """The column of a metric, parameter or tag."""
    return _of(OrderTerm(kind, key, True, aggregate))


def defaults(keys: Keys, *, several: bool) -> list[Column]:
    """What is shown unless somebody chose: what most runs have.

    several  runs of several experiments are shown
    """
    plain = [*_ALWAYS, *(["experiment"] if several else [])]
    metrics = [key for key in keys.metrics if not key.startswith("system/")]
    return [
        *(Column(word, Kind.ATTRIBUTE, word) for word in plain),
        *(named(Kind.METRIC, key) for key in metrics[:_DEFAULT_METRICS]),
        *(named(Kind.PARAM, key) for key in keys.params[:_DEFAULT_PARAMS]),
    ]


def cell_keys(columns: Sequence[Column]) -> CellKeys:
    """What must be read to fill the columns; a run's parent always."""

    def of(kind: Kind) -> frozenset[str]:
        return frozenset(column.key for column in columns if column.kind is kind)

    words = of(Kind.ATTRIBUTE)
    return CellKeys(
        metrics=of(Kind.METRIC),
        params=of(Kind.PARAM),
        tags=of(Kind.TAG) | {PARENT_TAG},
        datasets="dataset" in words,
        models="models" in words,
    )


def _of(term: OrderTerm) -> Column:
    key = term.key if _BARE.fullmatch(term.key) else f"`{term.key.replace('`', '``')}`"
    name = f"{term.kind}s.{key}"
    text = name if term.aggregate == "last" else f"{term.aggregate}({name})"
    return Column(text, term.kind, term.key, term.aggregate)
