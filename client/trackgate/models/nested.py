"""Values in columns of lists, dictionaries and maps, checked part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import (
    AnyType,
    Array,
    ColumnType,
    DataType,
    Map,
    Object,
)
from trackgate.models.columns import NUMPY_TYPES, converted
from trackgate.models.inference import is_missing

np = libraries.load("numpy")
pd = libraries.load("pandas")


def enforce_value(
    where: str, value: Any, kind: ColumnType, required: bool = True
) -> Any:
    """A value in its type, with the parts it has.

    where     names the value in messages: the column, and the way to the part
    required  whether a missing value is refused

    The value itself is not changed. Raises InvalidParameterValue.
    """
    if isinstance(kind, AnyType):
        return value
    if not required and _is_absent(value):
        return value
    if isinstance(kind, DataType):
        return _scalar(where, value, kind)
    return _NESTED[type(kind)](where, value, kind, required)


def _scalar(where: str, value: Any, kind: DataType) -> Any:
    if not np.isscalar(value) and not hasattr(value, "isoformat"):
        raise _refused(where, f"one {kind.name}", value)
    try:
        return converted(where, pd.Series([value]), kind).iloc[0]
    except InvalidParameterValue:
        raise _refused(where, f"one {kind.name}", value) from None


def _array(where: str, value: Any, kind: Array, required: bool) -> Any:
    if isinstance(kind.dtype, AnyType) and value is None:
        return None
    if not isinstance(value, list | np.ndarray):
        raise _refused(where, "a list", value)
    items = cast(list[Any], value)
    if not len(items):
        return items
    if isinstance(kind.dtype, DataType):
        return _plain_array(where, items, kind.dtype)
    checked = [
        enforce_value(f"{where}[{place}]", item, kind.dtype, required)
        for place, item in enumerate(items)
    ]
    return checked if isinstance(value, list) else np.array(checked)


def _plain_array(where: str, items: Any, kind: DataType) -> Any:
    try:
        column = converted(where, pd.Series(items), kind)
    except InvalidParameterValue:
        raise _refused(where, f"a list of {kind.name}", items) from None
    array = column.to_numpy(dtype=NUMPY_TYPES[kind])
    return array.tolist() if isinstance(items, list) else array


def _object(where: str, value: Any, kind: Object, required: bool) -> Any:
    del required
    if not isinstance(value, dict):
        raise _refused(where, "a dictionary", value)
    parts = cast(dict[str, Any], value)
    known = {part.name: part for part in kind.properties}
    missing = [
        name for name, one in known.items() if one.required and name not in parts
    ]
    if missing:
        raise InvalidParameterValue(f"{where} lacks {', '.join(map(repr, missing))}.")
    unknown = [name for name in parts if name not in known]
    if unknown:
        raise InvalidParameterValue(
            f"{where} has {', '.join(map(repr, unknown))}, which the model's signature"
            f" does not know; it knows {', '.join(map(repr, known))}."
        )
    return {
        name: enforce_value(
            f"{where}[{name!r}]", part, known[name].dtype, known[name].required
        )
        for name, part in parts.items()
    }


def _map(where: str, value: Any, kind: Map, required: bool) -> Any:
    if isinstance(kind.value_type, AnyType) and value is None:
        return None
    if not isinstance(value, dict):
        raise _refused(where, "a dictionary", value)
    parts = cast(Mapping[Any, Any], value)
    for name in parts:
        if not isinstance(name, str):
            raise InvalidParameterValue(f"{where} has the key {name!r}, no text.")
    return {
        name: enforce_value(f"{where}[{name!r}]", part, kind.value_type, required)
        for name, part in parts.items()
    }


_NESTED: Mapping[type, Callable[[str, Any, Any, bool], Any]] = {
    Object: _object,
    Map: _map,
    Array: _array,
}


def _is_absent(value: Any) -> bool:
    if isinstance(value, list | dict | np.ndarray):
        return not len(cast(list[Any], value))
    return is_missing(value)


def _refused(where: str, wanted: str, value: Any) -> InvalidParameterValue:
    shown = repr(value)
    shown = f"{shown[:80]}…" if len(shown) > 80 else shown
    return InvalidParameterValue(
        f"{where} is {wanted} in the model's signature, but {type(value).__name__}"
        f" {shown} came."
    )
