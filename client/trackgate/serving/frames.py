"""Data frames for models with a schema of columns, from any form of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from trackgate.errors import BadRequest, InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import Array, DataType
from trackgate.models.schema import ColSpec, Schema
from trackgate.serving import matrices
from trackgate.serving.columns import typed
from trackgate.serving.json_values import are_objects, is_list, is_object, shown
from trackgate.serving.payloads import Payload, split_parts

_SOME = 10


class ColumnReader:
    """Makes what one model takes; names and types are looked up once."""

    def __init__(self, schema: Schema) -> None:
        self._specs = [cast(ColSpec, spec) for spec in schema.inputs]
        self._named = schema.has_input_names()
        self._names = schema.input_names()
        self._types = dict(zip(self._names, schema.input_types(), strict=True))
        self._wide = matrices.width(schema)
        pandas = libraries.load("pandas")
        self._frame = pandas.DataFrame
        self._index = pandas.Index(self._names) if self._named else None

    def read(self, payload: Payload) -> Any:
        """A data frame with the signature's columns, in their types.

        Raises BadRequest or InvalidParameterValue, naming what is wrong.
        """
        if self._wide is not None:
            names = self._names if self._named else None
            found = matrices.matrix(payload, self._wide, names)
            if found is not None:
                return self._frame(found, columns=self._index, copy=False)
        value = payload.value()
        if payload.form == "dataframe_split":
            return self._from_split(value)
        if payload.form == "dataframe_records":
            return self._from_records(_list(payload.form, value))
        return self._from_tensors(payload.form, value)

    def _from_split(self, value: Any) -> Any:
        split = split_parts(value)
        rows = _list("data", split["data"])
        columns = split.get("columns")
        names = self._names if columns is None else _list("columns", columns)
        frame = self._from_rows(rows, names)
        return _indexed(frame, split.get("index"))

    def _from_tensors(self, form: str, value: Any) -> Any:
        if is_object(value):
            return self._from_columns_or_row(form, value)
        if are_objects(value):
            return self._from_records(value)
        if len(self._specs) == 1:
            return self._from_rows(_cells(value, self._specs[0].type), self._names)
        return self._from_rows(_list(form, value), self._names)

    def _from_columns_or_row(self, form: str, given: dict[str, Any]) -> Any:
        if not self._named:
            raise InvalidParameterValue(
                f"The model's columns have no names; {form!r} must be a list of rows."
            )
        nested = any(not isinstance(kind, DataType) for kind in self._types.values())
        if nested or not any(map(is_list, given.values())):
            return self._from_records([given])
        for name, values in given.items():
            if not is_list(values):
                raise InvalidParameterValue(
                    f"Column {name!r} is {shown(values)}, others are lists."
                )
        return self._from_columns(given)

    def _from_records(self, records: Sequence[Any]) -> Any:
        for row, record in enumerate(records):
            if not is_object(record):
                raise BadRequest(f"Row {row} is {shown(record)}; it must be an object.")
        names = dict.fromkeys(name for record in records for name in record)
        columns = {name: [one.get(name) for one in records] for name in names}
        return self._from_columns(columns)

    def _from_rows(self, rows: Sequence[Any], names: Sequence[Any]) -> Any:
        for row, values in enumerate(rows):
            if not is_list(values):
                raise BadRequest(f"Row {row} is {shown(values)}; it must be a list.")
            if len(values) != len(names):
                raise InvalidParameterValue(
                    f"Row {row} has {len(values)} values; {len(names)} are needed, for"
                    f" the columns {_some(names)}."
                )
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return self._from_columns(dict(zip(names, columns, strict=True)))

    def _from_columns(self, columns: Mapping[Any, Sequence[Any]]) -> Any:
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise InvalidParameterValue(
                "The columns are of different lengths:"
                f" {', '.join(map(str, sorted(lengths)))} values."
            )
        if lengths <= {0}:
            raise InvalidParameterValue("There are no rows to predict.")
        return self._frame(
            {
                name: typed(name, values, self._types.get(name))
                for name, values in columns.items()
            }
        )


def _cells(value: Any, kind: object) -> list[list[Any]]:
    """Rows of a model with one column: of one value, of values, or of rows."""
    deep = _depth(value) - _depth_of(kind)
    if deep <= 0:
        return [[value]]
    return [[cell] for cell in value] if deep == 1 else value


def _depth(value: Any) -> int:
    depth = 0
    while is_list(value):
        depth += 1
        value = value[0] if value else None
    return depth


def _depth_of(kind: object) -> int:
    return 1 + _depth_of(kind.dtype) if isinstance(kind, Array) else 0


def _indexed(frame: Any, index: Any) -> Any:
    if index is None:
        return frame
    labels = _list("index", index)
    if len(labels) != len(frame):
        raise InvalidParameterValue(
            f"'index' has {len(labels)} labels for {len(frame)} rows."
        )
    try:
        frame.index = labels
    except (ValueError, TypeError):
        raise InvalidParameterValue("'index' must be a list of plain values.") from None
    return frame


def _list(name: str, value: Any) -> list[Any]:
    if not is_list(value):
        raise BadRequest(f"{name!r} must be a list, not {shown(value)}.")
    return value


def _some(names: Sequence[Any]) -> str:
    shown_names = ", ".join(map(str, names[:_SOME]))
    return shown_names if len(names) <= _SOME else f"{shown_names}, …"
