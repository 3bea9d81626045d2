"""One column in the type of a signature, where that loses nothing (MLflow's rules).

| wanted | what comes may be |
|---|---|
| integer | integers of at most 32 bits, or of less without a sign |
| long | integers of at most 64 bits, or of less without a sign |
| float | floats of at most 32 bits, whole numbers that are all 0 or 1 |
| double | floats, integers of at most 32 bits, 0 and 1, decimals |
| boolean | booleans, also with missing ones |
| string | texts and other objects |
| binary | bytes and other objects |
| datetime | times without a time zone, dates |
"""

from __future__ import annotations

import decimal
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import DataType

np = libraries.load("numpy")
pd = libraries.load("pandas")

_AS_IT_IS = (DataType.string, DataType.binary)
NUMPY_TYPES = {kind: np.dtype(kind.numpy_name) for kind in DataType}


def converted(name: object, column: Any, kind: DataType) -> Any:
    """The column in the type, itself where it has it.

    Raises InvalidParameterValue naming the column, its type and what came.
    """
    if column.dtype == object and kind not in _AS_IT_IS:
        column = column.infer_objects()
    if column.dtype == NUMPY_TYPES[kind]:
        return column
    if kind in _AS_IT_IS:
        if _is_text(column.dtype) or column.dtype.kind == NUMPY_TYPES[kind].kind:
            return column
    elif kind is DataType.datetime:
        if column.dtype.kind in "MO":
            return _moments(name, column)
    elif column.dtype == object:
        return _objects(name, column, kind)
    elif column.dtype.kind in "biuf" and _is_safe(column, NUMPY_TYPES[kind]):
        return _cast(name, column, kind)
    raise _refused(name, column, kind)


def _is_text(dtype: Any) -> bool:
    return dtype.kind == "O" or isinstance(dtype, pd.StringDtype)


def _is_safe(column: Any, wanted: Any) -> bool:
    """Whether all values of the column's type, or all in it, have the wanted type."""
    kind, size = column.dtype.kind, column.dtype.itemsize
    if kind == wanted.kind:
        return bool(size <= wanted.itemsize)
    if kind == "u" and wanted.kind == "i":
        return bool(size < wanted.itemsize)
    if kind not in "iu" or wanted.kind != "f":
        return False
    if wanted == np.float64 and size <= 4:
        return True
    # Flags are often written as numbers.
    return bool(column.isin([0, 1]).all())


def _cast(name: object, column: Any, kind: DataType) -> Any:
    try:
        return column.astype(NUMPY_TYPES[kind])
    except (ValueError, TypeError):
        # Types of pandas that know missing values.
        raise _refused(name, column, kind) from None


def _moments(name: object, column: Any) -> Any:
    try:
        return column.astype(NUMPY_TYPES[DataType.datetime])
    except (ValueError, TypeError, OverflowError):
        raise _refused(name, column, DataType.datetime) from None


def _objects(name: object, column: Any, kind: DataType) -> Any:
    """A column of objects that pandas found no common type for."""
    present = column[column.notna()]
    if kind is DataType.boolean and present.map(_is_bool).all():
        # As booleans, missing ones would become False.
        return column
    if kind is DataType.double and present.map(_is_decimal).all():
        return pd.to_numeric(column).astype(np.float64)
    raise _refused(name, column, kind)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_decimal(value: object) -> bool:
    return isinstance(value, decimal.Decimal)


def _refused(name: object, column: Any, kind: DataType) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Column {name!r} is of the type {kind.name} ({kind.numpy_name}) in the model's"
        f" signature, but {_what_came(column)} came, which cannot be converted"
        f" safely.{_hint(column, kind)}"
    )


def _what_came(column: Any) -> str:
    if column.dtype != object:
        return str(column.dtype)
    kinds = sorted({type(value).__name__ for value in column if value is not None})
    return f"objects ({', '.join(kinds[:3])})"


def _hint(column: Any, kind: DataType) -> str:
    if kind is DataType.datetime and isinstance(column.dtype, pd.DatetimeTZDtype):
        return (
            " Times have no zone there; .dt.tz_convert('UTC').dt.tz_localize(None)"
            " makes them UTC's."
        )
    if kind not in (DataType.integer, DataType.long) or not column.isna().any():
        return ""
    present = column.dropna()
    if column.dtype.kind == "f" and not (present == present.round()).all():
        return ""
    return (
        " Integers with missing values come as floats. Where values may be missing,"
        " log the model with a signature inferred from data that shows it, or with the"
        " column as double."
    )
