"""The order runs are searched in: terms as SQL, and places between two runs.

Each term has a rank that keeps its direction, so that NaN and missing values come
last whether ascending or descending, as in the peer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trackgate_server.filters import Kind as Subject
from trackgate_server.filters import OrderTerm
from trackgate_server.store.fragments import Fragment, joined
from trackgate_server.store.keyset import Place
from trackgate_server.store.names import Names
from trackgate_server.store.run_conditions import NUMBERS, TEXTS
from trackgate_server.store.run_values import COLUMNS, TABLES, Valued
from trackgate_server.store.transaction import Kind, Transaction

PRESENT, NAN = 0, 1

STARTED = NUMBERS["start_time"]
_INFINITY: dict[Kind, str] = {"sqlite": "9e999", "postgresql": "float8 'Infinity'"}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to order by.

    column    its value in SQL
    nullable  some runs may have none
    values    of metrics, parameters and tags: the rows that `column` is in, which
              are called `alias`
    """

    column: str
    ascending: bool = True
    nullable: bool = False
    values: Valued | None = None
    alias: str = ""

    @property
    def missing(self) -> int:
        """The rank of runs without a value."""
        return 2 if self.values is not None and self.values.metric else 1

    @property
    def rank(self) -> str | None:
        """The rank in SQL; None where every run has a value."""
        if not self.nullable:
            return None
        if self.values is None or not self.values.metric:
            return f"CASE WHEN {self.column} IS NULL THEN 1 ELSE 0 END"
        return (
            f"CASE WHEN {self.column} IS NULL THEN 2"
            f" WHEN {self.column} > {_INFINITY[self.values.kind]} THEN 1 ELSE 0 END"
        )

    def place_of(self, value: Any) -> tuple[int, Any]:
        """Rank and value of a run that has this in `column`."""
        if value is None:
            return self.missing, None
        # NaN is its name on SQLite.
        if self.missing == 2 and (value == "NaN" or value != value):
            return NAN, None
        return PRESENT, value

    def read_from(self, alias: str, values: Valued) -> Term:
        """The same, its value being in a row that has another name."""
        return replace(self, column=f"{alias}.{values.column}", alias="")


def terms_of(db: Transaction, names: Names, order: Sequence[OrderTerm]) -> list[Term]:
    """The terms asked for; then the newest first; then by id, which no two share."""
    terms = [_term(db, names, number, asked) for number, asked in enumerate(order)]
    if not any(term.column == STARTED for term in terms):
        terms.append(Term(STARTED, ascending=False))
    return [*terms, Term(TEXTS["run_id"])]


def order_by(terms: Sequence[Term]) -> str:
    """The order as SQL."""
    clauses: list[str] = []
    for term in terms:
        if term.rank is not None:
            clauses.append(term.rank)
        clauses.append(term.column if term.ascending else f"{term.column} DESC")
    return ", ".join(clauses)


def behind(terms: Sequence[Term], place: Place) -> Fragment:
    """Runs behind a place."""
    first, (rank, value) = terms[0], place[0]
    further = _further(first, rank, value)
    if len(terms) > 1:
        level, rest = _level(first, rank, value), behind(terms[1:], place[1:])
        further = joined("", [_OPEN, further, _OR, level, _AND, rest, _CLOSE])
    return further


_OPEN, _CLOSE = Fragment("("), Fragment(")")
_OR, _AND = Fragment(" OR "), Fragment(" AND ")


def _further(term: Term, rank: int, value: object) -> Fragment:
    if term.rank is not None and rank != PRESENT:
        return Fragment(f"{term.rank} > ?", (rank,))
    sign = ">" if term.ascending else "<"
    further = f"{term.column} {sign} ?"
    if term.rank is None:
        return Fragment(further, (value,))
    return Fragment(f"({term.rank} > 0 OR {term.rank} = 0 AND {further})", (value,))


def _level(term: Term, rank: int, value: object) -> Fragment:
    if term.rank is None:
        return Fragment(f"{term.column} = ?", (value,))
    if rank != PRESENT:
        return Fragment(f"{term.rank} = ?", (rank,))
    return Fragment(f"{term.rank} = 0 AND {term.column} = ?", (value,))


def _term(db: Transaction, names: Names, number: int, asked: OrderTerm) -> Term:
    if asked.kind is Subject.ATTRIBUTE:
        column = NUMBERS.get(asked.key) or TEXTS[asked.key]
        nullable = asked.key in ("end_time", "duration")
        return Term(column, asked.ascending, nullable)
    # No name has the number 0: every run lacks what was never logged.
    key = names.find(db, asked.key) or 0
    values = Valued(TABLES[asked.kind], key, db.kind, COLUMNS[asked.aggregate])
    alias = f"order_{number}"
    column = f"{alias}.{values.column}"
    return Term(column, asked.ascending, True, values, alias)
