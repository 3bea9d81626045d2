"""Questions about values from outside, whose answers type checkers understand."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list, of whatever."""
    return isinstance(value, list)


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    """Whether it is a dictionary, of whatever."""
    return isinstance(value, dict)


def class_of(value: object) -> type[Any]:
    """Its class."""
    return type(value)
