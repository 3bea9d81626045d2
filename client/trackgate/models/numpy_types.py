"""From the types of NumPy and pandas to those of columns (MLflow's rules)."""

from __future__ import annotations

from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.column_types import DataType

_PLAIN = {
    "b": DataType.boolean,
    "U": DataType.string,
    "S": DataType.binary,
    "M": DataType.datetime,
}


def data_type_of(dtype: Any) -> DataType:
    """The column type that holds all values of a NumPy or pandas type.

    Raises InvalidParameterValue where none does, and for objects, whose values say
    more than their type.
    """
    found = _PLAIN.get(dtype.kind) or _number(dtype.kind, dtype.itemsize)
    if found is None:
        raise InvalidParameterValue(f"The NumPy type {dtype} has no type of a column.")
    return found


def _number(kind: str, size_bytes: int) -> DataType | None:
    # What has no sign needs the next wider type.
    if kind == "u":
        size_bytes *= 2
    if kind in "iu":
        if size_bytes <= 4:
            return DataType.integer
        return DataType.long if size_bytes <= 8 else None
    if kind == "f":
        if size_bytes <= 4:
            return DataType.float
        return DataType.double if size_bytes <= 8 else None
    return None
