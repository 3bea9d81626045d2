"""Data held against a signature before the model sees it.

Columns may be converted where that loses nothing (see `columns`), extra ones are
dropped; what is missing or of another type is refused, by name.
"""

from __future__ import annotations

import datetime as dt
import decimal
import logging
from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import Array, DataType, Object
from trackgate.models.columns import NUMPY_TYPES, converted
from trackgate.models.kinds import is_dict, is_list
from trackgate.models.nested import enforce_value
from trackgate.models.params import ParamSchema
from trackgate.models.schema import ColSpec, Schema
from trackgate.models.tensors import enforce_tensors

np = libraries.load("numpy")
pd = libraries.load("pandas")

_logger = logging.getLogger("trackgate")
_SHOWN = 10


class ColumnEnforcer:
    """Holds data frames against the columns of one schema.

    What it has to know of the schema is worked out once: where all columns are in
    place, a call looks at the names and types of the frame and at none of its values.
    """

    def __init__(self, schema: Schema) -> None:
        self._specs = cast(list[ColSpec], schema.inputs)
        self._names = schema.input_names() if schema.has_input_names() else None
        self._required = schema.required_input_names()
        kinds = [spec.type for spec in self._specs]
        # Without an entry for texts, which pandas keeps in more than one type.
        self._dtypes = [
            NUMPY_TYPES[kind] if isinstance(kind, DataType) else None for kind in kinds
        ]
        nested = any(isinstance(kind, Array | Object) for kind in kinds)
        self._rows_are_dicts = nested

    def enforce(self, data: Any) -> Any:
        """The frame the model gets; raises InvalidParameterValue."""
        frame, by_position = self._framed(data)
        names = list(frame.columns)
        if names == self._names and list(frame.dtypes) == self._dtypes:
            # The model may add columns to what it gets; the caller's frame stays.
            return frame.copy(deep=False)
        if self._names is None or by_position:
            frame = self._counted(frame)
        else:
            self._check_names(names)
        return self._with_types(frame)

    def _framed(self, data: Any) -> tuple[Any, bool]:
        """The data as a frame, and whether its columns have no names of their own."""
        if isinstance(data, pd.DataFrame):
            return data, False
        if isinstance(data, pd.Series):
            return data.to_frame(), data.name is None
        if is_dict(data):
            return self._framed_dict(data), False
        if np.isscalar(data):
            return pd.DataFrame([data]), True
        if isinstance(data, list | np.ndarray):
            frame = _new_frame(data)
            return frame, not _holds_dicts(data)
        raise InvalidParameterValue(
            f"The model takes columns, in a DataFrame; {type(data).__name__} came."
        )

    def _framed_dict(self, data: dict[Any, Any]) -> Any:
        values = data.values()
        one_row = self._rows_are_dicts or all(map(_is_cell, values))
        if one_row:
            return pd.DataFrame([data])
        return _new_frame(
            {
                name: value.tolist() if getattr(value, "ndim", 1) > 1 else value
                for name, value in data.items()
            }
        )

    def _counted(self, frame: Any) -> Any:
        """The frame's first columns, as many as the model takes, by position."""
        wanted, came = len(self._specs), len(frame.columns)
        if came < wanted or (came > wanted and self._names is not None):
            raise InvalidParameterValue(
                f"The model takes {wanted} columns, but {came} came{_rows(frame)}."
            )
        frame = frame.iloc[:, :wanted]
        return frame if self._names is None else frame.set_axis(self._names, axis=1)

    def _check_names(self, names: list[Any]) -> None:
        there = set(names)
        missing = [name for name in self._required if name not in there]
        if not missing:
            return
        extra = [name for name in names if name not in set(self._names or ())]
        also = f" Extra columns came: {_listed(extra)}." if extra else ""
        raise InvalidParameterValue(
            f"The model's input lacks {_count(missing, 'required column')}:"
            f" {_listed(missing)}.{also}"
        )

    def _with_types(self, frame: Any) -> Any:
        """The columns that the model knows, in its order, each in its type."""
        names = list(frame.columns) if self._names is None else self._names
        there = set(frame.columns)
        columns = zip(names, self._specs, self._dtypes, strict=False)
        known = [one for one in columns if one[0] in there]
        kept = [name for name, _, _ in known]
        chosen = frame[kept] if kept != list(frame.columns) else frame.copy(deep=False)
        if len(chosen.columns) != len(kept):
            raise InvalidParameterValue(
                f"Columns came twice: {_listed(_twice(chosen))}."
            )
        came = list(chosen.dtypes)
        for (name, spec, wanted), dtype in zip(known, came, strict=True):
            if wanted is None or dtype != wanted:
                chosen[name] = _fitted(name, chosen[name], spec)
        return chosen


