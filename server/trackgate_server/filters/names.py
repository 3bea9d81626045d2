"""Reads what an expression is about: an attribute, a metric, its minimum, …"""

from dataclasses import dataclass

from trackgate_server.filters.reader import Reader
from trackgate_server.filters.tokens import Part, Token, TokenKind
from trackgate_server.filters.tree import Aggregate, Kind
from trackgate_server.filters.vocabulary import (
    Families,
    Family,
    Rule,
    choices,
    find_attributes,
    find_family,
)

QUOTING_HINT = (
    "and a name with other characters than letters, digits, _ and dots "
    "stands in backticks, like metrics.`val loss`"
)
_AGGREGATES: dict[str, Aggregate] = {"MIN": "min", "MAX": "max"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A name that was read and understood.

    position  where it began, counted from 1
    raw       as it was written
    """

    kind: Kind
    key: str
    rule: Rule
    aggregate: Aggregate
    position: int
    raw: str


def read_subject(reader: Reader, families: Families) -> Subject:
    """Read a name, or min(…) or max(…) around a metric's.

    Raises `FilterError` when these families know no such name.
    """
    start = reader.current
    aggregate = _take_aggregate(reader, families)
    if aggregate == "last":
        kind, key, rule = _read_name(reader, families)
    else:
        kind, key, rule = _read_name(reader, _metrics(families))
        if not reader.take(TokenKind.CLOSE):
            raise reader.refusal(")")
    return Subject(kind, key, rule, aggregate, start.position, reader.since(start))


def _take_aggregate(reader: Reader, families: Families) -> Aggregate:
    aggregate = _AGGREGATES.get(reader.current.keyword)
    if aggregate and reader.next_is(TokenKind.OPEN) and _metrics(families):
        reader.take(TokenKind.NAME)
        reader.take(TokenKind.OPEN)
        return aggregate
    return "last"


def _metrics(families: Families) -> Families:
    return tuple(each for each in families if each.kind is Kind.METRIC)


def _read_name(reader: Reader, families: Families) -> tuple[Kind, str, Rule]:
    token = reader.current
    if not _may_be_name(token):
        raise reader.refusal(choices(families))
    first, *rest = token.parts
    family = find_family(families, first.text) if rest else find_attributes(families)
    if family is None:
        raise reader.refusal(choices(families))
    found = family.find(_key(reader, rest or [first]))
    if found is None:
        raise reader.refusal(_offer(family, families))
    reader.take(token.kind)
    return family.kind, *found


def _may_be_name(token: Token) -> bool:
    # "run name" = 'x' names an attribute, 'run name' = 'x' is refused by the peer.
    return token.kind is TokenKind.NAME or (
        token.kind is TokenKind.TEXT and token.raw.startswith('"')
    )


def _key(reader: Reader, parts: list[Part]) -> str:
    # The peer takes the quotes in a.`b.c` for a part of the name; nobody means that.
    if len(parts) > 1 and any(part.quoted for part in parts):
        raise reader.refusal("quotes around the whole name, like metrics.`a.b`")
    return ".".join(part.text for part in parts)


def _offer(family: Family, families: Families) -> str:
    bare = family.kind is Kind.ATTRIBUTE
    return choices(families if bare else [family])
