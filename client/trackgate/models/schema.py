"""What a model takes and gives: columns by name, or tensors by shape (MLflow)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import (
    ColumnType,
    DataType,
    column_type,
    type_dict,
    type_from_dict,
)
from trackgate.models.kinds import is_dict, is_list


@dataclass(frozen=True, init=False)
class ColSpec:
    """One column; `type` may be a plain type's name."""

    type: ColumnType
    name: str | int | None = None
    required: bool = True

    def __init__(
        self,
        type: ColumnType | str,
        name: str | int | None = None,
        required: bool = True,
    ) -> None:
        object.__setattr__(self, "type", column_type(type))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "required", required)

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        name = {} if self.name is None else {"name": self.name}
        return {**type_dict(self.type), **name, "required": self.required}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ColSpec:
        """The column that a part of a signature describes."""
        # Older files lack it; the peer writes null for nested columns without it.
        required = given.get("required")
        kind = type_from_dict(given)
        return cls(kind, given.get("name"), True if required is None else required)

    def __repr__(self) -> str:
        need = "required" if self.required else "optional"
        name = "" if self.name is None else f"{self.name!r}: "
        return f"{name}{self.type!r} ({need})"


@dataclass(frozen=True, init=False)
class TensorSpec:
    """One tensor.

    type   a NumPy type without a length, such as dtype("float32")
    shape  -1 where any size is good, most often for the rows
    """

    type: Any
    shape: tuple[int, ...]
    name: str | None = None

    def __init__(
        self,
        type: Any,
        shape: Sequence[int],
        name: str | None = None,
    ) -> None:
        kind = libraries.load("numpy").dtype(type)
        if kind.char in "US" and not kind.name.isalpha():
            raise InvalidParameterValue(
                f"A tensor's type has no length, but {kind.name} has; write"
                f" {kind.name.rstrip('0123456789')!r}."
            )
        object.__setattr__(self, "type", kind)
        object.__setattr__(self, "shape", tuple(shape))
        object.__setattr__(self, "name", name)

    @property
    def required(self) -> bool:
        """Tensors always are."""
        return True

    def to_dict(self) -> dict[str, Any]:
        """As in a signature."""
        name = {} if self.name is None else {"name": self.name}
        spec = {"dtype": self.type.name, "shape": self.shape}
        return {**name, "type": "tensor", "tensor-spec": spec}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> TensorSpec:
        """The tensor that a part of a signature describes."""
        spec = given.get("tensor-spec")
        if not isinstance(spec, Mapping) or not {"dtype", "shape"} <= spec.keys():
            raise InvalidParameterValue(
                f"A tensor of a signature lacks its dtype or shape: {dict(given)!r}."
            )
        parts = cast(Mapping[str, Any], spec)
        return cls(parts["dtype"], parts["shape"], given.get("name"))

    def __repr__(self) -> str:
        name = "" if self.name is None else f"{self.name!r}: "
        return f"{name}Tensor({self.type.name!r}, {self.shape!r})"


Spec: TypeAlias = ColSpec | TensorSpec


class Schema:
    """Columns, or tensors, in their order: all named, or none.

    Raises InvalidParameterValue for a mixture, and for several tensors or optional
    columns without names.
    """

    def __init__(self, inputs: Sequence[Spec]) -> None:
        self.inputs = list(inputs)
        _check(self.inputs)

    def __len__(self) -> int:
        return len(self.inputs)

    def __iter__(self) -> Iterator[Spec]:
        return iter(self.inputs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.inputs == other.inputs

    def __hash__(self) -> int:
        # Cheap: schemas are looked up at each prediction.
        return hash((len(self.inputs), self.inputs[0].name))

    def __repr__(self) -> str:
        return repr(self.inputs)

    def is_tensor_spec(self) -> bool:
        """Whether it is of tensors."""
        return isinstance(self.inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Whether its columns or tensors have names."""
        return self.inputs[0].name is not None

    def input_names(self) -> list[str | int]:
        """Names; where there are none, positions."""
        return [_name(spec, place) for place, spec in enumerate(self.inputs)]

    def required_input_names(self) -> list[str | int]:
        """Names of what must be given."""
        return self._names(required=True)

    def optional_input_names(self) -> list[str | int]:
        """Names of what may be left out."""
        return self._names(required=False)

    def input_types(self) -> list[Any]:
        """Types in order: of columns, or NumPy's of tensors."""
        return [spec.type for spec in self.inputs]

    def input_types_dict(self) -> dict[str | int, Any]:
        """Types by name; raises InvalidParameterValue where there are no names."""
        return {name: spec.type for name, spec in self.input_dict().items()}

    def input_dict(self) -> dict[str | int, Spec]:
        """Columns or tensors by name; raises InvalidParameterValue without names."""
        if not self.has_input_names():
            raise InvalidParameterValue("The inputs of this schema have no names.")
        return dict(zip(self.input_names(), self.inputs, strict=True))

    def numpy_types(self) -> list[Any]:
        """NumPy types in order; raises InvalidParameterValue for nested columns."""
        np = libraries.load("numpy")
        return [
            spec.type if isinstance(spec, TensorSpec) else np.dtype(_numpy_name(spec))
            for spec in self.inputs
        ]

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain dictionaries, ready for JSON."""
        return [spec.to_dict() for spec in self.inputs]

    def to_json(self) -> str:
        """As in an MLmodel file."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """The schema that `to_json` wrote; raises InvalidParameterValue."""
        return cls([_spec_from_dict(part) for part in json_list(text)])

    def _names(self, *, required: bool) -> list[str | int]:
        named = zip(self.input_names(), self.inputs, strict=True)
        return [name for name, spec in named if spec.required is required]


def json_list(text: str) -> list[dict[str, Any]]:
    """The dictionaries of a JSON list; raises InvalidParameterValue."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError) as error:
        raise InvalidParameterValue(f"The signature is not JSON: {error}.") from None
    if not is_list(found):
        raise InvalidParameterValue(f"A list was expected in a signature: {text!r}.")
    if not all(map(is_dict, found)):
        raise InvalidParameterValue(f"Not all parts of {text!r} are dictionaries.")
    return found


def _spec_from_dict(given: Mapping[str, Any]) -> Spec:
    kind = TensorSpec if given.get("type") == "tensor" else ColSpec
    return kind.from_dict(given)


def _name(spec: Spec, place: int) -> str | int:
    return place if spec.name is None or spec.name == "" else spec.name


def _numpy_name(spec: ColSpec) -> str:
    if not isinstance(spec.type, DataType):
        raise InvalidParameterValue(f"Column {spec!r} has no NumPy type.")
    return spec.type.numpy_name


def _check(inputs: Sequence[Spec]) -> None:
    if not inputs:
        raise InvalidParameterValue("A schema needs at least one column or tensor.")
    if len({isinstance(spec, TensorSpec) for spec in inputs}) > 1:
        raise InvalidParameterValue("A schema is of columns or of tensors, not both.")
    named = [spec.name is not None for spec in inputs]
    if any(named) and not all(named):
        names = [spec.name for spec in inputs]
        raise InvalidParameterValue(f"Name all inputs of a schema or none: {names!r}.")
    if any(named):
        return
    if len(inputs) > 1 and isinstance(inputs[0], TensorSpec):
        raise InvalidParameterValue("Several tensors need names.")
    if not all(spec.required for spec in inputs):
        raise InvalidParameterValue("Optional columns need names.")
