"""Parameters read off examples (MLflow's rules): the values become the defaults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import DataType, Object
from trackgate.models.inference import type_of
from trackgate.models.numpy_types import data_type_of
from trackgate.models.params import ParamSchema, ParamSpec

np = libraries.load("numpy")


def param_schema(params: Mapping[str, Any]) -> ParamSchema:
    """The schema of parameters with their values as defaults.

    Raises InvalidParameterValue for a value that is no parameter's.
    """
    if not isinstance(params, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidParameterValue(
            f"Parameters are a dictionary, not {type(params).__name__}."
        )
    return ParamSchema([_param(str(name), value) for name, value in params.items()])


def _param(name: str, value: Any) -> ParamSpec:
    if isinstance(value, dict):
        return ParamSpec(name, cast(Object, type_of(value)), value)
    if isinstance(value, list | np.ndarray):
        array = np.array(value)
        if array.ndim != 1:
            raise InvalidParameterValue(
                f"Parameter {name!r} has {array.ndim} dimensions; one value or a list"
                " of them is allowed."
            )
        moments = all(isinstance(one, dt.date | np.datetime64) for one in value)
        kind = DataType.datetime if moments else data_type_of(array.dtype)
        return ParamSpec(name, kind, value, (-1,))
    if isinstance(value, dt.date | np.datetime64):
        return ParamSpec(name, DataType.datetime, value)
    if not np.isscalar(value):
        raise InvalidParameterValue(
            f"Parameter {name!r} is one value, a list or a dictionary, not"
            f" {type(value).__name__}."
        )
    return ParamSpec(name, data_type_of(np.array(value).dtype), value)
