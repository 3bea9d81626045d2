"""The order in which people expect names with numbers in them."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(\d{1,18})")


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts names as people do: "step 9" before "step 10"."""
    return [
        (0, int(piece), "") if piece.isdecimal() and piece.isascii() else (1, 0, piece)
        for piece in _DIGITS.split(name.lower())
        if piece
    ]
