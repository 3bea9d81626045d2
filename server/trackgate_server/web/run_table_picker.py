"""The columns that one may choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from trackgate_server.filters import Aggregate, Kind
from trackgate_server.store.run_keys import Keys
from trackgate_server.web.natural_order import natural
from trackgate_server.web.run_columns import PLAIN, Column, named

_MOST_OF_A_KIND = 300
_AGGREGATES: tuple[Aggregate, ...] = ("last", "min", "max")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing; a metric has three columns, others one."""

    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Picker:
    """What is offered, by kind, and the texts of the columns shown now."""

    plain: list[Choice]
    metrics: list[Choice]
    params: list[Choice]
    tags: list[Choice]
    shown: frozenset[str]


def choices(keys: Keys, columns: Sequence[Column], group: Column | None) -> Picker:
    """Everything the newest runs log, what is shown already and what is grouped by."""
    used = [*columns, *([group] if group else [])]
    plain = [Choice(PLAIN[word], (_plain(word),)) for word in PLAIN]
    return Picker(
        plain,
        _metrics(_names(Kind.METRIC, keys.metrics, used)),
        _texts(Kind.PARAM, _names(Kind.PARAM, keys.params, used)),
        _texts(Kind.TAG, _names(Kind.TAG, keys.tags, used)),
        frozenset(column.text for column in columns),
    )


def columns_of(keys: Keys) -> Iterator[Column]:
    """Metrics, parameters and tags as columns, those of most runs first."""
    for kind, names in zip((Kind.METRIC, Kind.PARAM, Kind.TAG), keys, strict=True):
        for name in names[:_MOST_OF_A_KIND]:
            yield named(kind, name)


def _plain(word: str) -> Column:
    return Column(word, Kind.ATTRIBUTE, word)


def _names(kind: Kind, used: Sequence[str], columns: Iterable[Column]) -> list[str]:
    shown = {column.key for column in columns if column.kind is kind}
    # Tags of the clients come last: one looks for one's own.
    names = shown | set(used[:_MOST_OF_A_KIND])
    return sorted(names, key=lambda name: (name.startswith("mlflow."), natural(name)))


def _metrics(names: Iterable[str]) -> list[Choice]:
    return [
        Choice(name, tuple(named(Kind.METRIC, name, one) for one in _AGGREGATES))
        for name in names
    ]


def _texts(kind: Kind, names: Iterable[str]) -> list[Choice]:
    return [Choice(name, (named(kind, name),)) for name in names]
