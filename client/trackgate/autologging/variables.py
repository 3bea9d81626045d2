"""What the user's program calls an object."""

from __future__ import annotations

import inspect
import sys
from types import FrameType

_LONGEST_TEXT = 32


def variable_name(value: object) -> str | None:
    """The variable that holds an object where it was first passed on from.

    The frames above, but ours, are searched up to the first that was not given the
    object itself. None where no variable holds it there.
    """
    if value is None:
        return None
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and (_is_ours(frame) or _was_given(frame, value)):
        frame = frame.f_back
    if frame is None:
        return None
    held = frame.f_locals.items()
    return next((name for name, one in held if one is value), None)


def shown(value: object) -> str:
    """An argument as a reader of the call wants it: a short literal, or a name."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return repr(f"{value[:_LONGEST_TEXT]}...")
    if value is None or isinstance(value, str | int | float):
        return repr(value)
    return variable_name(value) or f"<{type(value).__name__}>"


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith(__package__ or "")


def _was_given(frame: FrameType, value: object) -> bool:
    names, rest, keywords, held = inspect.getargvalues(frame)
    given = [held[name] for name in names if name in held]
    given += held.get(rest, ()) if rest else ()
    given += held.get(keywords, {}).values() if keywords else ()
    return any(one is value for one in given)
