"""Two types that one column shows, made one (MLflow's rules).

Objects may differ in their properties: those that are not in both become optional.
"""

from __future__ import annotations

from trackgate.errors import InvalidParameterValue
from trackgate.models.column_types import (
    AnyType,
    Array,
    ColumnType,
    Map,
    Object,
    Property,
)


def merge(one: ColumnType, other: ColumnType) -> ColumnType:
    """The type that values of both have; raises InvalidParameterValue without one."""
    match one, other:
        case AnyType(), AnyType():
            return one
        case AnyType(), _:
            return _maybe_missing(other)
        case _, AnyType():
            return _maybe_missing(one)
        case Array(), Array():
            return one if one == other else Array(merge(one.dtype, other.dtype))
        case Map(), Map():
            return Map(merge(one.value_type, other.value_type))
        case Object(), Object():
            return _merge_objects(one, other)
        case _ if one == other:
            return one
        case _:
            raise InvalidParameterValue(f"One value is {one!r}, another {other!r}.")


def _maybe_missing(kind: ColumnType) -> ColumnType:
    if not isinstance(kind, Object):
        return kind
    parts = kind.properties
    return Object([Property(part.name, part.dtype, required=False) for part in parts])


def _merge_objects(one: Object, other: Object) -> Object:
    mine = {part.name: part for part in one.properties}
    theirs = {part.name: part for part in other.properties}
    return Object(
        [_merge_property(mine.get(name), theirs.get(name)) for name in mine | theirs]
    )


def _merge_property(one: Property | None, other: Property | None) -> Property:
    if one is not None and other is not None:
        required = one.required and other.required
        return Property(one.name, merge(one.dtype, other.dtype), required)
    part = one or other
    if part is None:
        raise ValueError("one of the two objects has the property")
    return Property(part.name, part.dtype, required=False)
