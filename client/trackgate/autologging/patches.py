"""Attributes of other people's classes and modules, replaced and put back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import wraps
from types import FunctionType
from typing import Any, cast

# Gets the original, what it was called on and with; what it returns is the answer.
Around = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], Any]


class Patches:
    """What was replaced, and by what it can be put back."""

    def __init__(self) -> None:
        # The owners are kept, so that their ids stay theirs.
        self._taken: dict[tuple[int, str], tuple[Any, object]] = {}

    def has(self, owner: Any, name: str) -> bool:
        """Whether an attribute is replaced already."""
        return (id(owner), name) in self._taken

    def replace(self, owner: Any, name: str, new: object) -> None:
        """Put something else in an attribute's place, once."""
        old = cast(object, vars(owner)[name])
        self._taken[id(owner), name] = owner, old
        setattr(owner, name, new)

    def wrap(self, owner: Any, name: str, around: Around) -> None:
        """Call `around` instead of a function or method that the owner defines.

        What is neither stays as it is.
        """
        if self.has(owner, name) or name not in vars(owner):
            return
        wrapped = _wrapped(vars(owner)[name], around)
        if wrapped is not None:
            self.replace(owner, name, wrapped)

    def undo(self) -> None:
        """Put everything back, the last first."""
        while self._taken:
            (_, name), (owner, old) = self._taken.popitem()
            setattr(owner, name, old)


def _wrapped(raw: Any, around: Around) -> Any:
    if isinstance(raw, FunctionType):
        return _function(raw, around)
    # scikit-learn's methods that are there only if a condition holds.
    if isinstance(getattr(raw, "fn", None), FunctionType) and hasattr(raw, "check"):
        conditional = copy.copy(raw)
        conditional.fn = _function(raw.fn, around)
        return conditional
    return None


def _function(original: FunctionType, around: Around) -> Any:
    @wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return around(original, args, kwargs)

    return wrapper
