"""What one run has, sorted by name and read page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import from_sqlite
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction


class MetricLine(NamedTuple):
    """A metric's latest point and its extremes.

    min, max  over the whole history, NaN left out; None while there is nothing else
    """

    key: int
    name: str
    value: float
    min: float | None
    max: float | None
    step: int
    timestamp: int
    first_step: int
    first_timestamp: int


class Pair(NamedTuple):
    """A parameter or a tag."""

    name: str
    value: str


class Wanted(NamedTuple):
    """Which entries of a run, by their names.

    prefix, within  only names that begin so, or only those that do not
    find            what a name, or a parameter's or tag's value, contains; the case of
                    ASCII letters does not matter
    after           the last name of the page before
    """

    limit: int
    prefix: str = ""
    within: bool = True
    find: str = ""
    after: str = ""


class Counts(NamedTuple):
    """How many of each a run has; those of machines and clients apart."""

    metrics: int
    system_metrics: int
    params: int
    tags: int
    system_tags: int


def _contains(text: str) -> tuple[str, str]:
    """The condition for either database; both change the case of ASCII only."""
    return (
        f"instr(lower({text}), lower(?)) > 0",
        f"strpos(lower({text}), lower(?)) > 0",
    )


# An entry is looked up by its run; sorting by name is for one run's entries only.
_CHOSEN = "(substr(n.name, 1, length(?)) = ?) = ? AND n.name > ?"
_LINE = (
    "SELECT t.key, n.name, t.value, t.min, t.max, t.step, t.timestamp, t.first_step,"
    " t.first_timestamp FROM latest_metrics t JOIN names n ON n.id = t.key"
)
_IN_NAME, _IN_VALUE = _contains("n.name"), _contains("t.value")
_METRICS = Sql(
    f"{_LINE} WHERE t.run = ? AND {_CHOSEN} AND {_IN_NAME[0]} ORDER BY n.name LIMIT ?",
    postgresql=f"{_LINE} WHERE t.run = ? AND {_CHOSEN} AND {_IN_NAME[1]}"
    " ORDER BY n.name LIMIT ?",
)
_METRIC = Sql(f"{_LINE} WHERE t.run = ? AND n.name = ?")


def _pairs_of(table: str) -> Sql:
    head = (
        f"SELECT n.name, t.value FROM {table} t JOIN names n ON n.id = t.key"
        f" WHERE t.run = ? AND {_CHOSEN}"
    )
    return Sql(
        f"{head} AND ({_IN_NAME[0]} OR {_IN_VALUE[0]}) ORDER BY n.name LIMIT ?",
        postgresql=f"{head} AND ({_IN_NAME[1]} OR {_IN_VALUE[1]})"
        " ORDER BY n.name LIMIT ?",
    )


_PAIRS = {"params": _pairs_of("params"), "tags": _pairs_of("tags")}
_NAMED = "SELECT n.name, t.value FROM names n JOIN tags t ON t.key = n.id"
_NAMED_TAGS = Sql(f"{_NAMED} WHERE t.run = ? AND n.name = ANY(?)")


def _count_of(table: str, sign: str) -> str:
    return (
        f"(SELECT count(*) FROM {table} t JOIN names n ON n.id = t.key"
        f" WHERE t.run = ? AND substr(n.name, 1, length(?)) {sign} ?)"
    )


_COUNTS = Sql(
    f"SELECT {_count_of('latest_metrics', '<>')}, {_count_of('latest_metrics', '=')},"
    " (SELECT count(*) FROM params WHERE run = ?),"
    f" {_count_of('tags', '<>')}, {_count_of('tags', '=')}"
)


def counts(
    db: Transaction, run: RunKey, system_metrics: str, system_tags: str
) -> Counts:
    """How many metrics, parameters and tags. One statement.

    system_metrics, system_tags  how names of those begin that are counted apart
    """
    measured = (run, system_metrics, system_metrics)
    tagged = (run, system_tags, system_tags)
    row = db.one(_COUNTS, *measured, *measured, run, *tagged, *tagged)
    return Counts(*row) if row else Counts(0, 0, 0, 0, 0)


def metrics(db: Transaction, run: RunKey, wanted: Wanted) -> list[MetricLine]:
    """Metrics by name. One statement."""
    chosen = _values(wanted)
    rows = db.all(_METRICS, run, *chosen, wanted.find, wanted.limit)
    return [_line(row) for row in rows]


def metric(db: Transaction, run: RunKey, name: str) -> MetricLine | None:
    """One metric; None without it. One statement."""
    row = db.one(_METRIC, run, name)
    return None if row is None else _line(row)


def pairs(
    db: Transaction, run: RunKey, kind: Literal["params", "tags"], wanted: Wanted
) -> list[Pair]:
    """Parameters or tags by name. One statement."""
    chosen = _values(wanted)
    found = (wanted.find, wanted.find, wanted.limit)
    return [Pair(*row) for row in db.all(_PAIRS[kind], run, *chosen, *found)]


def tags_named(db: Transaction, run: RunKey, names: Sequence[str]) -> dict[str, str]:
    """Those of the tags that the run has, by name. One statement."""
    return dict(db.all(_NAMED_TAGS, run, db.array(names)))


def _values(wanted: Wanted) -> tuple[object, ...]:
    return (wanted.prefix, wanted.prefix, wanted.within, wanted.after)


def _line(row: Row) -> MetricLine:
    key, name, value, *rest = row
    return MetricLine(key, name, from_sqlite(value), *rest)
