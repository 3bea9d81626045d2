"""The grammar of a filter.

filter      = conjunction { OR conjunction }
conjunction = term { AND term }
term        = "(" filter ")" | comparison
comparison  = subject operator value
"""

from trackgate_server.filters import limits
from trackgate_server.filters.names import QUOTING_HINT, Subject, read_subject
from trackgate_server.filters.reader import Reader
from trackgate_server.filters.tokens import TokenKind
from trackgate_server.filters.tree import And, Comparison, Node, Operator, Or
from trackgate_server.filters.values import read_value
from trackgate_server.filters.vocabulary import Vocabulary

_SYMBOLS: dict[str, Operator] = {
    "=": "=",
    "!=": "!=",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
}
_WORDS: dict[Operator, tuple[str, ...]] = {
    "LIKE": ("LIKE",),
    "ILIKE": ("ILIKE",),
    "IN": ("IN",),
    "NOT IN": ("NOT", "IN"),
    "IS NULL": ("IS", "NULL"),
    "IS NOT NULL": ("IS", "NOT", "NULL"),
}


def parse(text: str | None, vocabulary: Vocabulary) -> Node | None:
    """Read a filter in one vocabulary; None for no text or an empty one.

    Raises `FilterError`. The time grows linearly with the text.
    """
    if not text:
        return None
    reader = Reader(text, "Filter", limits.FILTER_CHARACTERS)
    node = _FilterParser(reader, vocabulary).alternatives(nesting=0)
    if not reader.take(TokenKind.END):
        raise reader.refusal("AND, OR, the end")
    return node


class _FilterParser:
    """Descends the grammar, one method for each rule of it."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._families = vocabulary.filters
        self._comparisons = 0

    def alternatives(self, nesting: int) -> Node:
        terms = [self._conjunction(nesting)]
        while self._reader.take_words("OR"):
            terms.append(self._conjunction(nesting))
        return Or(tuple(terms)) if len(terms) > 1 else terms[0]

    def _conjunction(self, nesting: int) -> Node:
        terms = [self._term(nesting)]
        while self._reader.take_words("AND"):
            terms.append(self._term(nesting))
        return And(tuple(terms)) if len(terms) > 1 else terms[0]

    def _term(self, nesting: int) -> Node:
        if self._reader.current.kind is not TokenKind.OPEN:
            return self._comparison()
        if nesting == limits.NESTING:
            raise self._reader.excess("parentheses within each other", limits.NESTING)
        self._reader.take(TokenKind.OPEN)
        node = self.alternatives(nesting + 1)
        if not self._reader.take(TokenKind.CLOSE):
            raise self._reader.refusal("AND, OR, )")
        return node

    def _comparison(self) -> Comparison:
        if self._comparisons == limits.COMPARISONS:
            raise self._reader.excess("comparisons", limits.COMPARISONS)
        self._comparisons += 1
        subject = read_subject(self._reader, self._families)
        operator = self._operator(subject)
        value = read_value(self._reader, subject.rule.holds, operator)
        return Comparison(
            subject.kind,
            subject.key,
            operator,
            value,
            subject.aggregate,
            subject.position,
        )

    def _operator(self, subject: Subject) -> Operator:
        start = self._reader.current
        operator = self._take_operator()
        if operator in subject.rule.operators:
            return operator
        allowed = ", ".join(subject.rule.operators)
        # A name that goes on, as in params.a-b, wants quotes rather than an operator.
        goes_on = start.position == subject.position + len(subject.raw)
        if goes_on and start.kind in (TokenKind.UNKNOWN, TokenKind.NUMBER):
            allowed = f"{allowed} ({QUOTING_HINT})"
        raise self._reader.refusal(allowed, at=start, after=subject.raw)

    def _take_operator(self) -> Operator | None:
        symbol = self._reader.take(TokenKind.OPERATOR)
        if symbol:
            return _SYMBOLS.get(symbol.raw)
        words = _WORDS.items()
        return next((name for name, ws in words if self._reader.take_words(*ws)), None)
