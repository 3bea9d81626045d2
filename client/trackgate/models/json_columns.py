"""Columns as JSON brings them, in the types that a schema gives them.

JSON has no whole numbers of 32 bits, no dates and no bytes: they come as numbers, as
ISO 8601 texts and as base64.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Any

from trackgate.models.column_types import DataType
from trackgate.models.schema import Schema


def typed(frame: Any, schema: Schema | None) -> Any:
    """A data frame with its columns in the schema's types, where they can be.

    What cannot be converted stays as it is: enforcement says what is wrong with it.
    """
    if schema is None or schema.is_tensor_spec():
        return frame
    if schema.has_input_names():
        wanted = schema.input_types_dict()
    else:
        wanted = dict(zip(frame.columns, schema.input_types(), strict=False))
    typed_frame = frame.copy(deep=False)
    for name, kind in wanted.items():
        if name in frame.columns and _needs_care(kind):
            typed_frame[name] = _column(frame[name], kind)
    return typed_frame


def _needs_care(kind: object) -> bool:
    plain = (DataType.string, DataType.boolean)
    return isinstance(kind, DataType) and kind not in plain


def _column(column: Any, kind: DataType) -> Any:
    with suppress(ValueError, TypeError, OverflowError, binascii.Error):
        if kind is DataType.binary:
            return column.map(_decoded)
        converted = column.astype(kind.numpy_name)
        # Half a unit is no whole number.
        is_whole = kind in (DataType.integer, DataType.long)
        return converted if not is_whole or (converted == column).all() else column
    return column


def _decoded(value: Any) -> Any:
    return (
        base64.decodebytes(value.encode("ascii")) if isinstance(value, str) else value
    )
