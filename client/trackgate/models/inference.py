"""Schemas read off examples (MLflow's rules).

Arrays, dictionaries of arrays and sparse matrices are tensors; all else is columns.
"""

from __future__ import annotations

import datetime as dt
import logging
import warnings
from collections.abc import Iterable
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import (
    AnyType,
    Array,
    ColumnType,
    DataType,
    Object,
    Property,
)
from trackgate.models.kinds import class_of, is_dict, is_list
from trackgate.models.merging import merge
from trackgate.models.numpy_types import data_type_of
from trackgate.models.schema import ColSpec, Schema, Spec, TensorSpec

np = libraries.load("numpy")
pd = libraries.load("pandas")

_logger = logging.getLogger("trackgate")
_SCALARS: dict[type, DataType] = {
    bool: DataType.boolean,
    np.bool_: DataType.boolean,
    int: DataType.long,
    np.int64: DataType.long,
    np.int32: DataType.integer,
    float: DataType.double,
    np.float64: DataType.double,
    np.float32: DataType.float,
    str: DataType.string,
    np.str_: DataType.string,
    bytes: DataType.binary,
    np.bytes_: DataType.binary,
    bytearray: DataType.binary,
    # MLflow says so of bare objects.
    object: DataType.string,
}
_INTEGERS = (DataType.integer, DataType.long)
_OF_INTEGERS = (
    "The model's input has columns of integers, which cannot hold missing values: a"
    " column where one is missing comes as floats, and is refused. Where values may be"
    " missing, infer the signature from data that shows it, or make the column float64."
)


def schema_or_any(what: str, data: Any) -> Schema | None:
    """The schema of an example; one column of any type where it has none.

    what  "input" or "output", for the warning
    """
    if data is None:
        return None
    try:
        schema = schema_of(data)
    # Whatever the data's classes raise when they are looked at.
    except Exception as error:
        _logger.warning(
            "The model's %s is taken to be of any type, and not checked: %s",
            what,
            error,
        )
        return Schema([ColSpec(AnyType())])
    if what == "input" and any(kind in _INTEGERS for kind in schema.input_types()):
        # Callers can silence it, as they can MLflow's.
        warnings.warn(_OF_INTEGERS, UserWarning, stacklevel=3)
    return schema


def schema_of(data: Any) -> Schema:
    """The schema that an example shows; raises InvalidParameterValue."""
    return Schema(list(_specs(data)))


def _specs(data: Any) -> Iterable[Spec]:
    if isinstance(data, pd.DataFrame):
        return [_series(data[name], name) for name in data.columns]
    if isinstance(data, pd.Series):
        return [_series(data, data.name)]
    if isinstance(data, np.ndarray):
        return [_tensor(data, data.dtype)]
    if _is_sparse(data):
        return [_tensor(data, data.data.dtype)]
    if is_dict(data):
        return _specs_of_dict(data)
    if is_list(data):
        return _specs_of_list(data)
    return [ColSpec(_known(type_of(data), data))]


def _specs_of_dict(data: dict[Any, Any]) -> Iterable[Spec]:
    if all(isinstance(value, np.ndarray) for value in data.values()):
        return [_tensor(value, value.dtype, name) for name, value in data.items()]
    for name in data:
        if not isinstance(name, str):
            raise InvalidParameterValue(f"A dictionary's keys are texts, not {name!r}.")
    return [
        ColSpec(_known(type_of(value), value), name, _is_complete(value))
        for name, value in data.items()
    ]


def _specs_of_list(data: list[Any]) -> Iterable[Spec]:
    if not data:
        # MLflow before 2.9 took it so, and still does.
        return [ColSpec(DataType.string)]
    if not all(isinstance(row, dict) for row in data):
        return [ColSpec(_item_type(data))]
    names = dict.fromkeys(name for row in data for name in row)
    return [
        ColSpec(
            _item_type([row[name] for row in data if name in row]),
            name,
            all(row.get(name) is not None for row in data),
        )
        for name in names
    ]


def _series(column: Any, name: Any) -> ColSpec:
    return ColSpec(_series_type(column), name, _is_complete(column))


def _series_type(column: Any) -> ColumnType:
    if column.dtype.kind == "O" and not isinstance(column.dtype, pd.StringDtype):
        column = column.infer_objects()
    if column.dtype.kind != "O":
        return data_type_of(column.dtype)
    try:
        return _item_type(column.to_list())
    except InvalidParameterValue:
        if pd.api.types.is_string_dtype(column):
            return DataType.string
        raise


def _item_type(values: list[Any]) -> ColumnType:
    found = _known(_array_type(values), values)
    return found.dtype if isinstance(found, Array) else found


def type_of(data: Any) -> ColumnType | None:
    """The type of a value, nested or not; None for an empty array, which shows none."""
    if is_missing(data):
        return AnyType()
    if (is_list(data) or is_dict(data)) and not data:
        return AnyType()
    if is_dict(data):
        return Object([_property(name, value) for name, value in data.items()])
    if is_list(data) or isinstance(data, np.ndarray):
        return _array_type(data)
    return _scalar_type(data)


def is_missing(value: Any) -> bool:
    """Whether a value stands for a missing one."""
    if isinstance(value, float):
        return value != value
    return value is None or value is pd.NA or value is pd.NaT


def _property(name: str, value: Any) -> Property:
    kind = _known(type_of(value), value)
    return Property(name, kind, required=not isinstance(kind, AnyType))


def _array_type(values: Iterable[Any]) -> Array | None:
    found: ColumnType | None = None
    for value in values:
        kind = type_of(value)
        if kind is None:
            continue
        found = kind if found is None else merge(found, kind)
    return None if found is None else Array(found)


def _scalar_type(value: Any) -> DataType:
    found = _SCALARS.get(class_of(value))
    if found is not None:
        return found
    if isinstance(value, dt.date | np.datetime64):
        return DataType.datetime
    raise InvalidParameterValue(
        f"Values of the class {type(value).__name__} have no type in a schema."
    )


def _known(kind: ColumnType | None, data: Any) -> ColumnType:
    if kind is None:
        raise InvalidParameterValue(f"An empty array shows no type: {data!r}.")
    return kind


def _is_complete(values: Any) -> bool:
    if isinstance(values, pd.Series):
        if values.dtype.kind != "O":
            return not values.isna().any()
        values = values.to_list()
    if is_list(values):
        return not any(map(is_missing, values))
    return not is_missing(values)


def _tensor(array: Any, dtype: Any, name: str | None = None) -> TensorSpec:
    if not array.shape:
        raise InvalidParameterValue("An array without a dimension is no tensor.")
    return TensorSpec(tensor_type(dtype), (-1, *array.shape[1:]), name)


def tensor_type(dtype: Any) -> Any:
    """NumPy's type without a length; texts and bytes have one."""
    return np.dtype({"U": "str", "S": "bytes"}.get(dtype.char, dtype))


def _is_sparse(data: Any) -> bool:
    sparse = libraries.loaded("scipy.sparse")
    return sparse is not None and isinstance(
        data, sparse.csr_matrix | sparse.csc_matrix
    )
