"""Types of columns, plain and nested, and how they stand in signatures (MLflow).

The JSON forms are those of MLflow's `Schema.to_json`, key by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, cast

from trackgate.errors import InvalidParameterValue


class DataType(Enum):
    """Types of plain values."""

    boolean = 1
    integer = 2
    long = 3
    float = 4
    double = 5
    string = 6
    binary = 7
    datetime = 8

    def __repr__(self) -> str:
        return self.name

    @property
    def numpy_name(self) -> str:
        """The name of NumPy's type for it."""
        return _NUMPY_NAMES[self]


_NUMPY_NAMES = {
    DataType.boolean: "bool",
    DataType.integer: "int32",
    DataType.long: "int64",
    DataType.float: "float32",
    DataType.double: "float64",
    DataType.string: "str",
    DataType.binary: "bytes",
    DataType.datetime: "datetime64[ns]",
}


@dataclass(frozen=True)
class AnyType:
    """Whatever JSON can hold, and None; nothing is checked."""

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        return {"type": "any"}

    def __repr__(self) -> str:
        return "Any"


@dataclass(frozen=True, init=False)
class Array:
    """A list whose items are of one type; `dtype` may be a plain type's name."""

    dtype: ColumnType

    def __init__(self, dtype: ColumnType | str) -> None:
        object.__setattr__(self, "dtype", column_type(dtype))

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        return {"type": "array", "items": type_dict(self.dtype)}

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"


class SparkMLVector(Array):
    """A vector of Spark ML: an array of doubles."""

    def __init__(self) -> None:
        super().__init__(DataType.double)

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        return {"type": "sparkml_vector"}

    def __repr__(self) -> str:
        return "SparkML vector"


@dataclass(frozen=True, init=False)
class Map:
    """A dictionary from text to values of one type."""

    value_type: ColumnType

    def __init__(self, value_type: ColumnType | str) -> None:
        object.__setattr__(self, "value_type", column_type(value_type))

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        return {"type": "map", "values": type_dict(self.value_type)}

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type!r})"


@dataclass(frozen=True, init=False)
class Property:
    """A named value of an object."""

    name: str
    dtype: ColumnType
    required: bool = True

    def __init__(
        self, name: str, dtype: ColumnType | str, required: bool = True
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "dtype", column_type(dtype))
        object.__setattr__(self, "required", required)

    def to_dict(self) -> dict[str, Any]:
        """As in a signature: the name, and what belongs to it."""
        return {self.name: {**type_dict(self.dtype), "required": self.required}}

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({_need(self.required)})"


@dataclass(frozen=True, init=False)
class Object:
    """A dictionary with known keys, each with a type of its own, sorted by name.

    Raises InvalidParameterValue where there are none, or two of one name.
    """

    properties: list[Property]

    def __init__(self, properties: Sequence[Property]) -> None:
        names = [one.name for one in properties]
        if not names:
            raise InvalidParameterValue("An object needs at least one property.")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidParameterValue(f"Properties given twice: {', '.join(twice)}.")
        in_order = sorted(properties, key=lambda one: one.name)
        object.__setattr__(self, "properties", in_order)

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        parts = [one.to_dict() for one in self.properties]
        merged = {name: value for part in parts for name, value in part.items()}
        return {"type": "object", "properties": merged}

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self.properties)) + "}"


ColumnType: TypeAlias = DataType | Array | Object | Map | AnyType
COLUMN_TYPES = (DataType, Array, Object, Map, AnyType)


def column_type(given: ColumnType | str) -> ColumnType:
    """A type, or the plain type of that name; raises InvalidParameterValue."""
    if isinstance(given, COLUMN_TYPES):
        return given
    # Callers are not all type-checked.
    if isinstance(given, str) and given in DataType.__members__:  # pyright: ignore[reportUnnecessaryIsInstance]
        return DataType[given]
    known = ", ".join(DataType.__members__)
    raise InvalidParameterValue(
        f"{given!r} is no type of a column; it is one of {known},"
        " or an Array, Object, Map or AnyType."
    )


def type_dict(kind: ColumnType) -> dict[str, Any]:
    """A type as it stands in a signature."""
    return {"type": kind.name} if isinstance(kind, DataType) else kind.to_dict()


def type_from_dict(given: object) -> ColumnType:
    """The type that a part of a signature describes; raises InvalidParameterValue."""
    if not isinstance(given, Mapping) or "type" not in given:
        raise InvalidParameterValue(f"A type in a signature lacks 'type': {given!r}.")
    parts = cast(Mapping[str, Any], given)
    match parts["type"]:
        case "array":
            return Array(type_from_dict(parts.get("items")))
        case "map":
            return Map(type_from_dict(parts.get("values")))
        case "object":
            return _object_from_dict(parts.get("properties"))
        case "any":
            return AnyType()
        case "sparkml_vector":
            return SparkMLVector()
        case plain:
            return column_type(plain)


def _object_from_dict(given: object) -> Object:
    if not isinstance(given, Mapping):
        raise InvalidParameterValue(f"An object's properties are no dict: {given!r}.")
    parts = cast(Mapping[str, Any], given)
    return Object(
        [
            Property(name, type_from_dict(part), part.get("required", True))
            for name, part in parts.items()
        ]
    )


def _need(required: bool) -> str:
    return "required" if required else "optional"
