"""Values of one key, of metrics, parameters or tags: a table and its index by value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from trackgate_server.filters import Kind as Subject
from trackgate_server.filters import Operator, Value
from trackgate_server.store.comparing_text import met_by_text
from trackgate_server.store.fragments import Fragment, all_of
from trackgate_server.store.schema import INDEXED_LENGTH
from trackgate_server.store.transaction import Kind

TABLES = {
    Subject.METRIC: "latest_metrics",
    Subject.PARAM: "params",
    Subject.TAG: "tags",
}
COLUMNS = {"last": "value", "min": "min", "max": "max"}

_ALL = Fragment("TRUE")


class Valued(NamedTuple):
    """All values of one key, in the index of a table by key and value.

    column  that of the values; the index has `value` only
    """

    table: str
    key: int
    kind: Kind
    column: str = "value"

    @property
    def indexed(self) -> bool:
        """Whether the index has these values."""
        return self.column == "value"

    @property
    def metric(self) -> bool:
        """Whether they are numbers, among which may be NaN."""
        return self.table == "latest_metrics"

    @property
    def _cut(self) -> bool:
        return not self.metric and self.kind == "postgresql"

    def entry(self, name: str) -> str:
        """What the index has of a value, the table being called `name`."""
        return f"left({name}.value, {INDEXED_LENGTH})" if self._cut else f"{name}.value"

    def entry_of(self, value: object) -> object:
        """What the index has of this value."""
        return value[:INDEXED_LENGTH] if self._cut and isinstance(value, str) else value

    def whole(self, entry: object) -> bool:
        """Whether values with this entry are equal to it."""
        return not (
            self._cut and isinstance(entry, str) and len(entry) >= INDEXED_LENGTH
        )

    def same_rows(self, other: Valued) -> bool:
        """Whether both are in the same rows of a table."""
        return (self.table, self.key) == (other.table, other.key)

    def of_key(self, name: str) -> Fragment:
        """Rows of the key."""
        return Fragment(f"{name}.key = ?", (self.key,))

    def compared(self, name: str, sign: str, entry: object) -> Fragment:
        """Rows whose entry in the index compares so."""
        return Fragment(
            f"{name}.key = ? AND {self.entry(name)} {sign} ?", (self.key, entry)
        )

    def beyond_numbers(self, name: str) -> Fragment:
        """Rows with NaN: both databases sort it above every number."""
        return self.compared(name, ">", float("inf"))

    def met(self, name: str, sign: Operator, value: Value) -> Fragment:
        """Rows whose value compares so; NaN is unequal to all, and no more."""
        return all_of([self.of_key(name), self._met(name, sign, value)])

    def bounded(
        self, name: str, sign: Operator, value: Value
    ) -> tuple[Fragment, Fragment]:
        """The same in two parts: what the index decides, and what it does not."""
        if not self.indexed or sign == "IS NOT NULL":
            return self.of_key(name), self._met(name, sign, value)
        if self.metric and sign != "!=":
            return self.met(name, sign, value), _ALL
        if sign != "=":
            return self.of_key(name), self._met(name, sign, value)
        entry = self.entry_of(value)
        rest = _ALL if self.whole(entry) else self._met(name, sign, value)
        return self.compared(name, "=", entry), rest

    def _met(self, name: str, sign: Operator, value: Value) -> Fragment:
        column = f"{name}.{self.column}"
        if sign == "IS NOT NULL":
            return _ALL
        if not self.metric:
            return met_by_text(column, sign, value, self.kind)
        met = Fragment(f"{column} {sign} ?", (value,))
        if sign not in (">", ">="):
            return met
        # Both databases sort NaN above every number.
        number = Fragment(f"{column} <= ?", (float("inf"),))
        return all_of([met, number])


Bound = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of such an index, in one of its directions; NaN is never in it.

    first, last  where it begins and ends: an operator and an entry
    """

    values: Valued
    ascending: bool
    first: Bound | None = None
    last: Bound | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing can be in it."""
        first, last = self.first, self.last
        if first is None or last is None or first[1] != last[1]:
            return False
        return "=" not in first[0] or "=" not in last[0]

    def bounds(self, name: str) -> Fragment:
        """Its rows, the table being called `name`."""
        # Only one bound of each side: SQLite might follow the wider one.
        first, last = self.first, self.last
        if self.values.metric and self.ascending:
            last = last or _NUMBERS
        elif self.values.metric:
            first = first or _NUMBERS
        entry = self.values.entry(name)
        ends = [end for end in (first, last) if end is not None]
        return all_of(
            [
                self.values.of_key(name),
                *(Fragment(f"{entry} {sign} ?", (value,)) for sign, value in ends),
            ]
        )

    def starting(self, value: object) -> Stretch:
        """From a value on; all of it where that is None."""
        if value is None:
            return self
        sign = ">=" if self.ascending else "<="
        return replace(self, first=(sign, self.values.entry_of(value)))

    def up_to(self, entry: object) -> Stretch:
        """As far as an entry, and with it."""
        return replace(self, last=("<=" if self.ascending else ">=", entry))

    def before(self, entry: object) -> Stretch:
        """As far as an entry, and without it."""
        return replace(self, last=("<" if self.ascending else ">", entry))

    def behind(self, entry: object) -> Stretch:
        """Only what comes behind an entry."""
        return replace(self, first=(">" if self.ascending else "<", entry))


_NUMBERS: Bound = ("<=", float("inf"))
