"""What the flavors xgboost and lightgbm share: a model's class stands in its file."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.permission import require_for_code

_logger = logging.getLogger("trackgate")


def class_name(model: object) -> str:
    """Where the model's class lives, such as "xgboost.sklearn.XGBClassifier"."""
    kind = type(model)
    return f"{kind.__module__}.{kind.__name__}"


def class_named(name: str, kinds: tuple[type, ...]) -> type:
    """The class of that name; raises InvalidParameterValue where it is of no kind.

    An MLmodel file could name anything, which then would be imported and called.
    Raises PermissionDenied for another library's class where code is forbidden.
    """
    module, _, attribute = name.rpartition(".")
    if _library(module) not in {_library(kind.__module__) for kind in kinds}:
        require_for_code(f"of the class {name}")
    found = getattr(import_module(module), attribute, None) if module else None
    if not isinstance(found, type) or not issubclass(found, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidParameterValue(f"The model's class {name!r} is no {names}.")
    return found


def _library(module: str) -> str:
    return module.partition(".")[0]


def check_is_one(model: object, kinds: tuple[type, ...], library_name: str) -> None:
    """Raise InvalidParameterValue unless the model is of one of the kinds."""
    if not isinstance(model, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidParameterValue(
            f"A model of {library_name} is a {names}, not a {type(model).__name__}."
        )


def accepted(
    function: Callable[..., Any], params: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Those of the params that a function takes; of others a warning tells."""
    given = dict(params or {})
    taken = inspect.signature(function).parameters.values()
    if any(one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) for one in taken):
        return given
    unknown = given.keys() - {one.name for one in taken}
    if unknown:
        _logger.warning(
            "The model takes no params %s; they are left out.",
            ", ".join(sorted(unknown)),
        )
    return {name: value for name, value in given.items() if name not in unknown}
