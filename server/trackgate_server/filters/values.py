"""Reads what a name is compared with."""

import re

from trackgate_server.filters import limits
from trackgate_server.filters.reader import Reader
from trackgate_server.filters.tokens import TokenKind
from trackgate_server.filters.tree import Operator, Value
from trackgate_server.filters.vocabulary import Holds

_INTEGER = re.compile("-?[0-9]+")
_ID = re.compile("[0-9]+")
# What a BIGINT column holds.
_LARGEST = 2**63 - 1
_BIGINT_CHARACTERS = len(str(-_LARGEST))


def read_value(reader: Reader, holds: Holds, operator: Operator) -> Value:
    """Read the right side of an operator, in the type the left side holds.

    Raises `FilterError` when something else stands there.
    """
    if operator in ("IS NULL", "IS NOT NULL"):
        return None
    if operator in ("IN", "NOT IN"):
        return _list(reader, holds)
    return _single(reader, holds)


def _list(reader: Reader, holds: Holds) -> tuple[str, ...]:
    if not reader.take(TokenKind.OPEN):
        raise reader.refusal("a list such as ('first', 'second')")
    values = [_text(reader, holds)]
    # A comma may also stand after the last value, as in Python's ('first',).
    while reader.take(TokenKind.COMMA) and reader.current.kind is not TokenKind.CLOSE:
        if len(values) == limits.LIST_VALUES:
            raise reader.excess("values in one list", limits.LIST_VALUES)
        values.append(_text(reader, holds))
    if not reader.take(TokenKind.CLOSE):
        raise reader.refusal("a comma, )")
    return tuple(values)


def _single(reader: Reader, holds: Holds) -> str | float:
    if holds in (Holds.TEXT, Holds.ID):
        return _text(reader, holds)
    if holds is Holds.VERSION and reader.current.kind is TokenKind.TEXT:
        return int(_text(reader, holds))
    return _number(reader, holds)


def _text(reader: Reader, holds: Holds) -> str:
    token = reader.current
    if token.kind is not TokenKind.TEXT or not _suits(token.text, holds):
        raise reader.refusal(holds.value)
    reader.take(TokenKind.TEXT)
    return token.text


def _suits(text: str, holds: Holds) -> bool:
    return holds is Holds.TEXT or (
        _ID.fullmatch(text) is not None and _as_bigint(text) is not None
    )


def _number(reader: Reader, holds: Holds) -> float:
    token = reader.current
    value = _as_number(token.raw, holds) if token.kind is TokenKind.NUMBER else None
    if value is None:
        raise reader.refusal(holds.value)
    reader.take(TokenKind.NUMBER)
    return value


def _as_number(raw: str, holds: Holds) -> float | None:
    if holds is Holds.NUMBER:
        return float(raw)
    if _INTEGER.fullmatch(raw):
        return _as_bigint(raw)
    return float(raw) if holds is Holds.MILLISECONDS else None


def _as_bigint(digits: str) -> int | None:
    # Python refuses to convert thousands of digits, so the length comes first.
    if len(digits) > _BIGINT_CHARACTERS:
        return None
    number = int(digits)
    return number if -_LARGEST <= number <= _LARGEST else None
