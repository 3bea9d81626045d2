"""The quick way for what most models take: rows of doubles, nothing else.

The JSON text is decoded into lists of floats and copied once; whatever does not fit
goes the long way, which finds the words for what is wrong.
"""

from __future__ import annotations

from typing import Any

import msgspec

from trackgate.models import libraries
from trackgate.models.column_types import DataType
from trackgate.models.schema import ColSpec, Schema, TensorSpec
from trackgate.serving.payloads import Payload


class _Split(msgspec.Struct, forbid_unknown_fields=True):
    data: list[list[float | None]]
    columns: list[str | int] | None = None


_rows = msgspec.json.Decoder(list[list[float | None]])
_split = msgspec.json.Decoder(_Split)


def width(schema: Schema) -> int | None:
    """Values in a row, where a model takes rows of doubles; else None."""
    first = schema.inputs[0]
    if isinstance(first, TensorSpec):
        return _tensors_width(first)
    doubles = all(
        isinstance(spec, ColSpec) and spec.type is DataType.double and spec.required
        for spec in schema.inputs
    )
    return len(schema) if doubles else None


def _tensors_width(spec: TensorSpec) -> int | None:
    plain = spec.name is None and spec.type == "float64" and len(spec.shape) == 2
    if plain and spec.shape[0] == -1 and spec.shape[1] > 0:
        return spec.shape[1]
    return None


def matrix(payload: Payload, wide: int, columns: list[str | int] | None) -> Any:
    """An array of shape (n_rows, wide); None where the long way is needed.

    columns  names in their order; None where they have none
    """
    if not isinstance(payload.data, msgspec.Raw):
        return None
    try:
        rows = _rows_of(payload.form, payload.data, columns)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not rows or set(map(len, rows)) != {wide}:
        return None
    # Null becomes NaN.
    return libraries.load("numpy").array(rows, dtype="float64")


def _rows_of(
    form: str, text: msgspec.Raw, columns: list[str | int] | None
) -> list[list[float | None]] | None:
    if form in ("inputs", "instances"):
        return _rows.decode(text)
    if form == "dataframe_split":
        split = _split.decode(text)
        if split.columns is None or split.columns == columns:
            return split.data
    return None
