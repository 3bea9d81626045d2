"""What a stack that cannot start is refused with."""

from __future__ import annotations


class StackError(RuntimeError):
    """The stack cannot start; the message says what to do."""
