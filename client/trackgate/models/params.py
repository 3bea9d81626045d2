"""Parameters of a prediction: their names, types and defaults (MLflow)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models.column_types import (
    DataType,
    Object,
    column_type,
    type_dict,
    type_from_dict,
)
from trackgate.models.kinds import is_list
from trackgate.models.param_values import checked
from trackgate.models.schema import json_list


@dataclass(frozen=True, init=False)
class ParamSpec:
    """One parameter.

    dtype    a plain type (not binary), or an Object
    default  where the caller gives none; checked as a caller's value is
    shape    None for one value, (-1,) for a list of any length
    """

    name: str
    dtype: DataType | Object
    default: Any
    shape: tuple[int, ...] | None = None

    def __init__(
        self,
        name: str,
        dtype: DataType | Object | str,
        default: Any,
        shape: Sequence[int] | None = None,
    ) -> None:
        kind = column_type(dtype)
        if not isinstance(kind, DataType | Object) or kind is DataType.binary:
            raise InvalidParameterValue(
                f"Parameter {name!r} cannot be of the type {kind!r}."
            )
        object.__setattr__(self, "name", str(name))
        object.__setattr__(self, "dtype", kind)
        object.__setattr__(self, "shape", None if shape is None else tuple(shape))
        object.__setattr__(self, "default", self.value(default))

    def value(self, given: Any) -> Any:
        """A value in the parameter's type; raises InvalidParameterValue."""
        return checked(self.name, given, self.dtype, self.shape)

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        default = self.default
        if self.dtype is DataType.datetime:
            default = _isoformat(default)
        plain = {"name": self.name, "default": default, "shape": self.shape}
        return {**plain, **type_dict(self.dtype)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ParamSpec:
        """The parameter that a part of a signature describes."""
        # MLflow once wrote `dtype`.
        kind = given.get("type") or given.get("dtype")
        if kind is None or not {"name", "default"} <= given.keys():
            raise InvalidParameterValue(
                f"A parameter of a signature lacks name, type or default: {given!r}."
            )
        described = type_from_dict({**given, "type": kind})
        dtype = cast(DataType | Object, described)
        return cls(given["name"], dtype, given["default"], given.get("shape"))

    def __repr__(self) -> str:
        shape = "" if self.shape is None else f" (shape: {self.shape})"
        return f"{self.name!r}: {self.dtype!r} (default: {self.default}){shape}"


class ParamSchema:
    """The parameters of a model; raises InvalidParameterValue for a name used twice."""

    def __init__(self, params: Sequence[ParamSpec]) -> None:
        names = [spec.name for spec in params]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidParameterValue(f"Parameters given twice: {', '.join(twice)}.")
        self.params = list(params)

    def __len__(self) -> int:
        return len(self.params)

    def __iter__(self) -> Iterator[ParamSpec]:
        return iter(self.params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSchema) and self.params == other.params

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __repr__(self) -> str:
        return repr(self.params)

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain dictionaries, ready for JSON."""
        return [spec.to_dict() for spec in self.params]

    def to_json(self) -> str:
        """As in an MLmodel file."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> ParamSchema:
        """The schema that `to_json` wrote; raises InvalidParameterValue."""
        return cls([ParamSpec.from_dict(part) for part in json_list(text)])


def _isoformat(value: Any) -> Any:
    if is_list(value):
        return [_isoformat(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
