"""The grammar of an order clause: a subject, then perhaps ASC or DESC."""

from collections.abc import Sequence

from trackgate_server.filters import limits
from trackgate_server.filters.names import read_subject
from trackgate_server.filters.reader import Reader
from trackgate_server.filters.refusal import FilterError
from trackgate_server.filters.tokens import TokenKind
from trackgate_server.filters.tree import OrderTerm
from trackgate_server.filters.vocabulary import Vocabulary


def parse(clauses: Sequence[str], vocabulary: Vocabulary) -> tuple[OrderTerm, ...]:
    """Read order clauses in one vocabulary, the most important first.

    Raises `FilterError` naming the clause, counted from 1.
    """
    if len(clauses) > limits.ORDER_CLAUSES:
        raise FilterError(
            f"{len(clauses)} order clauses; "
            f"at most {limits.ORDER_CLAUSES} are allowed.",
            position=1,
        )
    terms = tuple(
        _clause(text, f"Order clause {number}", vocabulary)
        for number, text in enumerate(clauses, start=1)
    )
    if not vocabulary.repeats_in_orders:
        _refuse_repeats(terms)
    return terms


def _clause(text: str, title: str, vocabulary: Vocabulary) -> OrderTerm:
    reader = Reader(text, title, limits.ORDER_CHARACTERS)
    subject = read_subject(reader, vocabulary.orders)
    descending = reader.take_words("DESC")
    directed = descending or reader.take_words("ASC")
    if not reader.take(TokenKind.END):
        raise reader.refusal("the end" if directed else "ASC, DESC, the end")
    return OrderTerm(subject.kind, subject.key, not descending, subject.aggregate)


def _refuse_repeats(terms: Sequence[OrderTerm]) -> None:
    first_clause: dict[tuple[str, str, str], int] = {}
    for number, term in enumerate(terms, start=1):
        first = first_clause.setdefault((term.kind, term.key, term.aggregate), number)
        if first != number:
            raise FilterError(
                f"Order clause {number} is wrong at character 1: "
                f"it orders by the same thing as clause {first}; "
                "allowed here: something not yet ordered by.",
                position=1,
            )
