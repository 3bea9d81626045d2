"""Tags of registered models and versions: the rules."""

from __future__ import annotations

from collections.abc import Iterable

from trackgate_wire import limits, rules


def check_tag(key: str, value: str = "") -> None:
    """Raises InvalidParameterValue for a key or a value that is not allowed."""
    rules.check_key("Tag", key)
    what = f"Value of tag {rules.shown(key)}"
    rules.check_length(what, value, limits.REGISTRY_TAG_VALUE_LENGTH)


def checked_tags(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tags by key, the last of a key counting."""
    tags: dict[str, str] = {}
    for key, value in given:
        check_tag(key, value)
        tags[key] = value
    return tags
