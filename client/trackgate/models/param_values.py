"""Values of a model's parameters, checked and made plain Python values.

Which types pass for which is MLflow's rule: numbers may become wider, nothing else.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import DataType, Object
from trackgate.models.kinds import is_list

_INTEGERS = ("int", "numpy.int8", "numpy.int16", "numpy.int32", "numpy.uint8")
_LONGS = (*_INTEGERS, "numpy.uint16", "numpy.uint32", "numpy.int64")
_FLOATS = (*_LONGS, "float", "numpy.float16", "numpy.float32")
_ACCEPTED: dict[DataType, tuple[str, ...]] = {
    DataType.boolean: ("bool", "numpy.bool", "numpy.bool_"),
    DataType.integer: _INTEGERS,
    DataType.long: _LONGS,
    DataType.float: _FLOATS,
    DataType.double: (*_FLOATS, "numpy.float64"),
    DataType.string: ("str", "numpy.str_"),
}
_PLAIN: dict[DataType, type] = {
    DataType.boolean: bool,
    DataType.integer: int,
    DataType.long: int,
    DataType.float: float,
    DataType.double: float,
    DataType.string: str,
}
_SHOWN = 80
_BITS = {DataType.integer: 32, DataType.long: 64}


def checked(
    name: str, value: Any, kind: DataType | Object, shape: tuple[int, ...] | None
) -> Any:
    """A value as the parameter wants it; raises InvalidParameterValue naming both.

    shape  None for one value, (-1,) for a list
    """
    if shape not in (None, (-1,)):
        raise InvalidParameterValue(
            f"Parameter {name!r} has the shape {shape!r}; it is None or (-1,)."
        )
    if isinstance(kind, Object):
        return _object(name, value, kind)
    if shape is None:
        return _one(name, value, kind)
    if getattr(value, "ndim", None) == 1:
        value = value.tolist()
    if not is_list(value):
        raise InvalidParameterValue(
            f"Parameter {name!r} is a list of {kind!r}, not {_shown(value)}."
        )
    return [_one(name, one, kind) for one in value]


def _object(name: str, value: Any, kind: Object) -> Any:
    # Needs NumPy and pandas, which plain parameters do not.
    from trackgate.models.nested import enforce_value  # noqa: PLC0415

    enforce_value(f"Parameter {name!r}", value, kind)
    # Models get what the caller gave, not NumPy's numbers.
    return value


def _one(name: str, value: Any, kind: DataType) -> Any:
    if value is None:
        return None
    if kind is DataType.datetime:
        return _moment(name, value)
    if _type_name(value) not in _ACCEPTED[kind]:
        raise InvalidParameterValue(
            f"Parameter {name!r} is of the type {kind!r}, not {_shown(value)}."
        )
    plain = _PLAIN[kind](value)
    bits = _BITS.get(kind)
    if bits and not -(2 ** (bits - 1)) <= plain < 2 ** (bits - 1):
        raise InvalidParameterValue(
            f"Parameter {name!r} is of the type {kind!r}, which has {bits} bits;"
            f" {plain} has more."
        )
    return plain


def _moment(name: str, value: Any) -> dt.date | dt.datetime:
    """A date or a time, from what NumPy reads as one."""
    try:
        found = libraries.load("numpy").datetime64(value).item()
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, dt.date):
        raise InvalidParameterValue(
            f"Parameter {name!r} is a date or time, not {_shown(value)}."
        )
    return found


def _type_name(value: object) -> str:
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _shown(value: object) -> str:
    text = repr(value)
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{type(value).__name__} {short}"
