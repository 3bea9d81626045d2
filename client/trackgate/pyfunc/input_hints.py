"""Type hints of `predict`: models that say `list[str]` get a list, no data frame."""

from __future__ import annotations

import re
from inspect import Parameter, signature
from typing import Any, get_args, get_origin

from trackgate.errors import InvalidParameterValue

_NOT_INPUT = ("self", "context", "params")
# As it stands in code with postponed evaluation; what it names may not be here.
_LIST = re.compile(r"(?:\w+\.)?[Ll]ist(?:\[(?P<item>.*)\])?")
_DICT = re.compile(r"(?:\w+\.)?[Dd]ict\b.*")


def items_wanted(model: Any, method: str) -> Any | None:
    """What the list is of that the method says it takes; None where it says no such.

    `str` for `list[str]`, `dict` for lists of dictionaries, else `object`.
    """
    # Of a function, the method only says that it passes on what it gets.
    function = getattr(model, "func", None) or getattr(model, method)
    given = signature(function).parameters.values()
    hints = [one.annotation for one in given if one.name not in _NOT_INPUT]
    if not hints or hints[-1] is Parameter.empty:
        return None
    return _of_text(hints[-1]) if isinstance(hints[-1], str) else _of_type(hints[-1])


def listed(data: Any, item: Any) -> Any:
    """A data frame as a list: of its rows, or of a column's values.

    item  as `items_wanted` says

    Anything else stays as it is. Raises InvalidParameterValue for a frame without a
    column that fits.
    """
    if not hasattr(data, "to_dict") or not hasattr(data, "columns"):
        return data
    if item is dict:
        return data.to_dict(orient="records")
    for name in data.columns:
        values = data[name].tolist()
        if item is not str or all(isinstance(value, str) for value in values):
            return values
    raise InvalidParameterValue(
        "The model takes a list of texts; the data has no column of them."
    )


def _of_type(hint: Any) -> Any | None:
    if hint is not list and get_origin(hint) is not list:
        return None
    item, *_ = get_args(hint) or (object,)
    kind = get_origin(item) or item
    return kind if kind in (str, dict) else object


def _of_text(hint: str) -> Any | None:
    found = _LIST.fullmatch(hint.strip())
    if found is None:
        return None
    item = (found["item"] or "").strip()
    if _DICT.fullmatch(item):
        return dict
    return str if item == "str" else object
