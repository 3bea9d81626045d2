"""Arrays as a signature of tensors wants them: shapes and types (MLflow's rules)."""

from __future__ import annotations

from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.inference import tensor_type
from trackgate.models.kinds import is_dict
from trackgate.models.schema import Schema, TensorSpec

np = libraries.load("numpy")
pd = libraries.load("pandas")


def enforce_tensors(data: Any, schema: Schema) -> Any:
    """Data with the shapes and types of a signature: an array, or one for each name.

    Data frames hold one tensor in a column, a row of it in each cell; or an unnamed
    one of two dimensions as a whole. Raises InvalidParameterValue saying which shape or
    type was expected, and which came.
    """
    if isinstance(data, pd.Series):
        data = data.to_frame()
    specs = cast(list[TensorSpec], schema.inputs)
    if not schema.has_input_names():
        return _unnamed(data, specs[0])
    if len(specs) == 1 and isinstance(data, np.ndarray):
        data = {specs[0].name: data}
    if isinstance(data, pd.DataFrame):
        _check_names(list(data.columns), specs)
        return {spec.name: _from_column(data[spec.name], spec) for spec in specs}
    if not is_dict(data):
        raise InvalidParameterValue(
            "The model takes a dictionary with an array for each of"
            f" {_listed(specs)}; {type(data).__name__} came."
        )
    _check_names(list(data), specs)
    return {spec.name: _array(data[spec.name], spec) for spec in specs}


def _unnamed(data: Any, spec: TensorSpec) -> Any:
    if not isinstance(data, pd.DataFrame):
        return _array(data, spec)
    width = len(data.columns)
    if width == 1 and len(data):
        return _from_column(data.iloc[:, 0], spec)
    return _array(data.to_numpy(), spec)


def _array(data: Any, spec: TensorSpec) -> Any:
    if not isinstance(data, np.ndarray) and not _is_sparse(data):
        raise InvalidParameterValue(
            f"{_named(spec)} is an array of the shape {spec.shape} and the type"
            f" {spec.type.name}; {type(data).__name__} came."
        )
    came = data.dtype
    if _holds_ragged(spec, data):
        return data
    _check_shape(data.shape, spec)
    if tensor_type(came) != spec.type:
        raise InvalidParameterValue(
            f"{_named(spec)} is of the type {spec.type.name}, but {came} came."
        )
    return data


def _holds_ragged(spec: TensorSpec, data: Any) -> bool:
    """Whether rows may be of any size, and an array of objects holds them."""
    if spec.shape == (-1,) and spec.type == np.dtype(object):
        return True
    return -1 in spec.shape[1:] and data.ndim == 1 and data.dtype == np.dtype(object)


def _check_shape(came: tuple[int, ...], spec: TensorSpec) -> None:
    sizes = zip(spec.shape, came, strict=False)
    fits = all(wanted in (-1, size) for wanted, size in sizes)
    if len(spec.shape) == len(came) and fits:
        return
    raise InvalidParameterValue(
        f"{_named(spec)} has the shape {spec.shape} in the model's signature, but an"
        f" array of the shape {came} came.{_width_hint(came, spec)}"
    )


def _width_hint(came: tuple[int, ...], spec: TensorSpec) -> str:
    if len(spec.shape) != 2 or len(came) != 2 or spec.shape[1] == -1:
        return ""
    return f" Each row has {spec.shape[1]} numbers, not {came[1]}."


def _from_column(column: Any, spec: TensorSpec) -> Any:
    """The tensor whose rows a column's cells hold, flat or as they are."""
    if not len(column):
        raise InvalidParameterValue(f"{_named(spec)} is empty.")
    if spec.shape[0] != -1 or -1 in spec.shape[1:]:
        raise InvalidParameterValue(
            f"{_named(spec)} has the shape {spec.shape}, which cannot come in a column:"
            " only the first size may vary."
        )
    first = column.iloc[0]
    if np.isscalar(first):
        return _from_scalars(column, spec)
    if not isinstance(first, list | np.ndarray):
        raise InvalidParameterValue(
            f"{_named(spec)} comes in cells with a value, a list or an array each;"
            f" {type(first).__name__} came."
        )
    try:
        flat = np.vstack([np.ravel(cell) for cell in column])
        shaped = flat.reshape((len(column), *spec.shape[1:]))
        # Lists have lost their type; arrays have theirs.
        return _array(
            shaped.astype(spec.type) if isinstance(first, list) else shaped, spec
        )
    except ValueError:
        raise InvalidParameterValue(
            f"{_named(spec)} has the shape {spec.shape} and the type {spec.type.name},"
            " which the column's cells cannot be made into."
        ) from None


def _from_scalars(column: Any, spec: TensorSpec) -> Any:
    if spec.shape not in ((-1,), (-1, 1)):
        raise InvalidParameterValue(
            f"{_named(spec)} has the shape {spec.shape} in the model's signature, but a"
            " column with one value in each row came."
        )
    try:
        return np.array(column, dtype=spec.type).reshape(spec.shape)
    except (ValueError, TypeError) as error:
        raise InvalidParameterValue(
            f"{_named(spec)} is of the type {spec.type.name}: {error}."
        ) from None


def _check_names(given: list[Any], specs: list[TensorSpec]) -> None:
    missing = [spec for spec in specs if spec.name not in given]
    if missing:
        raise InvalidParameterValue(
            f"The model's input lacks {_listed(missing)}; it has"
            f" {', '.join(map(repr, given)) or 'nothing'}."
        )


def _named(spec: TensorSpec) -> str:
    return "The model's input" if spec.name is None else f"The input {spec.name!r}"


def _listed(specs: list[TensorSpec]) -> str:
    return ", ".join(repr(spec.name) for spec in specs)


def _is_sparse(data: Any) -> bool:
    sparse = libraries.loaded("scipy.sparse")
    return sparse is not None and isinstance(
        data, sparse.csr_matrix | sparse.csc_matrix
    )
