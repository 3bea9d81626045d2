"""Values of JSON whose types are not known yet."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def are_objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    """Whether it is a JSON array of at least one thing, and of objects only."""
    return is_list(value) and bool(value) and all(map(is_object, value))


def shown(value: object) -> str:
    """A value for a message, cut where it is long."""
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
