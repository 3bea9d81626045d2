"""Type hints of `predict`: models that say `list[str]` get a list, no data frame."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from inspect import signature
from typing import Any, get_origin

from trackgate.errors import InvalidParameterValue

_NOT_INPUT = ("self", "context", "params")


def input_hint(model: Any, method: str) -> Any:
    """The hint of the method's input; None where it has none, or none that resolves."""
    # Of a function, the method only says that it passes on what it gets.
    function = getattr(model, "func", None) or getattr(model, method)
    try:
        hints = typing.get_type_hints(function)
        names = [name for name in signature(function).parameters if name in hints]
    # Hints may name what is not here; they are no reason not to load a model.
    except Exception:
        return None
    inputs = [name for name in names if name not in _NOT_INPUT]
    return hints[inputs[-1]] if inputs else None


def listed(data: Any, items: Sequence[Any]) -> Any:
    """A data frame as a list: of its rows, or of its column's values.

    items  what the list is of, as `typing.get_args` has it

    Anything else stays as it is. Raises InvalidParameterValue for a frame without a
    column that fits.
    """
    if not hasattr(data, "to_dict") or not hasattr(data, "columns"):
        return data
    item = items[0] if items else Any
    if item is dict or get_origin(item) is dict:
        return data.to_dict(orient="records")
    for name in data.columns:
        values = data[name].tolist()
        if item is not str or all(isinstance(value, str) for value in values):
            return values
    raise InvalidParameterValue(
        "The model takes a list of texts; the data has no column of them."
    )
