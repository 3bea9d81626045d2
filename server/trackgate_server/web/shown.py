"""Numbers, sizes and times as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from markupsafe import Markup, escape

NOTHING = "\N{EN DASH}"
_INFINITY, _MINUS = "\N{INFINITY}", "\N{MINUS SIGN}"
# Characters of a text in a table's cell, and on hover.
_SHOWN, _ON_HOVER = 120, 1_000
_UNITS = ("KiB", "MiB", "GiB", "TiB")
_NEXT_UNIT = 1024
# datetime knows the years 1 to 9999 only.
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999


def when(at_ms: int | None) -> Markup:
    """A moment, milliseconds since the Unix epoch, as a `time` element in UTC.

    The script `times.js` puts it into the reader's zone. A dash for None, the plain
    number for what no calendar has.
    """
    if at_ms is None:
        return escape(NOTHING)
    machine = iso(at_ms)
    if machine is None:
        return escape(f"{at_ms} ms")
    exact = machine.replace("T", " ").replace("Z", " UTC")
    short = exact[: len("2026-01-31 12:00")]
    return Markup('<time datetime="{}" title="{}">{} UTC</time>').format(
        machine, exact, short
    )


def iso(at_ms: int) -> str | None:
    """A moment as ISO 8601 has it, in UTC; None for what no calendar has."""
    if not _FIRST_MS <= at_ms <= _LAST_MS:
        return None
    moment = datetime.fromtimestamp(at_ms // 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat()}.{at_ms % 1000:03d}Z"


def duration(ms: float | None) -> str:
    """A length of time with two units at most, such as "1 h 3 min"."""
    if ms is None:
        return NOTHING
    seconds = ms / 1000
    if seconds < 0:
        return NOTHING
    if seconds < 1:
        return f"{ms:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def size(count_bytes: int | None) -> str:
    """A number of bytes in the unit that fits."""
    if count_bytes is None:
        return NOTHING
    if count_bytes < _NEXT_UNIT:
        return f"{count_bytes} B"
    power = min((count_bytes.bit_length() - 1) // 10, len(_UNITS))
    return f"{count_bytes / _NEXT_UNIT**power:.1f} {_UNITS[power - 1]}"


def number(value: float | str | None) -> Markup:
    """A metric's value with five digits that count; all of them on hover."""
    short, exact = digits(value)
    if not exact:
        return escape(short)
    return Markup('<span title="{}">{}</span>').format(exact, short)


def digits(value: float | str | None) -> tuple[str, str]:
    """A metric's value with five digits that count, and with all where it has more."""
    if value is None:
        return NOTHING, ""
    if isinstance(value, str):
        return value, ""
    if not math.isfinite(value):
        infinity = _INFINITY if value > 0 else _MINUS + _INFINITY
        return "NaN" if math.isnan(value) else infinity, ""
    short = f"{value:.5g}"
    return short, "" if float(short) == value else repr(value)


def beginning(text: str) -> str:
    """As much of a text as a table's cell has room for."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def on_hover(text: str) -> str:
    """As much of a text as is shown beside the mouse."""
    return text[:_ON_HOVER]


def count(many: int, noun: str) -> str:
    """A number and what it counts: "1 run", "1,204 runs"."""
    return f"{many:,} {noun}{'' if many == 1 else 's'}"