_enforcers: WeakKeyDictionary[Schema, ColumnEnforcer] = WeakKeyDictionary()


def enforce(data: Any, schema: Schema) -> Any:
    """The data as the schema wants them; raises InvalidParameterValue.

    data  a DataFrame, an array, a sparse matrix, a dictionary, a list, a plain value
    """
    if schema.is_tensor_spec():
        return enforce_tensors(data, schema)
    enforcer = _enforcers.get(schema)
    if enforcer is None:
        enforcer = _enforcers[schema] = ColumnEnforcer(schema)
    return enforcer.enforce(data)


def enforce_params(
    params: Mapping[str, Any] | None, schema: ParamSchema | None
) -> dict[str, Any]:
    """The parameters of a prediction, checked, with defaults for those not given.

    What the model does not know is left out, with a warning. Raises
    InvalidParameterValue.
    """
    if params is not None and not isinstance(params, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidParameterValue(
            f"Parameters are a dictionary, not {type(params).__name__}."
        )
    given = {str(name): value for name, value in (params or {}).items()}
    specs = {spec.name: spec for spec in schema or ()}
    unknown = [name for name in given if name not in specs]
    if unknown:
        _logger.warning(
            "The model's signature does not know the parameters %s; they are left out."
            " It knows %s.",
            _listed(unknown),
            _listed(list(specs)) or "none",
        )
    return {
        name: spec.value(given[name]) if name in given else spec.default
        for name, spec in specs.items()
    }


def _fitted(name: Any, column: Any, spec: ColSpec) -> Any:
    kind = spec.type
    if isinstance(kind, DataType):
        return converted(name, column, kind)
    where = f"Column {name!r}"
    values = [
        enforce_value(f"{where}, row {row}", value, kind, spec.required)
        for row, value in enumerate(column)
    ]
    return pd.Series(values, index=column.index, name=name, dtype=object)


def _twice(frame: Any) -> list[Any]:
    names = list(frame.columns)
    return sorted({name for name in names if names.count(name) > 1})


def _is_cell(value: Any) -> bool:
    """Whether a value in a dictionary is one cell, and not a column."""
    if is_list(value):
        return all(isinstance(item, str) for item in value)
    # Moments and decimals are no scalars to NumPy.
    is_one = np.isscalar(value) or isinstance(value, dt.date | decimal.Decimal)
    return value is None or is_one or getattr(value, "ndim", 1) == 0


def _holds_dicts(data: Any) -> bool:
    return is_list(data) and bool(data) and is_dict(data[0])


def _new_frame(data: Any) -> Any:
    try:
        return pd.DataFrame(data)
    except (ValueError, TypeError) as error:
        raise InvalidParameterValue(
            f"The model takes columns, and what came cannot be made into any: {error}."
        ) from error


def _rows(frame: Any) -> str:
    return "" if len(frame) == 1 else f" in {len(frame)} rows"


def _count(names: list[Any], what: str) -> str:
    return f"the {what}" if len(names) == 1 else f"{len(names)} {what}s"


def _listed(names: list[Any]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
