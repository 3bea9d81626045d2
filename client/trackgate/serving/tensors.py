"""Arrays for models with a schema of tensors, and for models without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from trackgate.errors import BadRequest, InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.schema import Schema, TensorSpec
from trackgate.serving import matrices
from trackgate.serving.json_values import are_objects, is_list, is_object, shown
from trackgate.serving.payloads import Payload, split_parts

_FRAMES = {"dataframe_split": "split", "dataframe_records": "records"}


class TensorReader:
    """Makes what one model takes: an array, or arrays by name."""

    def __init__(self, schema: Schema) -> None:
        self._specs = [cast(TensorSpec, spec) for spec in schema.inputs]
        self._named = schema.has_input_names()
        self._wide = matrices.width(schema)

    def read(self, payload: Payload) -> Any:
        """Raises BadRequest or InvalidParameterValue, naming what is wrong."""
        if self._wide is not None:
            found = matrices.matrix(payload, self._wide, None)
            if found is not None:
                return found
        value = payload.value()
        if payload.form in _FRAMES:
            frame = plain_frame(payload.form, value)
            return frame if self._named else _array(self._specs[0], frame.to_numpy())
        return self._by_name(value) if self._named else _array(self._specs[0], value)

    def _by_name(self, value: Any) -> Any:
        if are_objects(value):
            value = _transposed(value)
        if not is_object(value):
            if len(self._specs) > 1:
                names = ", ".join(str(spec.name) for spec in self._specs)
                raise InvalidParameterValue(
                    f"The model takes several tensors, by name: {names}."
                )
            return {self._specs[0].name: _array(self._specs[0], value)}
        specs = {spec.name: spec for spec in self._specs}
        # What is missing, or too much, is for the enforcement to say.
        return {
            name: _array(specs[name], one) if name in specs else one
            for name, one in value.items()
        }


class PlainReader:
    """Makes arrays and data frames for a model without a schema."""

    def read(self, payload: Payload) -> Any:
        """Raises BadRequest for what is no data frame or array."""
        value = payload.value()
        if payload.form in _FRAMES:
            return plain_frame(payload.form, value)
        if are_objects(value):
            if payload.form == "inputs":
                return value
            value = _transposed(value)
        if is_object(value):
            return {name: _natural(name, one) for name, one in value.items()}
        return _natural(payload.form, value)


def plain_frame(form: str, value: Any) -> Any:
    """A data frame whose types are those of JSON."""
    pandas = libraries.load("pandas")
    if form == "dataframe_split":
        split = split_parts(value)
    elif is_list(value):
        split = {"data": value}
    else:
        raise BadRequest(f"{form!r} must be a list, not {shown(value)}.")
    try:
        return pandas.DataFrame(**split)
    except (ValueError, TypeError, AssertionError) as error:
        raise BadRequest(f"{form!r} is no data frame: {error}.") from None


def _array(spec: TensorSpec, value: Any) -> Any:
    np = libraries.load("numpy")
    found = _natural(spec.name, value)
    _check_type(spec, found)
    try:
        made = np.asarray(found).astype(spec.type)
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong(spec, f"{error}") from None
    if spec.type.kind in "iu" and not np.array_equal(made, found):
        raise _wrong(spec, "some values do not fit in it")
    _check_shape(spec, made.shape)
    return made


def _natural(name: Any, value: Any) -> Any:
    try:
        return libraries.load("numpy").array(value)
    except ValueError:
        where = "" if name is None else f" of {name!r}"
        raise InvalidParameterValue(
            f"The rows{where} are of different lengths."
        ) from None


# Kinds of NumPy types that may become the kind of the signature's type.
_BECOMES: Mapping[str, str] = {
    **{"f": "iufO", "i": "iuf", "u": "iuf", "c": "iufc"},
    **{"b": "b", "U": "U", "S": "U", "M": "UM"},
}


def _check_type(spec: TensorSpec, found: Any) -> None:
    accepted = _BECOMES.get(spec.type.kind)
    if accepted is not None and found.dtype.kind not in accepted:
        raise _wrong(spec, f"{found.dtype.name} came")
    if found.dtype.kind == "O" and accepted is not None:
        for value in found.flat:
            if not isinstance(value, int | float | None):
                raise _wrong(spec, f"{shown(value)} came")


def _check_shape(spec: TensorSpec, shape: tuple[int, ...]) -> None:
    fits = len(shape) == len(spec.shape) and all(
        wanted in (-1, size) for wanted, size in zip(spec.shape, shape, strict=True)
    )
    if not fits:
        raise InvalidParameterValue(
            f"{_named(spec)} has the shape {shape}; the model takes {spec.shape},"
            " where -1 is any size."
        )


def _wrong(spec: TensorSpec, what: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"{_named(spec)} is of the type {spec.type.name!r}: {what}."
    )


def _named(spec: TensorSpec) -> str:
    return "The input" if spec.name is None else f"The input {spec.name!r}"


def _transposed(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Values by name; raises InvalidParameterValue where a row lacks one."""
    for row, values in enumerate(rows):
        if values.keys() != rows[0].keys():
            missing = sorted(rows[0].keys() ^ values.keys())[0]
            raise InvalidParameterValue(
                f"Rows 0 and {row} have different names: only one has {missing!r}."
            )
    return {name: [values[name] for values in rows] for name in rows[0]}
