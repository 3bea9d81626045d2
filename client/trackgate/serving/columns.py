"""One column's values from JSON, in the type that the model's signature names.

JSON knows fewer types than a signature does, so what it cannot say is converted: whole
numbers to doubles, 3.0 to 3, text to dates (ISO 8601) and to bytes (base64). Nothing
that would lose a part of a value is.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import DataType
from trackgate.serving.json_values import shown

_NOTHING = type(None)


def typed(name: str | int, values: Sequence[Any], kind: object) -> Any:
    """An array or a list for a data frame.

    name  for the message

    Raises InvalidParameterValue naming the column, its type and the first wrong value.
    """
    convert = _CONVERSIONS.get(kind) if isinstance(kind, DataType) else None
    # Nested types, and any, are for the enforcement to check.
    return list(values) if convert is None else convert(name, values)


def _numbers(kind: DataType) -> Callable[[str | int, Sequence[Any]], Any]:
    def convert(name: str | int, values: Sequence[Any]) -> Any:
        _check(name, values, kind, {int, float, _NOTHING})
        return _array(name, values, kind, kind.numpy_name)

    return convert


def _integers(kind: DataType, bits: int) -> Callable[[str | int, Sequence[Any]], Any]:
    def convert(name: str | int, values: Sequence[Any]) -> Any:
        _check(name, values, kind, {int, float})
        for row, value in enumerate(values):
            if not _is_whole(value):
                raise _wrong(name, row, kind, value)
            if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
                raise InvalidParameterValue(
                    f"Column {name!r}, row {row}: {value} does not fit in the"
                    f" {bits} bits of {kind.name!r}."
                )
        return _array(name, [int(value) for value in values], kind, kind.numpy_name)

    return convert


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


def _booleans(name: str | int, values: Sequence[Any]) -> Any:
    _check(name, values, DataType.boolean, {bool, _NOTHING})
    if None in values:
        return list(values)
    return libraries.load("numpy").array(values, dtype=bool)


def _texts(name: str | int, values: Sequence[Any]) -> Any:
    _check(name, values, DataType.string, {str, _NOTHING})
    return list(values)


def _bytes(name: str | int, values: Sequence[Any]) -> Any:
    _check(name, values, DataType.binary, {str, _NOTHING})
    return [
        None if value is None else _from_base64(name, row, value)
        for row, value in enumerate(values)
    ]


def _from_base64(name: str | int, row: int, text: str) -> bytes:
    try:
        # The peer's own encoder breaks its lines.
        return base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(
            f"Column {name!r}, row {row}: bytes are given in base64: {error}."
        ) from None


def _moments(name: str | int, values: Sequence[Any]) -> Any:
    _check(name, values, DataType.datetime, {str, _NOTHING})
    pandas = libraries.load("pandas")
    try:
        found = pandas.to_datetime(list(values), format="ISO8601")
    except (ValueError, TypeError) as error:
        raise InvalidParameterValue(
            f"Column {name!r} is of the type 'datetime', which is text in ISO 8601:"
            f" {error}."
        ) from None
    if found.tz is not None:
        raise InvalidParameterValue(
            f"Column {name!r} is of the type 'datetime', which has no time zone."
        )
    return found.as_unit("ns")


def _array(name: str | int, values: Sequence[Any], kind: DataType, dtype: str) -> Any:
    try:
        return libraries.load("numpy").array(values, dtype=dtype)
    except (OverflowError, ValueError) as error:
        raise InvalidParameterValue(
            f"Column {name!r} is of the type {kind.name!r}: {error}."
        ) from None


def _check(
    name: str | int, values: Sequence[Any], kind: DataType, accepted: set[type]
) -> None:
    if set(map(type, values)) <= accepted:
        return
    for row, value in enumerate(values):
        if type(value) not in accepted:
            raise _wrong(name, row, kind, value)


def _wrong(
    name: str | int, row: int, kind: DataType, value: object
) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Column {name!r} is of the type {kind.name!r}; row {row} has {shown(value)}."
    )


_CONVERSIONS: dict[DataType, Callable[[str | int, Sequence[Any]], Any]] = {
    DataType.boolean: _booleans,
    DataType.integer: _integers(DataType.integer, 32),
    DataType.long: _integers(DataType.long, 64),
    DataType.float: _numbers(DataType.float),
    DataType.double: _numbers(DataType.double),
    DataType.string: _texts,
    DataType.binary: _bytes,
    DataType.datetime: _moments,
}
